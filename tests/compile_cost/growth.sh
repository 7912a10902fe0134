#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# growth.sh BASELINE PROGRAM...: what the programs print must be BASELINE's lines, and every number of the second line at
# most 2.2 times that of the first: twice the layers are at most about twice the graph. The baseline is changed on purpose.
set -u
baseline=$1; shift
got=$(for program; do "$program" || exit 1; done) || exit 1
echo "$got"
diff <(echo "$got") "$baseline" || { echo "FAIL: other counts than $baseline; if that is meant, update it"; exit 1; }
numbers() { sed -n "${1}p" <<<"$got" | grep -oE '[0-9]+'; }
paste <(numbers 1) <(numbers 2) | awk '{ if (!$1 || $2 > 2.2 * $1) { print "FAIL: from " $1 " to " $2; bad = 1 } } END { exit bad }'

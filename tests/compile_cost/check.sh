#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# check.sh MEASURE SOURCE_DIR COMPILER: an 8-layer GPT with its gradients is traced, differentiated and planned by COMPILER
# within its default limits for constants; prints what that cost above the headers alone. Only refusals fail: seconds are
# for reading.
set -u
measure=$1 source=$2 compiler=$3
here=$(cd "$(dirname "$0")" && pwd)
flags=(-std=c++20 -fsyntax-only -Wno-psabi "-I$source/framework/include" "-I$source/ops/include") # no -fconstexpr-*
case $compiler in *clang*) flags+=(-Wno-unknown-warning-option) ;; esac
command -v "$compiler" >/dev/null || { echo "no $compiler: not measured"; exit 77; }

cost() { # NAME [FLAG...] FILE
  local name=$1 out; shift
  out=$("$measure" "$compiler" "${flags[@]}" "$@" 2>"$errors") || { echo "FAIL $name is refused:"; cut -c1-400 "$errors" | head -20; exit 1; }
  echo "$out"
}
errors=$(mktemp) && trap 'rm -f "$errors"' EXIT
read -r base_seconds base_megabytes <<<"$(cost headers "$here/headers.cpp")"
printf '%s: headers alone %5.2f s %4.0f MB\n' "$compiler" "$base_seconds" "$base_megabytes"
for layers in ${LAYERS:-4 8}; do
  result=$(cost "the GPT of $layers layers" -DLAYERS="$layers" "$here/lower.cpp") || { echo "$result"; exit 1; }
  read -r seconds megabytes <<<"$result"
  awk -v c="$compiler" -v l="$layers" -v s="$seconds" -v m="$megabytes" -v s0="$base_seconds" -v m0="$base_megabytes" \
    'BEGIN { printf "%s: %d layers    %5.2f s %4.0f MB, above the headers %.2f s %.0f MB\n", c, l, s, m, s - s0, m - m0 }'
done

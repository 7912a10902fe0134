#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# messages.sh COMPILER SOURCE_DIR: every case of wrong.cpp is refused by COMPILER with the message that stands below it.
set -u
compiler=$1 source=$2
file=$source/tests/docs/wrong.cpp
flags=(-std=c++20 -fsyntax-only -Wno-psabi "-I$source/framework/include" "-I$source/ops/include")
case $compiler in *clang*) flags+=(-Wno-unknown-warning-option) ;; esac
command -v "$compiler" >/dev/null || { echo "no $compiler: not checked"; exit 77; }
"$compiler" "${flags[@]}" "$file" || { echo "FAIL: does not compile without its wrong lines"; exit 1; }

cases=$(grep -cE '^#(el)?if WRONG' "$file") bad=0
[ "$cases" -gt 0 ] || { echo "FAIL: no case"; exit 1; }
for k in $(seq "$cases"); do
  want=$(awk -v k="$k" '$0 ~ "^#(el)?if WRONG == " k "$" { inside = 1; next } inside && /^\/\/ / { sub("^// ", ""); print; exit }' "$file")
  got=$("$compiler" "${flags[@]}" "-DWRONG=$k" "$file" 2>&1 | grep -m1 -E '(compile_error|well_formed)<.*shown<' |
    sed -E 's/.*(compile_error|well_formed)<//' | grep -oE '\{"([^"\\]|\\.)*"\}' | sed -E 's/^\{"(.*)"\}$/\1/' | tr -d '\n' | sed 's/\\//g')
  [ -n "$want" ] && [ "$got" = "$want" ] || { printf 'FAIL case %s\n  want %s\n  got  %s\n' "$k" "$want" "$got"; bad=1; }
done
[ "$bad" = 0 ] && echo "$compiler: $cases messages are as the pages say"
exit "$bad"

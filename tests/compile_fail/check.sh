#!/bin/bash
# SPDX-License-Identifier: BSL-1.0
# check.sh COMPILER SOURCE_DIR WORK_DIR [FLAG...]: every program in cases/ must be refused by COMPILER when WRONG is defined,
# with exactly one error and with the text that its `// expect:` line states, in which HERE stands for file:line of the
# line marked so; and all of them, without WRONG, must compile.  `// expect g++:` and `// expect clang:` are for messages
# that are the compiler's own.
set -u
export LC_ALL=C # else the compiler's quotation marks are another machine's
compiler=$1 source=$2 work=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
case $compiler in *clang*) family=clang ;; *) family=g++ ;; esac
mkdir -p "$work/$family" && work=$(cd "$work/$family" && pwd) || exit 1
flags=(-std=c++20 -fsyntax-only -Wno-psabi "-I$source/framework/include" "-I$source/ops/include" "$@")
[ $family = clang ] && flags+=(-Wno-unknown-warning-option -ferror-limit=0)

# The headers once for all: a precompiled header of case.hpp.
headers=$work/headers.hpp
printf '#include "%s/case.hpp"\n' "$here" > "$headers"
if [ $family = clang ]; then
  "$compiler" -x c++-header "${flags[@]/-fsyntax-only/-Wno-pragma-once-outside-header}" -fpch-instantiate-templates "$headers" -o "$headers.pch" && flags+=(-include-pch "$headers.pch")
else
  "$compiler" -x c++-header "${flags[@]/-fsyntax-only/-Wno-pragmas}" "$headers" -o "$headers.gch" && flags+=(-include "$headers")
fi || { echo "the headers don't compile"; exit 1; }

# The message of a refusal as one text: the strings in the arguments of the type that carries it, put together.
message_of() { grep -m1 -E "(compile_error|well_formed)<.*shown<" "$1" | sed -E 's/.*(compile_error|well_formed)<//' | grep -oE '\{"([^"\\]|\\.)*"\}' | sed -E 's/^\{"(.*)"\}$/\1/' | tr -d '\n' | sed -E "s/\\\\(['\"])/\1/g"; }

check() {
  local file=$1 name; name=$(basename "$1" .cpp)
  local out=$work/$name.txt
  if "$compiler" "${flags[@]}" -DWRONG "$file" > "$out" 2>&1; then echo "FAIL $name: compiles"; return 1; fi
  local want; want=$(sed -n "s|^// expect $family: ||p" "$file")
  [ -n "$want" ] || want=$(sed -nE 's|^// expect: ||p' "$file")
  [ -n "$want" ] || { echo "FAIL $name: states no message"; return 1; }
  local line; line=$(grep -n '// HERE' "$file" | tail -1 | cut -d: -f1)
  [ -z "$line" ] || want=${want//HERE/$name.cpp:$line}
  local got; got=$(message_of "$out")
  local errors; errors=$(grep -cE '(^|: )(fatal )?error: ' "$out")
  if [ "$errors" != 1 ]; then echo "FAIL $name: $errors errors, not 1"; grep -E 'error: ' "$out" | cut -c1-300; return 1; fi
  if [ "$got" = "$want" ]; then return 0; fi
  if [ -z "$got" ] && grep -qF -- "$want" "$out"; then # a static_assert of the library, or the compiler itself
    if [ -z "$line" ] || grep -qE "$name\.cpp:$line:" "$out"; then return 0; fi
    echo "FAIL $name: does not name line $line"; return 1
  fi
  echo "FAIL $name:"; echo "  want $want"; echo "  got  ${got:-$(grep -m1 -E 'error: ' "$out" | cut -c1-400)}"
  return 1
}

failures=0 count=0
for file in "$here"/cases/*.cpp; do
  [ -n "${CASE:-}" ] && [ "$(basename "$file" .cpp)" != "$CASE" ] && continue
  check "$file" || failures=$((failures + 1))
  count=$((count + 1))
done

# The twins, all in one: what is right about each case is enough to make it compile.
twins=$work/twins.cpp
for file in "$here"/cases/*.cpp; do printf '#include "%s"\n' "$file"; done > "$twins"
if ! "$compiler" "${flags[@]}" -Wall -Wextra -Werror "$twins" > "$work/twins.txt" 2>&1; then
  echo "FAIL: without WRONG the cases don't compile"; grep -E 'error: ' "$work/twins.txt" | head -5; failures=$((failures + 1))
fi
echo "$family: $count programs refused as they must be, but for $failures"
[ "$failures" = 0 ] && [ "$count" -gt 0 ]

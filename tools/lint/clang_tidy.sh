#!/usr/bin/env bash
# usage: tools/lint/clang_tidy.sh BUILD_FOLDER [PATTERN]   runs clang-tidy over our own files (in targets whose path holds PATTERN)
#
# BUILD_FOLDER is one of a preset with SIP_UNITY: several files are read as one, since most of the time goes into what they include.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

clang++-14 -std=c++17 -O1 -fPIC -shared -fno-rtti -isystem /usr/lib/llvm-14/include \
  "$here/own_code_only.cc" -o "$work/own_code_only.so"

find "$build" -path "*/Unity/unity_*.cxx" -path "*${2:-}*" -print0 | sort -z >"$work/files"
[[ -s $work/files ]] || { echo "no file of ours in $1 matches" >&2; exit 1; }

# A joint file includes .cc files on purpose, and what stands in them counts as if it stood in a header.
status=0
xargs -0 -n 1 -P "$(nproc)" clang-tidy-14 -p "$build" -quiet --load="$work/own_code_only.so" \
  --config-file="$here/../../.clang-tidy" --checks=sip-own-code-only,-bugprone-suspicious-include \
  --extra-arg=-Wno-unknown-warning-option --header-filter='/(libs|services|tests|tools)/[^:]*\.(h|cc)$' \
  <"$work/files" >"$work/log" 2>&1 || status=$?
grep -v -E 'warnings?( and [0-9]+ errors?)? generated|warnings? treated|^Suppressed |^Use -header-filter|^$' "$work/log" || true
echo "clang-tidy looked at $(tr -cd '\0' <"$work/files" | wc -c) joint files" >&2
exit "$status"

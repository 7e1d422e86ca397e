#!/usr/bin/env bash
# usage: tools/lint/clang_tidy.sh BUILD_FOLDER [PATTERN]   runs clang-tidy over our own files (in targets whose path holds PATTERN)
#
# BUILD_FOLDER is one of a preset with SIP_UNITY: several files are read as one, since most of the time goes into what they include.
set -euo pipefail

build=$(cd "$1" && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# A joint file includes .cc files on purpose, and what stands in them counts as if it stood in a header.
status=0
find "$build" -path "*/Unity/unity_*.cxx" -path "*${2:-}*" -print0 | sort -z |
  xargs -0 -r -n 1 -P "$(nproc)" clang-tidy-14 -p "$build" -quiet --checks=-bugprone-suspicious-include \
    --extra-arg=-Wno-unknown-warning-option --header-filter='/(libs|services|tests|tools)/[^:]*\.(h|cc)$' >"$log" 2>&1 || status=$?
grep -v -E 'warnings?( and [0-9]+ errors?)? generated|warnings? treated|^Suppressed |^Use -header-filter|^$' "$log" || true

# It is content when it finds nothing to look at; we are not.
files=$(grep -c 'generated\.$' "$log" || true)
[[ $files -gt 0 ]] || { echo "no file of ours in $1 matches" >&2; exit 1; }
echo "clang-tidy looked at $files joint files" >&2
exit "$status"

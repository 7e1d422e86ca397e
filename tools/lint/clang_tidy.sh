#!/usr/bin/env bash
# usage: tools/lint/clang_tidy.sh BUILD_FOLDER [PATTERN]   runs clang-tidy over our own .cc files (whose path holds PATTERN)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

status=0
run-clang-tidy-14 -p "$1" -j "$(nproc)" -quiet "^$root/(?=(libs|services|tests|tools)/).*${2:-}.*\.cc$" >"$log" 2>&1 || status=$?
grep -v -E '^clang-tidy-14 |warnings? (generated|treated)|^Suppressed |^Use -header-filter|^$' "$log" || true

# It is content when it finds nothing to look at; we are not.
files=$(grep -c '^clang-tidy-14 ' "$log" || true)
[[ $files -gt 0 ]] || { echo "no file of ours in $1/compile_commands.json matches" >&2; exit 1; }
echo "clang-tidy looked at $files files" >&2
exit "$status"

#!/usr/bin/env bash
# usage: tools/lint/clang_tidy.sh BUILD_FOLDER [PATTERN]   runs clang-tidy over our own .cc files (whose path holds PATTERN)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
run-clang-tidy-14 -p "$1" -j "$(nproc)" -quiet "^$root/(libs|services|tests|tools)/.*${2:-}.*\.cc$" 2>&1 |
  { grep -v -E '^clang-tidy-14 |warnings? (generated|treated)|^Suppressed |^Use -header-filter' || true; }

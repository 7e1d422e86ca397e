#!/usr/bin/env bash
# Says which of our sources are not formatted; `tools/dev fmt` formats them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
find libs services tests tools \( -name '*.cc' -o -name '*.h' \) -exec clang-format-14 --dry-run -Werror {} +

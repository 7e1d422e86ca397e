#!/usr/bin/env bash
# usage: run.sh BUILD_FOLDER [--json FILE] [--cases N]
# Runs all benchmarks of a built folder and prints a row for each figure. --json FILE collects the rows too, one object a line;
# --cases N fills N cases, instead of 100000, before memory and restart are measured.
set -euo pipefail

usage() {
  sed -n '2,4s/^# //p' "$0"
  exit 2
}

[[ $# -ge 1 && -d $1 ]] || usage
build=$(cd "$1" && pwd)
shift
json=()
cases=100000
while [[ $# -gt 0 ]]; do
  case $1 in
    --json) [[ $# -ge 2 ]] || usage; json=(--json "$(realpath -m "$2")") ;;
    --cases) [[ $# -ge 2 ]] || usage; cases=$2 ;;
    *) usage ;;
  esac
  shift 2
done

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[[ ${#json[@]} -eq 0 ]] || rm -f "${json[1]}"
# Beside the build: what is measured is this disk, not a file system in memory.
work=$(mktemp -d "$build/benchmark-XXXXXX")
trap 'rm -rf "$work"' EXIT
programs="$build/tests/benchmark"
sipd="$build/services/sipd/sipd"

"$programs/log_benchmark" --dir "$work" "${json[@]}"
"$programs/rpc_benchmark" --sipd "$sipd" --echo-server "$programs/echo_server" --folder "$work/rpc" "${json[@]}"
"$programs/view_benchmark" --data "$work/rpc/data" --folder "$work" "${json[@]}"
rm -rf "$work/rpc"
"$programs/capacity_benchmark" --sipd "$sipd" --folder "$work/capacity" --cases "$cases" "${json[@]}"

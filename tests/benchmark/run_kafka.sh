#!/usr/bin/env bash
# usage: run_kafka.sh BUILD_FOLDER [--json FILE] [--what PARTS] [--rounds N] [--history N] [--appends N]
# Runs the benchmark of the log on Kafka of a built folder, on a broker that it starts, and prints a row for each figure. --json
# FILE collects the rows too, one object a line. --what names some parts: appends,latencies,peers,transactions,take-overs,catch-ups.
set -euo pipefail

usage() {
  sed -n '2,4s/^# //p' "$0"
  exit 2
}

[[ $# -ge 1 && -d $1 ]] || usage
build=$(cd "$1" && pwd)
shift
arguments=()
while [[ $# -gt 0 ]]; do
  [[ $# -ge 2 ]] || usage
  case $1 in
    --json)
      arguments+=(--json "$(realpath -m "$2")")
      rm -f "$2"
      ;;
    --what | --rounds | --history | --appends) arguments+=("$1" "$2") ;;
    *) usage ;;
  esac
  shift 2
done

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# Beside the build, as the broker's folder: what is measured is this disk, not a file system in memory.
work=$(mktemp -d "$build/benchmark-XXXXXX")
trap 'rm -rf "$work"' EXIT
TMPDIR=$work "$build/tests/benchmark/kafka_benchmark" --folder "$work" ${arguments[@]+"${arguments[@]}"}

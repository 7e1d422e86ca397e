#!/usr/bin/env bash
# usage: run_kafka.sh BUILD_FOLDER [--json FILE] [--what PARTS] [--rounds N] [--history N] [--appends N]
# Runs the benchmarks of the log on Kafka, and of a command through the services on it, of a built folder, each on a broker that
# it starts, and prints a row for each figure. --json FILE collects the rows too, one object a line. --what names some parts:
# appends,latencies,peers,transactions,take-overs,catch-ups,commands.
set -euo pipefail

usage() {
  sed -n '2,5s/^# //p' "$0"
  exit 2
}

[[ $# -ge 1 && -d $1 ]] || usage
build=$(cd "$1" && pwd)
shift
json=()
rounds=()
of_log=()
what=appends,latencies,peers,transactions,take-overs,catch-ups,commands
while [[ $# -gt 0 ]]; do
  [[ $# -ge 2 ]] || usage
  case $1 in
    --json)
      json=(--json "$(realpath -m "$2")")
      rm -f "$2"
      ;;
    --what) what=$2 ;;
    --rounds) rounds=("$1" "$2") ;;
    --history | --appends) of_log+=("$1" "$2") ;;
    *) usage ;;
  esac
  shift 2
done

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# Beside the build, as the broker's folder: what is measured is this disk, not a file system in memory.
work=$(mktemp -d "$build/benchmark-XXXXXX")
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work
programs=$build/tests/benchmark
# One after the other: neither's broker is there while the other one measures.
if [[ $what != commands ]]; then
  "$programs/kafka_benchmark" --folder "$work" --what "$what" "${json[@]}" "${rounds[@]}" "${of_log[@]}"
fi
if [[ ,$what, == *,commands,* ]]; then
  "$programs/cluster_benchmark" --services "$build/services" --echo-server "$programs/echo_server" "${json[@]}" "${rounds[@]}"
fi

#!/usr/bin/env bash
# Plays the handbook's plan for Karl through a real server and shows the result; `tools/dev demo` builds what it needs. Starts
# sipd in a temporary folder and leaves nothing running. Ends with 1 if any step is refused or leads elsewhere than to the
# expected plan.
#   DEMO_BUILD_DIR   where the binaries are (build/release)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly build=${DEMO_BUILD_DIR:-build/release}
readonly sipd=$build/services/sipd/sipd sipctl=$build/tools/sipctl/sipctl play_story=$build/tests/acceptance/play_story
readonly story=tests/acceptance/data/karl_a
folder=$(mktemp -d "${TMPDIR:-/tmp}/sip-demo.XXXXXX")
readonly folder
server="" address=""

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf '\ntools/demo.sh: %s\n' "$*" >&2
  if [[ -s $folder/sipd.log ]]; then
    printf 'The end of what sipd said (%s):\n' "$folder/sipd.log" >&2
    tail -n 20 "$folder/sipd.log" >&2
  fi
  exit 1
}

stop_server() {
  [[ -z $server ]] && return
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" || return $?
  server=""
}

# Whatever happens, nothing keeps running.
trap '[[ -z $server ]] || kill -KILL "$server" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM

# Sets `address` to where it listens: it takes ports that are free and says so last.
start_server() {
  "$sipd" --development-identity --data-dir "$folder/data" --listen-address 127.0.0.1:0 --http-address 127.0.0.1:0 \
    >"$folder/sipd.log" 2>&1 &
  server=$!
  # Ends with that line, or when sipd ends.
  local line
  line=$(grep -m 1 '^listening ' < <(tail -n +1 -F --pid="$server" "$folder/sipd.log" 2>/dev/null)) ||
    fail "sipd ended at its start"
  address=${line#listening }
}

ask() { "$sipctl" --address "$address" --agency kommun-a "$@"; }

for binary in "$sipd" "$sipctl" "$play_story"; do
  [[ -x $binary ]] || fail "there is no $binary; run tools/dev demo"
done

say "sipd starts in $folder"
start_server
head -n 20 "$folder/sipd.log"

say "Karl's story, step by step"
"$play_story" --address "$address" --story "$story" --say >"$folder/story.log" 2>"$folder/story.err" || {
  cat "$folder/story.log"
  cat "$folder/story.err" >&2
  fail "the story broke off"
}
cat "$folder/story.log"
case_id=$(tail -n 1 "$folder/story.log")

say "The plan"
ask plan show --case-id "$case_id" || fail "the plan cannot be shown"
say "The deadlines"
ask deadlines --case-id "$case_id" || fail "the deadlines cannot be shown"
say "The timeline"
ask --lang sv case timeline --case-id "$case_id" || fail "the timeline cannot be shown"

say "sipd stops"
stop_server || fail "sipd did not end in good order"

say "The verdict of sipctl verify"
"$sipctl" verify --data-dir "$folder/data" || fail "the data is not sound"

say "The data lies in $folder/data; look at it with: $sipctl log cat --data-dir $folder/data"

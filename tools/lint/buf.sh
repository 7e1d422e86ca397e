#!/usr/bin/env bash
# usage: tools/lint/buf.sh lint IMAGE
#        tools/lint/buf.sh breaking IMAGE BASELINE
# buf reads a compiled image, so that it needs neither the network nor a second way to find imports.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root
readonly buf="$root/.deps/buf/node_modules/.bin/buf"
readonly config="$root/proto/buf.yaml"

[[ -x $buf ]] || { echo "buf is missing; run: tools/dev setup" >&2; exit 1; }
case ${1:-} in
  lint) "$buf" lint "$2" --config "$config" ;;
  breaking)
    [[ -f $3 ]] || { echo "$3 is missing; accept the present .proto files with: tools/dev baseline" >&2; exit 1; }
    "$buf" breaking "$2" --against "$3" --config "$config" --against-config "$config"
    ;;
  *) sed -n '2,3p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac

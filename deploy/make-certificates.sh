#!/usr/bin/env bash
# Makes an authority and all certificates that deploy/compose.yaml needs, to try it out: make-certificates.sh FOLDER [AGENCY...].
# Made are those of nodes, brokers and the proxy, one of each agency (region-nord), and the installation's key. For real data let
# your own authority make them, and keep its key elsewhere.
set -euo pipefail

[[ $# -ge 1 ]] || { sed -n '2,4p' "$0" >&2; exit 2; }
folder=$1
shift
[[ $# -ge 1 ]] || set -- region-nord
umask 077
mkdir -p "$folder"
cd "$folder"
[[ ! -e ca.key ]] || { echo "make-certificates.sh: $folder has certificates already" >&2; exit 1; }

new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

# issue NAME ALTERNATIVE_NAMES
issue() {
  openssl req "${new_key[@]}" -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 825 -out "$1.pem" \
    -extfile <(printf 'subjectAltName=%s\n' "$2") 2>/dev/null
  rm "$1.csr"
}

openssl req -x509 "${new_key[@]}" -keyout ca.key -out ca.pem -days 3650 -subj "/CN=sip trial authority" 2>/dev/null
# One authority for all here. With your own, that of the agencies and that of the nodes are two.
cp ca.pem internal-ca.pem
cp ca.pem client-ca.pem
for service in plans consent meetings deviations views; do
  for instance in 1 2; do
    issue "$service-$instance" "DNS:$service-$instance,DNS:sip.internal,URI:sip:node:$service-$instance"
  done
done
for broker in 1 2 3; do
  issue "kafka-$broker" "DNS:kafka-$broker"
  cat "kafka-$broker.key" "kafka-$broker.pem" ca.pem >"kafka-$broker.keystore.pem"
done
issue front "DNS:localhost,IP:127.0.0.1"
issue edge "URI:sip:edge:front"
for agency in "$@"; do issue "$agency" "URI:sip:agency:$agency"; done
head -c 32 /dev/urandom >installation.key
echo "made certificates and installation.key in $folder"

#!/usr/bin/env bash
# Starts one broker in the container of deploy/compose.yaml: start-broker.sh ID. On the first start its folder is formatted with
# eligible leader replicas, which kafka.durability of the services relies on.
set -euo pipefail

id=$1
readonly id settings=/tmp/server.properties kafka=/opt/kafka/bin
cp /etc/kafka/broker.properties "$settings"
cat >>"$settings" <<PROPERTIES
node.id=$id
advertised.listeners=NODES://kafka-$id:9093
ssl.keystore.location=/etc/kafka/tls/kafka-$id.keystore.pem
PROPERTIES
"$kafka/kafka-storage.sh" format --ignore-formatted "--cluster-id=$CLUSTER_ID" --config "$settings" \
  --feature eligible.leader.replicas.version=1
exec "$kafka/kafka-server-start.sh" "$settings"

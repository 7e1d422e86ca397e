#include "libs/log_kafka/kafka_log_options.h"

#include "libs/config/config.h"

namespace sip {
namespace {

KafkaConnection::Protocol ProtocolOf(const Config& config) {
  if (config.kafka_protocol == "plaintext") return KafkaConnection::Protocol::kPlaintext;
  return config.kafka_protocol == "sasl-tls" ? KafkaConnection::Protocol::kSaslTls : KafkaConnection::Protocol::kTls;
}

}  // namespace

KafkaLogOptions KafkaLogOptionsOf(const Config& config) {
  KafkaLogOptions options;
  options.connection.brokers = config.kafka_brokers;
  options.connection.protocol = ProtocolOf(config);
  options.connection.ca_file = config.kafka_ca_file;
  options.connection.certificate_file = config.kafka_certificate_file;
  options.connection.key_file = config.kafka_key_file;
  options.connection.key_password_file = config.kafka_key_password_file;
  options.connection.mechanism = config.kafka_mechanism;
  options.connection.user = config.kafka_user;
  options.connection.password_file = config.kafka_password_file;
  options.connection.token_file = config.kafka_token_file;
  options.topic_prefix = config.kafka_topic_prefix;
  options.durability = config.kafka_durability == "flush-each-record" ? KafkaLogOptions::Durability::kFlushEachRecord
                                                                      : KafkaLogOptions::Durability::kEligibleLeaderReplicas;
  options.replicas = static_cast<int>(config.kafka_replicas);
  options.replicas_in_sync = static_cast<int>(config.kafka_replicas_in_sync);
  options.append_timeout = config.kafka_append_timeout;
  options.request_timeout = config.kafka_request_timeout;
  options.ownership_interval = config.kafka_ownership_interval;
  options.check_interval = config.kafka_check_interval;
  options.queue_records = config.kafka_queue_records;
  options.queue_bytes = config.kafka_queue_bytes;
  options.fetch_bytes = config.kafka_fetch_bytes;
  return options;
}

}  // namespace sip

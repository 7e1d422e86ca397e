#include "libs/log_kafka/kafka_connection.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/telemetry/log.h"

namespace sip {
namespace {

bool IsOnLoopback(absl::string_view broker) {
  return absl::StartsWith(broker, "127.") || absl::StartsWith(broker, "localhost:") || absl::StartsWith(broker, "[::1]:");
}

absl::StatusOr<std::string> ReadSecret(const std::string& file, absl::string_view what) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (!stream.good() && text.empty()) return absl::InvalidArgumentError(absl::StrCat(what, ": cannot read ", file));
  return std::string(absl::StripSuffix(text, "\n"));
}

absl::Status AddTls(const KafkaConnection& connection, KafkaSettings& settings) {
  if (connection.ca_file.empty()) return absl::InvalidArgumentError("TLS to the brokers needs kafka.ca_file");
  settings.emplace_back("ssl.ca.location", connection.ca_file);
  settings.emplace_back("ssl.endpoint.identification.algorithm", "https");
  if (connection.certificate_file.empty() != connection.key_file.empty()) {
    return absl::InvalidArgumentError("kafka.certificate_file and kafka.key_file are set together or not at all");
  }
  if (connection.certificate_file.empty()) return absl::OkStatus();
  settings.emplace_back("ssl.certificate.location", connection.certificate_file);
  settings.emplace_back("ssl.key.location", connection.key_file);
  if (connection.key_password_file.empty()) return absl::OkStatus();
  SIP_ASSIGN_OR_RETURN(std::string password, ReadSecret(connection.key_password_file, "kafka.key_password_file"));
  settings.emplace_back("ssl.key.password", std::move(password));
  return absl::OkStatus();
}

absl::Status AddSasl(const KafkaConnection& connection, KafkaSettings& settings) {
  if (connection.mechanism != "SCRAM-SHA-512" && connection.mechanism != "SCRAM-SHA-256") {
    return absl::InvalidArgumentError(
        absl::StrCat("kafka.mechanism is SCRAM-SHA-512 or SCRAM-SHA-256, not '", connection.mechanism, "'"));
  }
  if (connection.user.empty() || connection.password_file.empty()) {
    return absl::InvalidArgumentError("SASL needs kafka.user and kafka.password_file");
  }
  SIP_ASSIGN_OR_RETURN(std::string password, ReadSecret(connection.password_file, "kafka.password_file"));
  settings.emplace_back("sasl.mechanisms", connection.mechanism);
  settings.emplace_back("sasl.username", connection.user);
  settings.emplace_back("sasl.password", std::move(password));
  return absl::OkStatus();
}

// librdkafka names what it says by short codes of its own, such as FAIL or REQTMOUT.
void LogLine(const rd_kafka_t* /*client*/, int level, const char* code, const char* /*text*/) {
  Log(level <= 4 ? LogLevel::kWarning : LogLevel::kDebug, "kafka_client", {{"code", LogCode(code)}, {"level", level}});
}

void OnError(rd_kafka_t* /*client*/, int error, const char* /*reason*/, void* /*opaque*/) {
  LogWarning("kafka_error", {{"error", LogCode(rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error)))}});
}

}  // namespace

absl::StatusOr<KafkaSettings> ConnectionSettings(const KafkaConnection& connection) {
  if (connection.brokers.empty()) return absl::InvalidArgumentError("kafka.brokers is empty: name some brokers as host:port");
  KafkaSettings settings = {
      {"bootstrap.servers", connection.brokers},
      {"client.id", "sipd"},
      {"socket.nagle.disable", "true"},
      {"socket.keepalive.enable", "true"},
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      {"topic.metadata.refresh.fast.interval.ms", "100"},
      {"log.connection.close", "false"},
  };
  switch (connection.protocol) {
    case KafkaConnection::Protocol::kPlaintext:
      for (const absl::string_view broker : absl::StrSplit(connection.brokers, ',')) {
        if (IsOnLoopback(broker)) continue;
        return absl::InvalidArgumentError(absl::StrCat("kafka.protocol is plaintext and ", broker,
                                                       " is not on the loopback: set kafka.protocol to tls or sasl_tls"));
      }
      return settings;
    case KafkaConnection::Protocol::kTls:
      settings.emplace_back("security.protocol", "ssl");
      SIP_RETURN_IF_ERROR(AddTls(connection, settings));
      return settings;
    case KafkaConnection::Protocol::kSaslTls:
      settings.emplace_back("security.protocol", "sasl_ssl");
      SIP_RETURN_IF_ERROR(AddTls(connection, settings));
      SIP_RETURN_IF_ERROR(AddSasl(connection, settings));
      return settings;
  }
  return absl::InternalError("unknown protocol");
}

absl::StatusOr<KafkaPtr<rd_kafka_t>> NewKafkaClient(rd_kafka_type_t type, const KafkaSettings& settings, DeliveryReport on_report,
                                                    void* opaque) {
  KafkaPtr<rd_kafka_conf_t> conf(rd_kafka_conf_new());
  std::array<char, 512> text{};
  for (const auto& [key, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), text.data(), text.size()) == RD_KAFKA_CONF_OK) continue;
    return absl::InvalidArgumentError(absl::StrCat("the Kafka client refuses its setting ", key, ": ", text.data()));
  }
  rd_kafka_conf_set_log_cb(conf.get(), LogLine);
  rd_kafka_conf_set_error_cb(conf.get(), OnError);
  rd_kafka_conf_set_opaque(conf.get(), opaque);
  if (on_report != nullptr) rd_kafka_conf_set_dr_msg_cb(conf.get(), on_report);
  KafkaPtr<rd_kafka_t> client(rd_kafka_new(type, conf.get(), text.data(), text.size()));
  if (client == nullptr) return absl::InvalidArgumentError(absl::StrCat("the Kafka client cannot be made: ", text.data()));
  (void)conf.release();  // The client's now.
  return client;
}

absl::Status KafkaStatus(rd_kafka_resp_err_t error, absl::string_view what) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  const std::string message = absl::StrCat(what, ": ", rd_kafka_err2str(error), " (", rd_kafka_err2name(error), ")");
  switch (error) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return absl::PermissionDeniedError(absl::StrCat(message, "; give this user the right in the brokers' ACLs"));
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return absl::UnauthenticatedError(absl::StrCat(message, "; check kafka.user, kafka.password_file and the certificates"));
    case RD_KAFKA_RESP_ERR__SSL:
      return absl::UnauthenticatedError(absl::StrCat(message, "; check kafka.ca_file and the certificates"));
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
      return absl::FailedPreconditionError(
          absl::StrCat(message, "; this machine's clock is off from the broker's: set it right (NTP)"));
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return absl::NotFoundError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::StatusOr<KafkaTopicInfo> DescribeTopic(rd_kafka_t* client, const std::string& topic, absl::Duration timeout) {
  const KafkaPtr<rd_kafka_topic_t> handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  if (handle == nullptr) return KafkaStatus(rd_kafka_last_error(), absl::StrCat("topic ", topic));
  const rd_kafka_metadata_t* found = nullptr;
  const auto milliseconds = static_cast<int>(absl::ToInt64Milliseconds(timeout));
  SIP_RETURN_IF_ERROR(KafkaStatus(rd_kafka_metadata(client, 0, handle.get(), &found, milliseconds), absl::StrCat("topic ", topic)));
  const KafkaPtr<const rd_kafka_metadata_t> metadata(found);
  if (metadata->topic_cnt != 1) return absl::UnavailableError(absl::StrCat("topic ", topic, ": the broker says nothing of it"));
  const rd_kafka_metadata_topic_t& described = metadata->topics[0];
  SIP_RETURN_IF_ERROR(KafkaStatus(described.err, absl::StrCat("topic ", topic)));
  KafkaTopicInfo info;
  info.leaders.assign(static_cast<size_t>(described.partition_cnt), -1);
  for (int i = 0; i < described.partition_cnt; ++i) {
    const rd_kafka_metadata_partition_t& partition = described.partitions[i];
    if (partition.id >= 0 && partition.id < described.partition_cnt) {
      info.leaders[static_cast<size_t>(partition.id)] = partition.leader;
    }
    info.replicas = i == 0 ? partition.replica_cnt : std::min(info.replicas, partition.replica_cnt);
  }
  return info;
}

}  // namespace sip

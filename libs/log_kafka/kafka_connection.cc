#include "libs/log_kafka/kafka_connection.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/clock.h"
#include "libs/base/monotonic.h"
#include "libs/base/status_macros.h"
#include "libs/log_kafka/bearer_token.h"
#include "libs/telemetry/log.h"

namespace sip {
namespace {

// After so long a client looks whether it has been turned away, before it goes on asking.
constexpr absl::Duration kFirstQuestion = absl::Seconds(2);

// By its address: a name such as 127.example.com may lie anywhere.
bool IsOnLoopback(absl::string_view broker) {
  const size_t colon = broker.rfind(':');
  const std::string host(broker.substr(0, colon));
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return ntohl(address.s_addr) >> 24 == 127;
  return host == "localhost" || host == "[::1]";
}

// Before 2.6.1 librdkafka sends a nonce twice, which brokers before 4.0 did not mind.
bool DoublesScramNonce() { return rd_kafka_version() < 0x02060100; }
constexpr char kScramAdvice[] =
    "; this librdkafka cannot do SCRAM with brokers of Kafka 4 (2.6.1 can): use kafka.mechanism PLAIN, or a client certificate";

absl::StatusOr<std::string> ReadSecret(const std::string& file, absl::string_view what) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  const absl::string_view secret = absl::StripSuffix(text, "\n");
  if (secret.empty()) return absl::InvalidArgumentError(absl::StrCat(what, ": cannot read ", file, ", or it is empty"));
  return std::string(secret);
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

constexpr char kBearer[] = "OAUTHBEARER";
// librdkafka gives it back to whom it asks for a token.
constexpr char kTokenFileSetting[] = "sasl.oauthbearer.config";

absl::Status AddToken(const KafkaConnection& connection, KafkaSettings& settings) {
  if (connection.token_file.empty()) return absl::InvalidArgumentError("kafka.mechanism OAUTHBEARER needs kafka.token_file");
  SIP_RETURN_IF_ERROR(ReadBearerToken(connection.token_file, SystemClock().Now()).status());
  settings.emplace_back("sasl.mechanisms", kBearer);
  settings.emplace_back(kTokenFileSetting, connection.token_file);
  return absl::OkStatus();
}

absl::Status AddSasl(const KafkaConnection& connection, KafkaSettings& settings) {
  if (connection.mechanism == kBearer) return AddToken(connection, settings);
  if (connection.mechanism != "SCRAM-SHA-512" && connection.mechanism != "SCRAM-SHA-256" && connection.mechanism != "PLAIN") {
    return absl::InvalidArgumentError(
        absl::StrCat("kafka.mechanism is SCRAM-SHA-512, SCRAM-SHA-256, PLAIN or OAUTHBEARER, not '", connection.mechanism, "'"));
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
  // It warns of settings that we mean, with each client.
  const bool matters = level <= 4 && absl::string_view(code) != "CONFWARN";
  Log(matters ? LogLevel::kWarning : LogLevel::kDebug, "kafka_client", {{"code", LogCode(code)}, {"level", level}});
}

// What the client's callbacks share; the client's opaque pointer.
struct ClientState {
  DeliveryReport on_report = nullptr;
  Rebalance on_rebalance = nullptr;
  void* opaque = nullptr;
  std::atomic<rd_kafka_resp_err_t> refusal{RD_KAFKA_RESP_ERR_NO_ERROR};
};

ClientState& StateOf(const rd_kafka_t* client) { return *static_cast<ClientState*>(rd_kafka_opaque(client)); }

void OnError(rd_kafka_t* client, int error, const char* /*reason*/, void* /*opaque*/) {
  const auto code = static_cast<rd_kafka_resp_err_t>(error);
  LogWarning("kafka_error", {{"error", LogCode(rd_kafka_err2name(code))}});
  const bool refused = code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__SSL;
  if (refused) StateOf(client).refusal = code;
}

void OnTokenWanted(rd_kafka_t* client, const char* token_file, void* /*opaque*/) {
  std::array<char, 512> text{};
  const absl::StatusOr<BearerToken> token = ReadBearerToken(token_file, SystemClock().Now());
  if (!token.ok()) {
    // It asks again after ten seconds.
    LogWarning("kafka_token_refused", {{"why", OperatorText(token.status().message())}});
    rd_kafka_oauthbearer_set_token_failure(client, "the token file holds no token");
    return;
  }
  const rd_kafka_resp_err_t error = rd_kafka_oauthbearer_set_token(client, token->text.c_str(), absl::ToUnixMillis(token->expires),
                                                                   token->subject.c_str(), nullptr, 0, text.data(), text.size());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  LogWarning("kafka_token_refused", {{"error", LogCode(rd_kafka_err2name(error))}});
  // Not in the client's words: these may hold the token.
  rd_kafka_oauthbearer_set_token_failure(client, "the client refuses the token");
}

void OnReport(rd_kafka_t* client, const rd_kafka_message_t* message, void* /*opaque*/) {
  const ClientState& state = StateOf(client);
  state.on_report(client, message, state.opaque);
}

void OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t event, rd_kafka_topic_partition_list_t* list, void* /*opaque*/) {
  const ClientState& state = StateOf(client);
  state.on_rebalance(client, event, list, state.opaque);
}

// As rd_kafka_metadata. A client that the brokers turn away learns that soon, and need not wait for the whole time-out.
absl::Status FetchMetadata(rd_kafka_t* client, rd_kafka_topic_t* topic, absl::Duration timeout, const std::string& what,
                           KafkaPtr<const rd_kafka_metadata_t>& metadata) {
  const absl::Duration until = MonotonicNow() + timeout;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  for (absl::Duration left = timeout; left > absl::ZeroDuration(); left = until - MonotonicNow()) {
    const absl::Duration wait = left == timeout ? std::min(timeout, kFirstQuestion) : left;
    const rd_kafka_metadata_t* found = nullptr;
    error = rd_kafka_metadata(client, 0, topic, &found, static_cast<int>(absl::ToInt64Milliseconds(wait)) + 1);
    metadata.reset(found);
    const absl::Status refusal = KafkaRefusal(client, what);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    SIP_RETURN_IF_ERROR(refusal);
  }
  StateOf(client).refusal = RD_KAFKA_RESP_ERR_NO_ERROR;
  return KafkaStatus(error, what);
}

// The brokers of a partition that have a replica, and are not in sync.
std::vector<int32_t> LaggingOf(const rd_kafka_metadata_partition_t& partition) {
  const std::vector<int32_t> in_sync(partition.isrs, partition.isrs + partition.isr_cnt);
  std::vector<int32_t> lagging;
  for (int i = 0; i < partition.replica_cnt; ++i) {
    const int32_t broker = partition.replicas[i];
    if (std::find(in_sync.begin(), in_sync.end(), broker) == in_sync.end()) lagging.push_back(broker);
  }
  return lagging;
}

KafkaTopicInfo InfoOf(const rd_kafka_metadata_topic_t& described) {
  KafkaTopicInfo info;
  info.leaders.assign(static_cast<size_t>(described.partition_cnt), -1);
  info.lagging.resize(info.leaders.size());
  for (int i = 0; i < described.partition_cnt; ++i) {
    const rd_kafka_metadata_partition_t& partition = described.partitions[i];
    if (partition.id >= 0 && partition.id < described.partition_cnt) {
      info.leaders[static_cast<size_t>(partition.id)] = partition.leader;
      info.lagging[static_cast<size_t>(partition.id)] = LaggingOf(partition);
    }
    info.replicas = i == 0 ? partition.replica_cnt : std::min(info.replicas, partition.replica_cnt);
  }
  return info;
}

}  // namespace

absl::StatusOr<KafkaSettings> ConnectionSettings(const KafkaConnection& connection, absl::Duration request_timeout) {
  if (connection.brokers.empty()) return absl::InvalidArgumentError("kafka.brokers is empty: name some brokers as host:port");
  const absl::Duration half = std::clamp(request_timeout / 2, absl::Seconds(1), absl::Minutes(1));
  const std::string broker_timeout = absl::StrCat(absl::ToInt64Milliseconds(half));
  KafkaSettings settings = {
      {"bootstrap.servers", connection.brokers},
      {"client.id", "sipd"},
      {"socket.nagle.disable", "true"},
      {"socket.keepalive.enable", "true"},
      // A broker that stands still keeps its connections; by default one is asked again and again for a minute.
      {"socket.timeout.ms", broker_timeout},
      {"socket.connection.setup.timeout.ms", broker_timeout},
      {"api.version.request.timeout.ms", broker_timeout},
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
                                                       " is not on the loopback: set kafka.protocol to tls or sasl-tls"));
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

absl::StatusOr<KafkaSettings> UnavailableWhileRunning(absl::StatusOr<KafkaSettings> settings) {
  if (absl::IsInvalidArgument(settings.status())) return absl::UnavailableError(settings.status().message());
  return settings;
}

absl::StatusOr<KafkaPtr<rd_kafka_t>> NewKafkaClient(rd_kafka_type_t type, const KafkaSettings& settings, DeliveryReport on_report,
                                                    void* opaque, Rebalance on_rebalance) {
  KafkaPtr<rd_kafka_conf_t> conf(rd_kafka_conf_new());
  std::array<char, 512> text{};
  for (const auto& [key, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), text.data(), text.size()) == RD_KAFKA_CONF_OK) continue;
    return absl::InvalidArgumentError(absl::StrCat("the Kafka client refuses its setting ", key, ": ", text.data()));
  }
  rd_kafka_conf_set_log_cb(conf.get(), LogLine);
  rd_kafka_conf_set_error_cb(conf.get(), OnError);
  auto state = std::make_unique<ClientState>();
  state->on_report = on_report;
  state->on_rebalance = on_rebalance;
  state->opaque = opaque;
  rd_kafka_conf_set_opaque(conf.get(), state.get());
  if (on_report != nullptr) rd_kafka_conf_set_dr_msg_cb(conf.get(), OnReport);
  if (on_rebalance != nullptr) rd_kafka_conf_set_rebalance_cb(conf.get(), OnRebalance);
  const bool by_token = std::any_of(settings.begin(), settings.end(), [](const auto& s) { return s.first == kTokenFileSetting; });
  if (by_token) {
    rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf.get(), OnTokenWanted);
    rd_kafka_conf_enable_sasl_queue(conf.get(), 1);
  }
  KafkaPtr<rd_kafka_t> client(rd_kafka_new(type, conf.get(), text.data(), text.size()));
  if (client == nullptr) return absl::InvalidArgumentError(absl::StrCat("the Kafka client cannot be made: ", text.data()));
  (void)conf.release();  // The client's now, as the state.
  (void)state.release();
  // On a thread of the client's: most of what we call does not serve callbacks.
  if (by_token) {
    if (const KafkaPtr<rd_kafka_error_t> refused(rd_kafka_sasl_background_callbacks_enable(client.get())); refused != nullptr) {
      return absl::InternalError(absl::StrCat("the Kafka client cannot ask for tokens: ", rd_kafka_error_string(refused.get())));
    }
  }
  return client;
}

void KafkaDeleter::operator()(rd_kafka_t* client) const {
  const std::unique_ptr<ClientState> state(&StateOf(client));
  rd_kafka_destroy(client);
}

absl::Status KafkaRefusal(rd_kafka_t* client, absl::string_view what) {
  rd_kafka_poll(client, 0);
  return KafkaStatus(StateOf(client).refusal, what);
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
      return absl::UnauthenticatedError(
          absl::StrCat(message, "; check kafka.user, kafka.password_file or kafka.token_file, and the certificates",
                       DoublesScramNonce() ? kScramAdvice : ""));
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
  const std::string what = absl::StrCat("topic ", topic);
  const KafkaPtr<rd_kafka_topic_t> handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  if (handle == nullptr) return KafkaStatus(rd_kafka_last_error(), what);
  KafkaPtr<const rd_kafka_metadata_t> metadata;
  SIP_RETURN_IF_ERROR(FetchMetadata(client, handle.get(), timeout, what, metadata));
  if (metadata->topic_cnt != 1) return absl::UnavailableError(absl::StrCat(what, ": the broker says nothing of it"));
  SIP_RETURN_IF_ERROR(KafkaStatus(metadata->topics[0].err, what));
  return InfoOf(metadata->topics[0]);
}

absl::StatusOr<std::map<std::string, KafkaTopicInfo>> DescribeKnownTopics(rd_kafka_t* client, absl::Duration timeout) {
  KafkaPtr<const rd_kafka_metadata_t> metadata;
  SIP_RETURN_IF_ERROR(FetchMetadata(client, nullptr, timeout, "topics", metadata));
  std::map<std::string, KafkaTopicInfo> topics;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& described = metadata->topics[i];
    if (described.err == RD_KAFKA_RESP_ERR_NO_ERROR) topics.emplace(described.topic, InfoOf(described));
  }
  return topics;
}

absl::StatusOr<KafkaClusterInfo> DescribeCluster(rd_kafka_t* client, absl::Duration timeout) {
  KafkaPtr<const rd_kafka_metadata_t> metadata;
  SIP_RETURN_IF_ERROR(FetchMetadata(client, nullptr, timeout, "the cluster", metadata));
  KafkaClusterInfo info;
  for (int i = 0; i < metadata->broker_cnt; ++i) {
    const rd_kafka_metadata_broker_t& broker = metadata->brokers[i];
    info.brokers.emplace(broker.id, absl::StrCat(broker.host, ":", broker.port));
  }
  // The metadata had it.
  char* const id = rd_kafka_clusterid(client, 0);
  if (id == nullptr) return info;
  info.id = id;
  rd_kafka_mem_free(client, id);
  return info;
}

}  // namespace sip

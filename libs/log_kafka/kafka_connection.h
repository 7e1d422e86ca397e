// How a Kafka cluster is reached, and the client handles of librdkafka behind it (internal to log_kafka, but for the settings).
#ifndef SIP_LIBS_LOG_KAFKA_KAFKA_CONNECTION_H_
#define SIP_LIBS_LOG_KAFKA_KAFKA_CONNECTION_H_

#include <librdkafka/rdkafka.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sip {

struct KafkaConnection {
  enum class Protocol { kPlaintext, kTls, kSaslTls };

  // "host:port,host:port": some of the brokers; the others are learned from them.
  std::string brokers;
  // Plaintext is refused unless all of `brokers` are on the loopback.
  Protocol protocol = Protocol::kPlaintext;
  // With TLS: whose certificates are believed.
  std::string ca_file{};
  // With TLS: our own certificate and key (mTLS); none if empty.
  std::string certificate_file{};
  std::string key_file{};
  std::string key_password_file{};
  // With SASL: SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN, which sends the password itself, within TLS; or OAUTHBEARER. SCRAM with
  // brokers of Kafka 4 needs librdkafka 2.6.1.
  std::string mechanism = "SCRAM-SHA-512";
  std::string user{};
  std::string password_file{};
  // With OAUTHBEARER, instead of user and password: bearer_token.h. Read again, by each client, when four fifths of the token's
  // time have passed.
  std::string token_file{};
};

// One client of librdkafka. What it says of itself goes to our log; it prints nothing.
using KafkaSettings = std::vector<std::pair<std::string, std::string>>;

struct KafkaDeleter {
  void operator()(rd_kafka_t* client) const;  // One that NewKafkaClient made.
  void operator()(rd_kafka_conf_t* settings) const { rd_kafka_conf_destroy(settings); }
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
template <typename T>
using KafkaPtr = std::unique_ptr<T, KafkaDeleter>;

// The settings that every client of the connection has. INVALID_ARGUMENT says what is missing or cannot be read, and forbids
// plaintext beyond the loopback. `request_timeout`: within it, another broker is asked if one does not answer.
absl::StatusOr<KafkaSettings> ConnectionSettings(const KafkaConnection& connection,
                                                 absl::Duration request_timeout = absl::Seconds(10));

// The same for a client that is made after the start, when all could be read: what cannot be read now passes, since whoever renews
// a password or a token is at it, or late.
absl::StatusOr<KafkaSettings> UnavailableWhileRunning(absl::StatusOr<KafkaSettings> settings);

// INVALID_ARGUMENT with librdkafka's words if a setting is refused. `on_report`: producers only, called by rd_kafka_poll;
// `on_rebalance`: members of a group only, called by rd_kafka_consumer_poll.
using DeliveryReport = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void* opaque);
using Rebalance = void (*)(rd_kafka_t*, rd_kafka_resp_err_t event, rd_kafka_topic_partition_list_t* list, void* opaque);
absl::StatusOr<KafkaPtr<rd_kafka_t>> NewKafkaClient(rd_kafka_type_t type, const KafkaSettings& settings,
                                                    DeliveryReport on_report = nullptr, void* opaque = nullptr,
                                                    Rebalance on_rebalance = nullptr);

// Why the brokers turn the client away, as far as that is known: UNAUTHENTICATED with what to check; OK if they do not. Serves the
// client's callbacks.
absl::Status KafkaRefusal(rd_kafka_t* client, absl::string_view what);

// What an error of librdkafka or a broker means for us: PERMISSION_DENIED, UNAUTHENTICATED, FAILED_PRECONDITION for what an
// operator must change, UNAVAILABLE for what passes.
absl::Status KafkaStatus(rd_kafka_resp_err_t error, absl::string_view what);

// Topic and partition count as the cluster knows them now. NOT_FOUND if there is no such topic.
struct KafkaTopicInfo {
  std::vector<int32_t> leaders;  // By partition; -1: none.
  int replicas = 0;              // Of the partition that has the fewest.
  // By partition: the brokers whose replica is not in sync.
  std::vector<std::vector<int32_t>> lagging;
};
absl::StatusOr<KafkaTopicInfo> DescribeTopic(rd_kafka_t* client, const std::string& topic, absl::Duration timeout);
// All topics of which the client holds a handle, and that are there, with one request.
absl::StatusOr<std::map<std::string, KafkaTopicInfo>> DescribeKnownTopics(rd_kafka_t* client, absl::Duration timeout);

// The cluster as one of its brokers knows it now.
struct KafkaClusterInfo {
  std::string id;
  std::map<int32_t, std::string> brokers;  // By id: "host:port".
};
absl::StatusOr<KafkaClusterInfo> DescribeCluster(rd_kafka_t* client, absl::Duration timeout);

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_KAFKA_CONNECTION_H_

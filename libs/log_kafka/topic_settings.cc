#include "libs/log_kafka/topic_settings.h"

#include <array>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/mutant.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/record.h"

namespace sip {
namespace {

struct AdminDeleter {
  void operator()(rd_kafka_AdminOptions_t* options) const { rd_kafka_AdminOptions_destroy(options); }
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
  void operator()(rd_kafka_ConfigResource_t* resource) const { rd_kafka_ConfigResource_destroy(resource); }
};
template <typename T>
using AdminPtr = std::unique_ptr<T, AdminDeleter>;

constexpr uint64_t kTopicMessageBytes = kMaxRecordBytes + (1 << 20);
// Records from the future would make every later one wait.
constexpr char kTimestampAfter[] = "60000";

// An event of the kind asked for, or why there is none.
absl::StatusOr<KafkaPtr<rd_kafka_event_t>> AwaitEvent(rd_kafka_t* client, rd_kafka_queue_t* queue, absl::Duration timeout,
                                                      absl::string_view what) {
  KafkaPtr<rd_kafka_event_t> event(rd_kafka_queue_poll(queue, static_cast<int>(absl::ToInt64Milliseconds(timeout))));
  if (event == nullptr || rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR__TIMED_OUT) {
    SIP_RETURN_IF_ERROR(KafkaRefusal(client, what));
    return absl::UnavailableError(absl::StrCat(what, ": the brokers do not answer"));
  }
  SIP_RETURN_IF_ERROR(KafkaStatus(rd_kafka_event_error(event.get()), what));
  return event;
}

bool IsAtLeast(const std::string& text, int64_t least) {
  int64_t value = 0;
  return absl::SimpleAtoi(text, &value) && value >= least;
}

bool IsSafe(const KafkaLogOptions& options, const std::string& name, const std::string& wanted, const std::string& found) {
  if (name == "min.insync.replicas") return IsAtLeast(found, options.replicas_in_sync);
  if (name == "max.message.bytes") return IsAtLeast(found, static_cast<int64_t>(kTopicMessageBytes));
  // Somebody may have made it stricter or wider; the default of the brokers is no limit at all.
  if (name == "message.timestamp.after.max.ms") return found != absl::StrCat(INT64_MAX);
  return found == wanted;
}

absl::StatusOr<std::map<std::string, std::string>> FetchSettings(rd_kafka_t* client, rd_kafka_ResourceType_t type,
                                                                 const std::string& name, absl::Duration timeout,
                                                                 const std::string& what) {
  const KafkaPtr<rd_kafka_queue_t> queue(rd_kafka_queue_new(client));
  const AdminPtr<rd_kafka_ConfigResource_t> resource(rd_kafka_ConfigResource_new(type, name.c_str()));
  std::array<rd_kafka_ConfigResource_t*, 1> resources = {resource.get()};
  const AdminPtr<rd_kafka_AdminOptions_t> admin(rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  rd_kafka_DescribeConfigs(client, resources.data(), resources.size(), admin.get(), queue.get());
  SIP_ASSIGN_OR_RETURN(const KafkaPtr<rd_kafka_event_t> event, AwaitEvent(client, queue.get(), timeout, what));
  const rd_kafka_DescribeConfigs_result_t* const result = rd_kafka_event_DescribeConfigs_result(event.get());
  size_t count = 0;
  const rd_kafka_ConfigResource_t** const described =
      result == nullptr ? nullptr : rd_kafka_DescribeConfigs_result_resources(result, &count);
  if (count != 1) return absl::UnavailableError(absl::StrCat(what, ": the broker does not tell"));
  SIP_RETURN_IF_ERROR(KafkaStatus(rd_kafka_ConfigResource_error(described[0]), what));
  size_t entries = 0;
  const rd_kafka_ConfigEntry_t** const all = rd_kafka_ConfigResource_configs(described[0], &entries);
  std::map<std::string, std::string> settings;
  for (size_t i = 0; i < entries; ++i) {
    const char* const value = rd_kafka_ConfigEntry_value(all[i]);
    settings[rd_kafka_ConfigEntry_name(all[i])] = value == nullptr ? "" : value;
  }
  return settings;
}

}  // namespace

std::map<std::string, std::string> SafeTopicSettings(const KafkaLogOptions& options) {
  std::map<std::string, std::string> settings = {
      {"min.insync.replicas", absl::StrCat(options.replicas_in_sync)},
      {"unclean.leader.election.enable", "false"},
      {"cleanup.policy", "delete"},
      {"retention.ms", "-1"},
      {"retention.bytes", "-1"},
      {"message.timestamp.type", "CreateTime"},
      {"message.timestamp.after.max.ms", kTimestampAfter},
      {"max.message.bytes", absl::StrCat(kTopicMessageBytes)},
  };
  if (options.durability == KafkaLogOptions::Durability::kFlushEachRecord) settings["flush.messages"] = "1";
  return settings;
}

std::vector<UnsafeSetting> FindUnsafeSettings(const KafkaLogOptions& options, const std::map<std::string, std::string>& found) {
  std::vector<UnsafeSetting> unsafe;
  for (const auto& [name, wanted] : SafeTopicSettings(options)) {
    const auto it = found.find(name);
    if (it != found.end() && IsSafe(options, name, wanted, it->second)) continue;
    unsafe.push_back({name, it == found.end() ? "not set" : it->second, wanted});
  }
  return unsafe;
}

absl::Status CheckTopicSettings(const KafkaLogOptions& options, const std::string& topic,
                                const std::map<std::string, std::string>& found) {
  std::vector<std::string> wrong;
  std::vector<std::string> mend;
  for (const UnsafeSetting& unsafe : FindUnsafeSettings(options, found)) {
    wrong.push_back(absl::StrCat(unsafe.name, " is ", unsafe.found));
    mend.push_back(absl::StrCat(unsafe.name, "=", unsafe.wanted));
  }
  if (wrong.empty() || SIP_MUTANT(topic_settings_not_compared)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("topic ", topic, " is not safe: ", absl::StrJoin(wrong, ", "),
                   "; change it with: kafka-configs.sh --alter --entity-type topics --entity-name ", topic, " --add-config ",
                   absl::StrJoin(mend, ",")));
}

absl::StatusOr<std::map<std::string, std::string>> FetchTopicSettings(rd_kafka_t* client, const std::string& topic,
                                                                      absl::Duration timeout) {
  return FetchSettings(client, RD_KAFKA_RESOURCE_TOPIC, topic, timeout, absl::StrCat("settings of topic ", topic));
}

absl::Status AskBroker(rd_kafka_t* client, int32_t broker, absl::Duration timeout) {
  const absl::Status status =
      FetchSettings(client, RD_KAFKA_RESOURCE_BROKER, absl::StrCat(broker), timeout, absl::StrCat("broker ", broker)).status();
  return absl::IsPermissionDenied(status) ? absl::OkStatus() : status;
}

absl::Status AssertTopic(rd_kafka_t* client, const KafkaLogOptions& options, const std::string& topic) {
  SIP_ASSIGN_OR_RETURN(const KafkaTopicInfo info, DescribeTopic(client, topic, options.request_timeout));
  if (info.replicas < options.replicas) {
    return absl::FailedPreconditionError(absl::StrCat("topic ", topic, " has a partition with ", info.replicas,
                                                      " replicas instead of ", options.replicas,
                                                      "; add replicas with: kafka-reassign-partitions.sh"));
  }
  SIP_ASSIGN_OR_RETURN(const auto found, FetchTopicSettings(client, topic, options.request_timeout));
  return CheckTopicSettings(options, topic, found);
}

absl::StatusOr<bool> CreateTopic(rd_kafka_t* client, const KafkaLogOptions& options, const NewTopic& topic) {
  std::array<char, 512> text{};
  const AdminPtr<rd_kafka_NewTopic_t> wanted(
      rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, topic.replicas, text.data(), text.size()));
  if (wanted == nullptr) return absl::InvalidArgumentError(absl::StrCat("topic ", topic.name, ": ", text.data()));
  for (const auto& [name, value] : topic.settings) {
    SIP_RETURN_IF_ERROR(KafkaStatus(rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str()), topic.name));
  }
  const KafkaPtr<rd_kafka_queue_t> queue(rd_kafka_queue_new(client));
  const AdminPtr<rd_kafka_AdminOptions_t> admin(rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS));
  rd_kafka_AdminOptions_set_operation_timeout(admin.get(), static_cast<int>(absl::ToInt64Milliseconds(options.request_timeout)),
                                              text.data(), text.size());
  std::array<rd_kafka_NewTopic_t*, 1> topics = {wanted.get()};
  rd_kafka_CreateTopics(client, topics.data(), topics.size(), admin.get(), queue.get());
  SIP_ASSIGN_OR_RETURN(const auto event,
                       AwaitEvent(client, queue.get(), 2 * options.request_timeout, absl::StrCat("making topic ", topic.name)));
  const rd_kafka_CreateTopics_result_t* const result = rd_kafka_event_CreateTopics_result(event.get());
  size_t count = 0;
  const rd_kafka_topic_result_t** const results = result == nullptr ? nullptr : rd_kafka_CreateTopics_result_topics(result, &count);
  if (count != 1) return absl::UnavailableError(absl::StrCat("making topic ", topic.name, ": the broker does not tell"));
  const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[0]);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return true;
  if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return false;
  const absl::Status status = KafkaStatus(error, absl::StrCat("making topic ", topic.name));
  const bool speaks_for_itself = error == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT || error == RD_KAFKA_RESP_ERR_NOT_CONTROLLER ||
                                 error == RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE || !absl::IsUnavailable(status);
  if (speaks_for_itself) return status;
  return absl::FailedPreconditionError(absl::StrCat(
      "making topic ", topic.name, ": ", rd_kafka_err2str(error), ": ",
      rd_kafka_topic_result_error_string(results[0]) == nullptr ? "" : rd_kafka_topic_result_error_string(results[0])));
}

}  // namespace sip

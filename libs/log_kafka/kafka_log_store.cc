#include "libs/log_kafka/kafka_log_store.h"

#include <map>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/mutex.h"
#include "libs/base/pause.h"
#include "libs/base/status_macros.h"
#include "libs/log_kafka/kafka_log.h"
#include "libs/log_kafka/topic_settings.h"
#include "libs/telemetry/log.h"

namespace sip {
namespace {

class KafkaLogStoreImpl final : public KafkaLogStore {
 public:
  explicit KafkaLogStoreImpl(KafkaLogOptions options) : options_(std::move(options)) {}
  ~KafkaLogStoreImpl() override {
    pause_.End();
    if (watcher_.joinable()) watcher_.join();
  }

  absl::Status Open();
  EventLog* log(absl::string_view name) override {
    const auto it = logs_.find(std::string(name));
    return it == logs_.end() ? nullptr : it->second.get();
  }
  absl::Status health() const override {
    MutexLock lock(mutex_);
    return health_;
  }
  std::vector<KafkaLogStatistics> statistics() const override;

 private:
  absl::Status OpenLog(const std::string& name);
  void Watch();
  // The settings of all topics, and whether partitions have new leaders.
  void CheckAll();
  absl::Status CheckLog(KafkaLog& log);
  void LookForOthers(KafkaLog& log);

  const KafkaLogOptions options_;
  KafkaPtr<rd_kafka_t> client_;  // For questions; reads and writes nothing.
  std::map<std::string, std::unique_ptr<KafkaLog>> logs_;
  std::map<std::string, std::vector<int32_t>> leaders_;  // By log. Of the watcher.
  mutable Mutex mutex_;
  absl::Status health_ ABSL_GUARDED_BY(mutex_);
  Pause pause_;
  std::thread watcher_;
};

absl::Status KafkaLogStoreImpl::Open() {
  SIP_ASSIGN_OR_RETURN(KafkaSettings settings, ConnectionSettings(options_.connection));
  settings.insert(settings.end(), options_.more_settings.begin(), options_.more_settings.end());
  SIP_ASSIGN_OR_RETURN(client_, NewKafkaClient(RD_KAFKA_PRODUCER, settings));
  for (const std::string& name : options_.logs) SIP_RETURN_IF_ERROR(OpenLog(name));
  std::string installation_id;
  for (const auto& [name, log] : logs_) {
    if (installation_id.empty()) installation_id = log->identity().installation_id;
    if (log->identity().installation_id != installation_id) {
      return absl::FailedPreconditionError(
          absl::StrCat("topic ", log->topic(), " belongs to another installation than the topics of the other logs"));
    }
  }
  watcher_ = std::thread([this] { Watch(); });
  return absl::OkStatus();
}

absl::Status KafkaLogStoreImpl::OpenLog(const std::string& name) {
  const std::string topic = options_.TopicOf(name);
  absl::StatusOr<KafkaTopicInfo> info = DescribeTopic(client_.get(), topic, options_.request_timeout);
  if (absl::IsNotFound(info.status())) {
    return absl::NotFoundError(absl::StrCat(info.status().message(), "; make the topics with: sipctl log init"));
  }
  SIP_RETURN_IF_ERROR(info.status());
  if (options_.assert_settings) SIP_RETURN_IF_ERROR(AssertTopic(client_.get(), options_, topic));
  SIP_ASSIGN_OR_RETURN(LogIdentity identity, ReadIdentity(options_, name, static_cast<uint32_t>(info->leaders.size())));
  leaders_[name] = info->leaders;
  logs_[name] = std::make_unique<KafkaLog>(options_, std::move(identity), [this, topic] {
    return options_.assert_settings ? AssertTopic(client_.get(), options_, topic) : absl::OkStatus();
  });
  return absl::OkStatus();
}

std::vector<KafkaLogStatistics> KafkaLogStoreImpl::statistics() const {
  std::vector<KafkaLogStatistics> all;
  all.reserve(logs_.size());
  for (const auto& [name, log] : logs_) {
    const KafkaLogCounters& counters = log->counters();
    all.push_back(
        {name, counters.claims, counters.claims_lost, counters.appended, counters.fenced, counters.doubts, counters.gaps});
  }
  return all;
}

void KafkaLogStoreImpl::Watch() {
  absl::Duration checked = MonotonicNow();
  while (!pause_.ended()) {
    pause_.Take(options_.ownership_interval);
    for (const auto& [name, log] : logs_) {
      if (!pause_.ended()) LookForOthers(*log);
    }
    if (pause_.ended() || MonotonicNow() - checked < options_.check_interval) continue;
    CheckAll();
    checked = MonotonicNow();
  }
}

void KafkaLogStoreImpl::CheckAll() {
  absl::Status health;
  for (const auto& [name, log] : logs_) {
    const absl::Status status = CheckLog(*log);
    if (!status.ok() && health.ok()) health = status;
    log->CompareAgain();
  }
  if (!health.ok()) LogError("kafka_not_safe", {{"status", LogCode(absl::StatusCodeToString(health.code()))}});
  MutexLock lock(mutex_);
  health_ = health;
}

absl::Status KafkaLogStoreImpl::CheckLog(KafkaLog& log) {
  if (!options_.assert_settings) return absl::OkStatus();
  const absl::Status status = AssertTopic(client_.get(), options_, log.topic());
  // A cluster that does not answer is no reason to write nothing: appends find out for themselves.
  const absl::Status refusal = absl::IsFailedPrecondition(status) ? status : absl::OkStatus();
  for (const auto& [partition, session] : log.Sessions()) session->SetRefusal(refusal);
  return status;
}

void KafkaLogStoreImpl::LookForOthers(KafkaLog& log) {
  const auto sessions = log.Sessions();
  const auto timeout = static_cast<int>(absl::ToInt64Milliseconds(options_.request_timeout));
  const std::string& topic = log.topic();
  const absl::StatusOr<KafkaTopicInfo> info = DescribeTopic(client_.get(), topic, options_.request_timeout);
  if (info.ok() && info->leaders != leaders_[log.identity().name]) {
    leaders_[log.identity().name] = info->leaders;
    log.CompareAgain();
  }
  if (sessions.empty()) return;
  const KafkaPtr<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(static_cast<int>(sessions.size())));
  for (const auto& [partition, session] : sessions) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), static_cast<int32_t>(partition))->offset = RD_KAFKA_OFFSET_END;
  }
  if (rd_kafka_offsets_for_times(client_.get(), list.get(), timeout) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& end = list->elems[i];
    const auto found = sessions.find(static_cast<uint32_t>(end.partition));
    if (end.err != RD_KAFKA_RESP_ERR_NO_ERROR || end.offset < 0 || found == sessions.end()) continue;
    found->second->NoteEnd(static_cast<uint64_t>(end.offset));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaLogStore>> KafkaLogStore::Open(KafkaLogOptions options) {
  auto store = std::make_unique<KafkaLogStoreImpl>(std::move(options));
  SIP_RETURN_IF_ERROR(store->Open());
  return store;
}

}  // namespace sip

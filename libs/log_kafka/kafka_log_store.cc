#include "libs/log_kafka/kafka_log_store.h"

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/mutex.h"
#include "libs/base/pause.h"
#include "libs/base/status_macros.h"
#include "libs/log_kafka/kafka_log.h"
#include "libs/log_kafka/partition_streams.h"
#include "libs/log_kafka/topic_settings.h"
#include "libs/telemetry/log.h"

namespace sip {
namespace {

// The watcher's questions: it must not stand still for long when brokers are away, and the store's end waits for it.
constexpr absl::Duration kWatchTimeout = absl::Seconds(2);

KafkaLogOptions WatchOptions(KafkaLogOptions options) {
  options.request_timeout = std::min(options.request_timeout, kWatchTimeout);
  return options;
}

class KafkaLogStoreImpl final : public KafkaLogStore {
 public:
  explicit KafkaLogStoreImpl(KafkaLogOptions options) : options_(std::move(options)), watch_options_(WatchOptions(options_)) {}
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
  // Whether partitions have new leaders, and whether somebody else wrote into one of our own. Two requests for all logs.
  void LookAtEnds();
  static void TellEnd(KafkaLog& log, const rd_kafka_topic_partition_t& end, absl::Time asked);
  void NoteLeaders();

  const KafkaLogOptions options_;
  const KafkaLogOptions watch_options_;
  KafkaPtr<rd_kafka_t> client_;  // For questions; reads and writes nothing.
  std::map<std::string, std::unique_ptr<KafkaLog>> logs_;
  std::map<std::string, KafkaPtr<rd_kafka_topic_t>> topics_;  // By log: makes the client ask for all of them at once.
  std::map<std::string, std::vector<int32_t>> leaders_;       // By log. Of the watcher.
  mutable Mutex mutex_;
  absl::Status health_ ABSL_GUARDED_BY(mutex_);
  Pause pause_;
  std::thread watcher_;
};

absl::Status KafkaLogStoreImpl::Open() {
  SIP_ASSIGN_OR_RETURN(client_, NewReadingClient(options_));
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
  topics_[name].reset(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr));
  logs_[name] = std::make_unique<KafkaLog>(options_, std::move(identity), [this, topic] {
    return options_.assert_settings ? AssertTopic(client_.get(), options_, topic) : absl::OkStatus();
  });
  return absl::OkStatus();
}

std::vector<KafkaLogStatistics> KafkaLogStoreImpl::statistics() const {
  std::vector<KafkaLogStatistics> all;
  all.reserve(logs_.size());
  for (const auto& [name, log] : logs_) all.push_back(log->statistics());
  return all;
}

void KafkaLogStoreImpl::Watch() {
  absl::Duration checked = MonotonicNow();
  while (!pause_.ended()) {
    pause_.Take(options_.ownership_interval);
    if (!pause_.ended()) LookAtEnds();
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
    // The others would wait as long.
    if (absl::IsUnavailable(status) || pause_.ended()) break;
  }
  if (!health.ok()) LogError("kafka_not_safe", {{"why", OperatorText(health.message())}});
  MutexLock lock(mutex_);
  health_ = health;
}

absl::Status KafkaLogStoreImpl::CheckLog(KafkaLog& log) {
  if (!options_.assert_settings) return absl::OkStatus();
  absl::Status status = AssertTopic(client_.get(), watch_options_, log.topic());
  // A cluster that does not answer is no reason to write nothing: appends find out for themselves. Nor does it show that what was
  // not safe is safe now.
  if (!status.ok() && !absl::IsFailedPrecondition(status)) return status;
  for (const auto& [partition, session] : log.Sessions()) session->SetSafe(status.ok());
  return status;
}

void KafkaLogStoreImpl::NoteLeaders() {
  const auto topics = DescribeKnownTopics(client_.get(), watch_options_.request_timeout);
  if (!topics.ok()) return;
  for (const auto& [name, log] : logs_) {
    const auto found = topics->find(log->topic());
    if (found == topics->end() || found->second.leaders == leaders_[name]) continue;
    leaders_[name] = found->second.leaders;
    log->CompareAgain();
  }
}

void KafkaLogStoreImpl::LookAtEnds() {
  NoteLeaders();
  std::map<std::string, KafkaLog*> logs;  // By topic.
  const KafkaPtr<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(0));
  for (const auto& [name, log] : logs_) {
    logs[log->topic()] = log.get();
    for (uint32_t partition = 0; partition < log->identity().partition_count; ++partition) {
      rd_kafka_topic_partition_list_add(list.get(), log->topic().c_str(), static_cast<int32_t>(partition))->offset =
          RD_KAFKA_OFFSET_END;
    }
  }
  if (pause_.ended()) return;
  const absl::Time asked = SystemClock().Now();
  const auto timeout = static_cast<int>(absl::ToInt64Milliseconds(watch_options_.request_timeout));
  if (rd_kafka_offsets_for_times(client_.get(), list.get(), timeout) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& end = list->elems[i];
    // Of one that nobody leads there is none.
    if (end.err == RD_KAFKA_RESP_ERR_NO_ERROR && end.offset >= 0) TellEnd(*logs.at(end.topic), end, asked);
  }
}

void KafkaLogStoreImpl::TellEnd(KafkaLog& log, const rd_kafka_topic_partition_t& end, absl::Time asked) {
  const auto partition = static_cast<uint32_t>(end.partition);
  const auto offset = static_cast<uint64_t>(end.offset);
  log.NoteEnd(partition, {offset, asked});
  const auto sessions = log.Sessions();
  if (const auto session = sessions.find(partition); session != sessions.end()) session->second->NoteEnd(offset);
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaLogStore>> KafkaLogStore::Open(KafkaLogOptions options) {
  auto store = std::make_unique<KafkaLogStoreImpl>(std::move(options));
  SIP_RETURN_IF_ERROR(store->Open());
  return store;
}

}  // namespace sip

#include "libs/log_kafka/ownership_group.h"

#include <atomic>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/log_kafka/kafka_connection.h"
#include "libs/telemetry/log.h"

namespace sip {
namespace {

constexpr int kGroupPollMilliseconds = 100;

std::string Milliseconds(absl::Duration duration) { return absl::StrCat(absl::ToInt64Milliseconds(duration)); }

class OwnershipGroupImpl final : public OwnershipGroup {
 public:
  OwnershipGroupImpl(const KafkaLogOptions& kafka, Options options) : options_(std::move(options)) {
    for (const std::string& log : options_.logs) log_of_topic_[kafka.TopicOf(log)] = log;
  }
  ~OwnershipGroupImpl() override { OwnershipGroupImpl::Leave(); }

  absl::Status Join(const KafkaLogOptions& kafka);
  void Leave() override;
  bool joined() const override { return joined_; }

 private:
  static void OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t event, rd_kafka_topic_partition_list_t* list, void* opaque) {
    auto* const self = static_cast<OwnershipGroupImpl*>(opaque);
    if (event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
      self->Assign(client, list);
    } else {
      self->Revoke(client, list);
    }
  }
  void Assign(rd_kafka_t* client, rd_kafka_topic_partition_list_t* list);
  void Revoke(rd_kafka_t* client, rd_kafka_topic_partition_list_t* list);
  void TellAndWait();
  void Work();
  KafkaSettings Settings(KafkaSettings settings, const std::string& group) const;

  const Options options_;
  std::map<std::string, std::string> log_of_topic_;
  KafkaPtr<rd_kafka_t> client_;
  Shares shares_;         // Of the thread that polls.
  bool closing_ = false;  // Likewise: all has been given up, and nothing more is taken.
  std::atomic<bool> joined_{false};
  std::atomic<bool> leaving_{false};
  std::thread thread_;
};

KafkaSettings OwnershipGroupImpl::Settings(KafkaSettings settings, const std::string& group) const {
  settings.emplace_back("group.id", group);
  settings.emplace_back("client.id", options_.node);
  settings.emplace_back("partition.assignment.strategy", "cooperative-sticky");
  settings.emplace_back("session.timeout.ms", Milliseconds(options_.session_timeout));
  settings.emplace_back("heartbeat.interval.ms", Milliseconds(options_.session_timeout / 4));
  // The thread that polls is the one that waits until partitions are given up.
  settings.emplace_back("max.poll.interval.ms", Milliseconds(options_.longest_release + options_.session_timeout));
  settings.emplace_back("enable.auto.commit", "false");
  settings.emplace_back("auto.offset.reset", "latest");
  return settings;
}

absl::Status OwnershipGroupImpl::Join(const KafkaLogOptions& kafka) {
  SIP_ASSIGN_OR_RETURN(KafkaSettings settings, ConnectionSettings(kafka.connection, kafka.request_timeout));
  settings = Settings(std::move(settings), absl::StrCat(kafka.topic_prefix, options_.process));
  settings.insert(settings.end(), kafka.more_settings.begin(), kafka.more_settings.end());
  SIP_ASSIGN_OR_RETURN(client_, NewKafkaClient(RD_KAFKA_CONSUMER, settings, nullptr, this, OnRebalance));
  const KafkaPtr<rd_kafka_topic_partition_list_t> topics(rd_kafka_topic_partition_list_new(static_cast<int>(log_of_topic_.size())));
  for (const auto& [topic, log] : log_of_topic_) {
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  rd_kafka_poll_set_consumer(client_.get());
  if (const rd_kafka_resp_err_t error = rd_kafka_subscribe(client_.get(), topics.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return KafkaStatus(error, "the group that shares out the partitions");
  }
  thread_ = std::thread([this] { Work(); });
  return absl::OkStatus();
}

void OwnershipGroupImpl::Assign(rd_kafka_t* client, rd_kafka_topic_partition_list_t* list) {
  for (int i = 0; i < list->cnt; ++i) {
    rd_kafka_topic_partition_t& element = list->elems[i];
    if (!closing_) shares_[log_of_topic_[element.topic]].insert(static_cast<uint32_t>(element.partition));
    element.offset = RD_KAFKA_OFFSET_END;
  }
  rd_kafka_error_t* const error = rd_kafka_incremental_assign(client, list);
  if (error != nullptr) {
    LogWarning("ownership_group", {{"why", OperatorText(rd_kafka_error_string(error))}});
    rd_kafka_error_destroy(error);
  }
  // The records are read elsewhere.
  rd_kafka_pause_partitions(client, list);
  joined_ = true;
  if (closing_) return;
  TellAndWait();
}

void OwnershipGroupImpl::Revoke(rd_kafka_t* client, rd_kafka_topic_partition_list_t* list) {
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& element = list->elems[i];
    shares_[log_of_topic_[element.topic]].erase(static_cast<uint32_t>(element.partition));
  }
  if (!closing_) TellAndWait();
  rd_kafka_error_t* const error = rd_kafka_incremental_unassign(client, list);
  if (error == nullptr) return;
  LogWarning("ownership_group", {{"why", OperatorText(rd_kafka_error_string(error))}});
  rd_kafka_error_destroy(error);
}

// Nobody else is told to take what we have until this returns.
void OwnershipGroupImpl::TellAndWait() {
  struct Waiting {
    Mutex mutex;
    CondVar changed;
    bool given_up ABSL_GUARDED_BY(mutex) = false;
  };
  // Shared: whoever gives up may be later than we wait.
  const auto waiting = std::make_shared<Waiting>();
  options_.on_change(shares_, [waiting] {
    MutexLock lock(waiting->mutex);
    waiting->given_up = true;
    waiting->changed.NotifyAll();
  });
  const absl::Duration until = MonotonicNow() + options_.longest_release;
  MutexLock lock(waiting->mutex);
  while (!waiting->given_up && MonotonicNow() < until) {
    waiting->changed.WaitWithTimeout(waiting->mutex, until - MonotonicNow());
  }
}

void OwnershipGroupImpl::Work() {
  while (!leaving_) {
    const KafkaPtr<rd_kafka_message_t> message(rd_kafka_consumer_poll(client_.get(), kGroupPollMilliseconds));
    if (message == nullptr || message->err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    LogWarning("ownership_group", {{"why", OperatorText(rd_kafka_err2str(message->err))}});
  }
  // Still as a member: of one that closes the group hears nothing, and gives what it has to others after the session's time.
  shares_.clear();
  TellAndWait();
  closing_ = true;
  rd_kafka_consumer_close(client_.get());
}

void OwnershipGroupImpl::Leave() {
  leaving_ = true;
  if (thread_.joinable()) thread_.join();
}

}  // namespace

absl::StatusOr<std::unique_ptr<OwnershipGroup>> OwnershipGroup::Join(const KafkaLogOptions& kafka, Options options) {
  auto group = std::make_unique<OwnershipGroupImpl>(kafka, std::move(options));
  SIP_RETURN_IF_ERROR(group->Join(kafka));
  return group;
}

}  // namespace sip

#include "libs/log_kafka/claim_producer.h"

#include <bit>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/record.h"

namespace sip {
namespace {

constexpr int kPollMilliseconds = 50;

KafkaSettings ProducerSettings(const KafkaLogOptions& options) {
  return {
      {"enable.idempotence", "true"},
      {"acks", "all"},
      // A record that is lost for good must not be followed by later ones.
      {"enable.gapless.guarantee", "true"},
      // Time-outs are ours: one of the client's would say "failed" of what may well be in the log.
      {"message.timeout.ms", "0"},
      {"linger.ms", "0"},
      {"compression.type", "lz4"},
      {"message.max.bytes", absl::StrCat(kMaxRecordBytes + (1 << 20))},
      {"queue.buffering.max.messages", absl::StrCat(options.queue_records + 1)},
      {"queue.buffering.max.kbytes", absl::StrCat((options.queue_bytes + 2 * kMaxRecordBytes) / 1024)},
      {"retry.backoff.ms", "50"},
  };
}

// The number travels with the record as its opaque pointer, one higher: null means none.
void* ToOpaque(uint64_t number) { return std::bit_cast<void*>(number + 1); }
uint64_t FromOpaque(const void* opaque) { return std::bit_cast<uint64_t>(opaque) - 1; }

}  // namespace

absl::StatusOr<KafkaSettings> ClaimProducer::Settings(const KafkaLogOptions& options) {
  SIP_ASSIGN_OR_RETURN(KafkaSettings settings,
                       UnavailableWhileRunning(ConnectionSettings(options.connection, options.request_timeout)));
  const KafkaSettings own = ProducerSettings(options);
  settings.insert(settings.end(), own.begin(), own.end());
  settings.insert(settings.end(), options.more_settings.begin(), options.more_settings.end());
  return settings;
}

absl::StatusOr<std::unique_ptr<ClaimProducer>> ClaimProducer::Open(const KafkaLogOptions& options, const std::string& topic,
                                                                   uint32_t partition) {
  SIP_ASSIGN_OR_RETURN(const KafkaSettings settings, Settings(options));
  std::unique_ptr<ClaimProducer> producer(new ClaimProducer(partition));
  SIP_ASSIGN_OR_RETURN(producer->client_, NewKafkaClient(RD_KAFKA_PRODUCER, settings, OnReport, producer.get()));
  producer->queue_.reset(rd_kafka_queue_get_main(producer->client_.get()));
  SIP_ASSIGN_OR_RETURN(const KafkaTopicInfo info, DescribeTopic(producer->client_.get(), topic, options.request_timeout));
  if (partition >= info.leaders.size()) return absl::NotFoundError(absl::StrCat("topic ", topic, " has no partition ", partition));
  producer->topic_.reset(rd_kafka_topic_new(producer->client_.get(), topic.c_str(), nullptr));
  if (producer->topic_ == nullptr) return KafkaStatus(rd_kafka_last_error(), topic);
  return producer;
}

ClaimProducer::~ClaimProducer() { Stop(); }

absl::StatusOr<uint64_t> ClaimProducer::SendFirst(std::string frame, absl::Duration timeout) {
  first_frame_ = std::move(frame);
  std::optional<std::pair<rd_kafka_resp_err_t, int64_t>> reported;
  handlers_.on_report = [&](uint64_t /*number*/, rd_kafka_resp_err_t error, int64_t offset) { reported.emplace(error, offset); };
  SIP_RETURN_IF_ERROR(Send(0, first_frame_));
  const absl::Duration until = MonotonicNow() + timeout;
  while (!reported.has_value() && MonotonicNow() < until) rd_kafka_poll(client_.get(), kPollMilliseconds);
  handlers_.on_report = nullptr;
  if (reported.has_value()) {
    SIP_RETURN_IF_ERROR(KafkaStatus(reported->first, "the first append of a claim"));
    if (reported->second >= 0) return static_cast<uint64_t>(reported->second);
  }
  SIP_RETURN_IF_ERROR(KafkaRefusal(client_.get(), "the first append of a claim"));
  return absl::UnavailableError("whether a claim is in the log is not known");
}

void ClaimProducer::Start(Handlers handlers) {
  handlers_ = std::move(handlers);
  thread_ = std::thread([this] { Work(); });
}

absl::Status ClaimProducer::Send(uint64_t number, absl::string_view frame) {
  const int refused = rd_kafka_produce(topic_.get(), static_cast<int32_t>(partition_), 0, const_cast<char*>(frame.data()),
                                       frame.size(), nullptr, 0, ToOpaque(number));
  return refused == 0 ? absl::OkStatus() : KafkaStatus(rd_kafka_last_error(), "an append");
}

void ClaimProducer::Purge() {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
}

void ClaimProducer::Stop() {
  if (stopping_.exchange(true)) return;
  Purge();
  rd_kafka_queue_yield(queue_.get());
  if (thread_.joinable()) thread_.join();
  // What it still holds points into memory of the session.
  queue_.reset();
  topic_.reset();
  client_.reset();
}

void ClaimProducer::OnReport(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* opaque) {
  const auto* producer = static_cast<const ClaimProducer*>(opaque);
  if (producer->stopping_ || producer->handlers_.on_report == nullptr) return;
  producer->handlers_.on_report(FromOpaque(message->_private), message->err, message->offset);
}

void ClaimProducer::Work() {
  while (!stopping_) {
    rd_kafka_poll(client_.get(), kPollMilliseconds);
    if (!stopping_) handlers_.on_tick();
  }
}

}  // namespace sip

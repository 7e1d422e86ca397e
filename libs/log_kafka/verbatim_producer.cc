#include "libs/log_kafka/verbatim_producer.h"

#include <bit>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/status_macros.h"
#include "libs/log_kafka/claim_producer.h"

namespace sip {
namespace {

constexpr absl::Duration kReportPoll = absl::Milliseconds(50);

}  // namespace

absl::StatusOr<std::unique_ptr<VerbatimProducer>> VerbatimProducer::Open(const KafkaLogOptions& options) {
  SIP_ASSIGN_OR_RETURN(const KafkaSettings settings, ClaimProducer::Settings(options));
  std::unique_ptr<VerbatimProducer> producer(new VerbatimProducer(options));
  SIP_ASSIGN_OR_RETURN(producer->client_, NewKafkaClient(RD_KAFKA_PRODUCER, settings, OnReport, producer.get()));
  return producer;
}

VerbatimProducer::~VerbatimProducer() {
  if (client_ != nullptr) rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  topics_.clear();
  client_.reset();
}

absl::StatusOr<rd_kafka_topic_t*> VerbatimProducer::TopicOf(const std::string& topic) {
  KafkaPtr<rd_kafka_topic_t>& handle = topics_[topic];
  if (handle == nullptr) handle.reset(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr));
  if (handle == nullptr) return KafkaStatus(rd_kafka_last_error(), absl::StrCat("topic ", topic));
  return handle.get();
}

absl::Status VerbatimProducer::Send(const std::string& topic, uint32_t partition, uint64_t offset, const RecordView& record) {
  SIP_ASSIGN_OR_RETURN(rd_kafka_topic_t* const handle, TopicOf(topic));
  frame_.clear();
  AppendFrame(record, frame_);
  if (unreported_ == 0) last_report_ = MonotonicNow();
  while (true) {
    SIP_RETURN_IF_ERROR(Serve(absl::ZeroDuration()));
    // The offset travels as the opaque pointer, one higher: null means none.
    const int refused = rd_kafka_produce(handle, static_cast<int32_t>(partition), RD_KAFKA_MSG_F_COPY, frame_.data(), frame_.size(),
                                         nullptr, 0, std::bit_cast<void*>(offset + 1));
    if (refused == 0) break;
    const rd_kafka_resp_err_t error = rd_kafka_last_error();
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return KafkaStatus(error, absl::StrCat("writing to topic ", topic));
    SIP_RETURN_IF_ERROR(Serve(kReportPoll));
  }
  ++unreported_;
  return absl::OkStatus();
}

absl::Status VerbatimProducer::Flush() {
  while (unreported_ > 0) SIP_RETURN_IF_ERROR(Serve(kReportPoll));
  return failed_;
}

absl::Status VerbatimProducer::Serve(absl::Duration wait) {
  rd_kafka_poll(client_.get(), static_cast<int>(absl::ToInt64Milliseconds(wait)));
  SIP_RETURN_IF_ERROR(failed_);
  if (unreported_ == 0 || MonotonicNow() - last_report_ < patience_) return absl::OkStatus();
  SIP_RETURN_IF_ERROR(KafkaRefusal(client_.get(), "writing"));
  return absl::UnavailableError(absl::StrCat("the brokers have taken nothing for ", absl::FormatDuration(patience_),
                                             ": see that they run, and run this again: it goes on where it stands"));
}

void VerbatimProducer::OnReport(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* opaque) {
  auto* const producer = static_cast<VerbatimProducer*>(opaque);
  --producer->unreported_;
  producer->last_report_ = MonotonicNow();
  if (!producer->failed_.ok()) return;
  const std::string where = absl::StrCat("topic ", rd_kafka_topic_name(message->rkt), ", partition ", message->partition);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    producer->failed_ = KafkaStatus(message->err, where);
    return;
  }
  const uint64_t wanted = std::bit_cast<uint64_t>(message->_private) - 1;
  if (message->offset == static_cast<int64_t>(wanted)) return;
  producer->failed_ = absl::FailedPreconditionError(absl::StrCat(
      where, ": a record came to lie at offset ", message->offset, " instead of ", wanted,
      ": somebody else writes there. Stop every server and every other copy of this cluster, and run this again; if the "
      "topics are refused then, delete them, and copy from the beginning"));
}

}  // namespace sip

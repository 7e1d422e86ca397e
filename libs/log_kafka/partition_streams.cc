#include "libs/log_kafka/partition_streams.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/status_macros.h"
#include "libs/log_kafka/partition_fetcher.h"

namespace sip {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(100);

// What all streams share. Topics go before the client.
struct Reader {
  absl::Duration request_timeout;
  KafkaPtr<rd_kafka_t> client;
  std::vector<KafkaPtr<rd_kafka_topic_t>> topics;
};

struct Bounds {
  int64_t begin = 0;
  int64_t end = 0;
};

class PartitionStreamImpl final : public PartitionStream {
 public:
  PartitionStreamImpl(std::shared_ptr<Reader> reader, rd_kafka_topic_t* topic, uint32_t partition)
      : reader_(std::move(reader)),
        topic_(topic),
        partition_(static_cast<int32_t>(partition)),
        name_(absl::StrCat("topic ", rd_kafka_topic_name(topic), ", partition ", partition)) {}
  ~PartitionStreamImpl() override {
    message_.reset();
    Stop();
  }

  absl::Status FindBounds() {
    SIP_ASSIGN_OR_RETURN(bounds_, QueryBounds());
    return absl::OkStatus();
  }
  uint64_t end() const override { return static_cast<uint64_t>(bounds_.end); }
  void BeginAt(uint64_t offset) override { next_ = static_cast<int64_t>(offset); }
  absl::StatusOr<std::optional<RecordView>> Next() override;

 private:
  absl::StatusOr<Bounds> QueryBounds() const;
  absl::Status Start();
  void Stop();
  absl::Status CheckBegin(const Bounds& bounds) const;
  // Whether message_ is the next record; not OK if there will be none.
  absl::StatusOr<bool> Take();

  const std::shared_ptr<Reader> reader_;
  rd_kafka_topic_t* const topic_;
  const int32_t partition_;
  const std::string name_;
  Bounds bounds_;
  int64_t next_ = 0;
  bool started_ = false;
  KafkaPtr<rd_kafka_message_t> message_;
};

absl::StatusOr<Bounds> PartitionStreamImpl::QueryBounds() const {
  Bounds bounds;
  const auto timeout = static_cast<int>(absl::ToInt64Milliseconds(reader_->request_timeout));
  const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(reader_->client.get(), rd_kafka_topic_name(topic_), partition_,
                                                                     &bounds.begin, &bounds.end, timeout);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) SIP_RETURN_IF_ERROR(KafkaRefusal(reader_->client.get(), name_));
  SIP_RETURN_IF_ERROR(KafkaStatus(error, name_));
  return bounds;
}

absl::Status PartitionStreamImpl::CheckBegin(const Bounds& bounds) const {
  if (bounds.begin <= next_) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(name_, ": there is no offset ", next_, ": the log begins at ", bounds.begin,
                                          ", its head was removed (retention, DeleteRecords)"));
}

absl::Status PartitionStreamImpl::Start() {
  if (started_) return absl::OkStatus();
  if (rd_kafka_consume_start(topic_, partition_, next_) != 0) return KafkaStatus(rd_kafka_last_error(), name_);
  started_ = true;
  return absl::OkStatus();
}

void PartitionStreamImpl::Stop() {
  if (std::exchange(started_, false)) rd_kafka_consume_stop(topic_, partition_);
}

absl::StatusOr<std::optional<RecordView>> PartitionStreamImpl::Next() {
  SIP_RETURN_IF_ERROR(CheckBegin(bounds_));
  message_.reset();
  if (next_ >= bounds_.end) {
    Stop();
    return std::nullopt;
  }
  SIP_RETURN_IF_ERROR(Start());
  const absl::Duration until = MonotonicNow() + reader_->request_timeout;
  while (true) {
    message_.reset(rd_kafka_consume(topic_, partition_, static_cast<int>(absl::ToInt64Milliseconds(kPoll))));
    SIP_ASSIGN_OR_RETURN(const bool taken, Take());
    if (taken) break;
    SIP_RETURN_IF_ERROR(KafkaRefusal(reader_->client.get(), name_));
    if (MonotonicNow() > until) return absl::UnavailableError(absl::StrCat(name_, ": the brokers do not answer"));
  }
  const absl::string_view frame(static_cast<const char*>(message_->payload), message_->len);
  const absl::StatusOr<RecordView> record = DecodeFrame(frame);
  if (!record.ok()) {
    return absl::DataLossError(absl::StrCat(name_, ", offset ", message_->offset, ": ", record.status().message()));
  }
  return *record;
}

absl::StatusOr<bool> PartitionStreamImpl::Take() {
  if (message_ == nullptr) return false;
  switch (message_->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      break;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: {
      SIP_ASSIGN_OR_RETURN(const Bounds bounds, QueryBounds());
      SIP_RETURN_IF_ERROR(CheckBegin(bounds));
      // A leader that was deposed does not have it yet: from where we stand, again.
      Stop();
      SIP_RETURN_IF_ERROR(Start());
      return false;
    }
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__FATAL:
      return KafkaStatus(message_->err, name_);
    default:
      return false;  // It passes, as the end that a leader tells too early; the client tries again.
  }
  if (message_->offset != next_) {
    return absl::DataLossError(absl::StrCat(name_, ": after offset ", next_, " comes ", message_->offset,
                                            ": records are missing, or somebody wrote with a transaction (compaction, "
                                            "DeleteRecords and transactions are not allowed here)"));
  }
  ++next_;
  return true;
}

}  // namespace

absl::StatusOr<KafkaPtr<rd_kafka_t>> NewReadingClient(const KafkaLogOptions& options, const KafkaSettings& more) {
  SIP_ASSIGN_OR_RETURN(KafkaSettings settings, PartitionFetcher::Settings(options));
  settings.insert(settings.end(), more.begin(), more.end());
  return NewKafkaClient(RD_KAFKA_CONSUMER, settings);
}

absl::StatusOr<std::vector<std::unique_ptr<PartitionStream>>> OpenPartitionStreams(const KafkaLogOptions& options,
                                                                                   const std::vector<LogIdentity>& logs) {
  size_t partitions = 1;
  for (const LogIdentity& log : logs) partitions += log.partition_count;
  // Where each partition has a queue of its own, the limit is that of each.
  const size_t kilobytes = std::max<size_t>(1024, options.fetch_bytes / 1024 / partitions);
  auto reader = std::make_shared<Reader>();
  reader->request_timeout = options.request_timeout;
  SIP_ASSIGN_OR_RETURN(reader->client, NewReadingClient(options, {{"queued.max.messages.kbytes", absl::StrCat(kilobytes)}}));
  std::vector<std::unique_ptr<PartitionStream>> streams;
  for (const LogIdentity& log : logs) {
    rd_kafka_topic_t* const topic = rd_kafka_topic_new(reader->client.get(), options.TopicOf(log.name).c_str(), nullptr);
    if (topic == nullptr) return KafkaStatus(rd_kafka_last_error(), options.TopicOf(log.name));
    reader->topics.emplace_back(topic);
    for (uint32_t partition = 0; partition < log.partition_count; ++partition) {
      auto stream = std::make_unique<PartitionStreamImpl>(reader, topic, partition);
      SIP_RETURN_IF_ERROR(stream->FindBounds());
      streams.push_back(std::move(stream));
    }
  }
  return streams;
}

}  // namespace sip

#include "libs/log_kafka/partition_fetcher.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/monotonic.h"
#include "libs/base/pause.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

// Longer than it takes a broker to hear that it leads no more.
constexpr absl::Duration kMistakenLeader = absl::Seconds(10);
constexpr absl::Duration kAskAgain = absl::Milliseconds(100);
// How many partitions an error names.
constexpr size_t kNamed = 8;
// Since 2.2 it can be said how soon a client whose queue is full looks again; always after a second before.
constexpr int kFirstVersionWithBackoff = 0x02020000;
constexpr int kRefillTimeoutMilliseconds = 100;

// A reader's memory for records fetched ahead, as the client understands it.
size_t QueueKilobytes(const KafkaLogOptions& options) { return std::max<size_t>(1024, options.fetch_bytes / 1024); }

KafkaSettings ReaderSettings(const KafkaLogOptions& options) {
  return {
      // Positions are ours; no group is ever joined, but the client wants a name for one.
      {"group.id", "sip-reader"},
      {"allow.auto.create.topics", "false"},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      // The default waits for a stranger's transaction.
      {"isolation.level", "read_uncommitted"},
      // The default goes to the end and says nothing.
      {"auto.offset.reset", "error"},
      {"check.crcs", "true"},
      {"enable.partition.eof", "true"},
      {"fetch.wait.max.ms", absl::StrCat(absl::ToInt64Milliseconds(options.fetch_wait))},
      {"fetch.error.backoff.ms", "100"},
      {"queued.max.messages.kbytes", absl::StrCat(QueueKilobytes(options))},
      {"max.poll.interval.ms", "86400000"},
  };
}

}  // namespace

std::string PlaceOf(absl::string_view topic, const std::vector<uint32_t>& partitions) {
  std::string place = absl::StrCat("topic ", topic, partitions.size() == 1 ? ", partition " : ", partitions ");
  const size_t named = std::min(partitions.size(), kNamed);
  absl::StrAppend(&place, absl::StrJoin(partitions.begin(), partitions.begin() + static_cast<std::ptrdiff_t>(named), ", "));
  if (named < partitions.size()) absl::StrAppend(&place, " and ", partitions.size() - named, " more");
  return place;
}

absl::StatusOr<KafkaSettings> PartitionFetcher::Settings(const KafkaLogOptions& options) {
  SIP_ASSIGN_OR_RETURN(KafkaSettings settings, ConnectionSettings(options.connection, options.request_timeout));
  const KafkaSettings own = ReaderSettings(options);
  settings.insert(settings.end(), own.begin(), own.end());
  if (rd_kafka_version() >= kFirstVersionWithBackoff) settings.emplace_back("fetch.queue.backoff.ms", "10");
  settings.insert(settings.end(), options.more_settings.begin(), options.more_settings.end());
  return settings;
}

absl::StatusOr<std::unique_ptr<PartitionFetcher>> PartitionFetcher::Open(const KafkaLogOptions& options, const std::string& topic,
                                                                         const std::vector<Start>& starts) {
  SIP_ASSIGN_OR_RETURN(const KafkaSettings settings, UnavailableWhileRunning(Settings(options)));
  SIP_ASSIGN_OR_RETURN(KafkaPtr<rd_kafka_t> client, NewKafkaClient(RD_KAFKA_CONSUMER, settings));
  SIP_RETURN_IF_ERROR(KafkaStatus(rd_kafka_poll_set_consumer(client.get()), topic));
  std::unique_ptr<PartitionFetcher> fetcher(new PartitionFetcher(options, topic, std::move(client)));
  for (const Start& start : starts) fetcher->expected_[start.partition] = start.offset;
  SIP_RETURN_IF_ERROR(fetcher->Assign());
  return fetcher;
}

PartitionFetcher::PartitionFetcher(const KafkaLogOptions& options, std::string topic, KafkaPtr<rd_kafka_t> client)
    : topic_(std::move(topic)),
      request_timeout_(options.request_timeout),
      refill_bytes_(QueueKilobytes(options) * 1024 / 4),
      client_(std::move(client)),
      queue_(rd_kafka_queue_get_consumer(client_.get())) {}

absl::Status PartitionFetcher::Assign() {
  const KafkaPtr<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(static_cast<int>(expected_.size())));
  for (const auto& [partition, offset] : expected_) {
    rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), static_cast<int32_t>(partition))->offset =
        static_cast<int64_t>(offset);
  }
  return KafkaStatus(rd_kafka_assign(client_.get(), list.get()), NameAll());
}

PartitionFetcher::~PartitionFetcher() = default;

void PartitionFetcher::Wake() { rd_kafka_queue_yield(queue_.get()); }

std::string PartitionFetcher::Name(uint32_t partition) const { return PlaceOf(topic_, {partition}); }

std::string PartitionFetcher::NameAll() const {
  std::vector<uint32_t> partitions;
  partitions.reserve(expected_.size());
  for (const auto& [partition, offset] : expected_) partitions.push_back(partition);
  return PlaceOf(topic_, partitions);
}

absl::Status PartitionFetcher::Missing(uint32_t partition, uint64_t expected, int64_t found) const {
  return absl::DataLossError(absl::StrCat(Name(partition), ": after offset ", expected, " comes ", found,
                                          ": records are missing, or somebody wrote with a transaction (compaction, DeleteRecords "
                                          "and transactions are not allowed here)"));
}

absl::StatusOr<RecordView> PartitionFetcher::Decode(const Fetched& fetched) const {
  absl::StatusOr<RecordView> record = DecodeFrame(fetched.frame);
  if (!record.ok()) return Explain(fetched, record.status());
  return record;
}

absl::Status PartitionFetcher::Explain(const Fetched& fetched, const absl::Status& status) const {
  if (status.ok()) return status;
  return absl::Status(
      status.code(),
      absl::StrCat(Name(fetched.partition), ", offset ", fetched.offset, ": ", status.message(),
                   "; the partition is stopped here: see to it that only sipd may write to the topic (ACL), and restore the topic "
                   "from a copy without this record"));
}

absl::StatusOr<PartitionFetcher::Bounds> PartitionFetcher::QueryBounds(uint32_t partition, absl::Duration timeout) const {
  int64_t low = 0;
  int64_t high = 0;
  const auto milliseconds = static_cast<int>(std::max<int64_t>(1, absl::ToInt64Milliseconds(timeout)));
  SIP_RETURN_IF_ERROR(KafkaStatus(
      rd_kafka_query_watermark_offsets(client_.get(), topic_.c_str(), static_cast<int32_t>(partition), &low, &high, milliseconds),
      Name(partition)));
  return Bounds{static_cast<uint64_t>(low), static_cast<uint64_t>(high)};
}

absl::Status PartitionFetcher::CheckReaches(uint32_t partition, uint64_t offset) const {
  // A leader that stood still while another was elected tells what it knew before, until it hears of it.
  const absl::Duration until = MonotonicNow() + std::min(request_timeout_, kMistakenLeader);
  Pause pause;
  while (true) {
    const absl::StatusOr<Bounds> bounds = QueryBounds(partition, std::max(until - MonotonicNow(), kAskAgain));
    if (bounds.ok() && bounds->begin <= offset && offset <= bounds->end) return absl::OkStatus();
    if (bounds.ok() && bounds->begin > offset) {
      return absl::DataLossError(absl::StrCat(Name(partition), ": there is no offset ", offset, ": the log begins at ",
                                              bounds->begin, ", its head was removed (retention, DeleteRecords)"));
    }
    if (MonotonicNow() >= until && bounds.ok()) {
      return absl::DataLossError(absl::StrCat(Name(partition), ": there is no offset ", offset, ": the log ends at ", bounds->end,
                                              ", it is shorter than what was read of it (records were lost, or a new topic)"));
    }
    if (MonotonicNow() >= until) return bounds.status();
    pause.Take(kAskAgain);
  }
}

absl::StatusOr<std::optional<PartitionFetcher::Fetched>> PartitionFetcher::Next(absl::Duration wait) {
  const auto milliseconds = static_cast<int>(std::max<int64_t>(0, absl::ToInt64Milliseconds(wait)));
  KafkaPtr<rd_kafka_message_t> message(rd_kafka_consumer_poll(client_.get(), milliseconds));
  if (message == nullptr) return std::nullopt;
  taken_bytes_ += message->len;
  RefillIfDue();
  return Take(std::move(message));
}

bool PartitionFetcher::IsAtKnownEnd(uint32_t partition) const {
  int64_t low = RD_KAFKA_OFFSET_INVALID;
  int64_t high = RD_KAFKA_OFFSET_INVALID;
  const rd_kafka_resp_err_t error =
      rd_kafka_get_watermark_offsets(client_.get(), topic_.c_str(), static_cast<int32_t>(partition), &low, &high);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 && expected_.at(partition) >= static_cast<uint64_t>(high);
}

void PartitionFetcher::RefillIfDue() {
  if (taken_bytes_ < refill_bytes_ || rd_kafka_version() >= kFirstVersionWithBackoff) return;
  taken_bytes_ = 0;
  // Any request wakes the thread of the broker that it goes to; this one goes to all leaders. Its answer tells nothing of use.
  const KafkaPtr<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(static_cast<int>(expected_.size())));
  for (const auto& [partition, offset] : expected_) {
    rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), static_cast<int32_t>(partition))->offset = RD_KAFKA_OFFSET_END;
  }
  rd_kafka_offsets_for_times(client_.get(), list.get(), kRefillTimeoutMilliseconds);
}

absl::StatusOr<std::optional<PartitionFetcher::Fetched>> PartitionFetcher::Take(KafkaPtr<rd_kafka_message_t> message) {
  const auto partition = static_cast<uint32_t>(message->partition);
  const auto known = expected_.find(partition);
  Fetched fetched;
  fetched.partition = partition;
  switch (message->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      break;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      if (known == expected_.end()) return std::nullopt;
      if (message->offset != static_cast<int64_t>(known->second)) return Missing(partition, known->second, message->offset);
      fetched.offset = known->second;
      fetched.at_end = true;
      return fetched;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: {
      if (known == expected_.end()) return std::nullopt;
      const absl::Status reaches = CheckReaches(partition, known->second);
      // Otherwise the client tries again, from where it stands.
      if (!reaches.ok() && !absl::IsUnavailable(reaches)) return reaches;
      SIP_RETURN_IF_ERROR(Assign());
      return std::nullopt;
    }
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__FATAL:
      // What concerns the whole client or topic names no partition.
      return KafkaStatus(message->err, message->partition < 0 ? NameAll() : Name(partition));
    default:
      return std::nullopt;  // It passes; the client tries again.
  }
  if (known == expected_.end()) return std::nullopt;
  if (message->offset != static_cast<int64_t>(known->second)) return Missing(partition, known->second, message->offset);
  fetched.offset = known->second++;
  fetched.frame = absl::string_view(static_cast<const char*>(message->payload), message->len);
  fetched.message = std::move(message);
  return fetched;
}

}  // namespace sip

#include "libs/log_kafka/head_comparison.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/partition_reader.h"

namespace sip {

HeadComparison::HeadComparison(const KafkaLogOptions& options, std::string topic)
    : topic_(std::move(topic)), until_(MonotonicNow() + options.request_timeout) {}

absl::StatusOr<std::unique_ptr<HeadComparison>> HeadComparison::Open(const KafkaLogOptions& options, const std::string& topic,
                                                                     const std::vector<ReaderCheckpoint>& checkpoints) {
  std::unique_ptr<HeadComparison> comparison(new HeadComparison(options, topic));
  std::vector<PartitionFetcher::Start> starts;
  for (const ReaderCheckpoint& checkpoint : checkpoints) {
    if (!checkpoint.fold.started) continue;
    comparison->left_[checkpoint.fold.partition] = checkpoint;
    starts.push_back({checkpoint.fold.partition, checkpoint.head_cursor});
  }
  if (starts.empty()) return comparison;
  SIP_ASSIGN_OR_RETURN(comparison->fetcher_, PartitionFetcher::Open(options, topic, starts));
  return comparison;
}

absl::StatusOr<bool> HeadComparison::Step(absl::Duration wait) {
  const absl::Duration until = std::min(MonotonicNow() + wait, until_);
  while (!left_.empty()) {
    const absl::Duration left = until - MonotonicNow();
    SIP_ASSIGN_OR_RETURN(const std::optional<PartitionFetcher::Fetched> fetched,
                         fetcher_->Next(std::max(left, absl::ZeroDuration())));
    if (fetched.has_value()) {
      SIP_RETURN_IF_ERROR(Compare(*fetched));
      continue;
    }
    const absl::Duration now = MonotonicNow();
    if (now >= until_) return absl::UnavailableError(absl::StrCat(NameLeft(), ": the brokers do not answer"));
    if (now >= until) return false;
  }
  return true;
}

std::string HeadComparison::NameLeft() const {
  std::vector<uint32_t> partitions;
  partitions.reserve(left_.size());
  for (const auto& [partition, checkpoint] : left_) partitions.push_back(partition);
  return PlaceOf(topic_, partitions);
}

absl::Status HeadComparison::Compare(const PartitionFetcher::Fetched& fetched) {
  const auto found = left_.find(fetched.partition);
  if (found == left_.end()) return absl::OkStatus();
  if (fetched.at_end) return CheckIsThere(found->second);
  SIP_ASSIGN_OR_RETURN(const RecordView record, fetcher_->Decode(fetched));
  SIP_RETURN_IF_ERROR(CheckIsHead(found->second, record));
  left_.erase(found);
  return absl::OkStatus();
}

absl::Status HeadComparison::CheckIsThere(const ReaderCheckpoint& checkpoint) {
  // A leader that was just elected, or another one since, shows less than was acknowledged, for a moment.
  const absl::Status reaches = fetcher_->CheckReaches(checkpoint.fold.partition, checkpoint.head_cursor + 1);
  return absl::IsUnavailable(reaches) ? absl::OkStatus() : reaches;
}

}  // namespace sip

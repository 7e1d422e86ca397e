#include "libs/log_kafka/kafka_tail.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/status_macros.h"
#include "libs/log_kafka/kafka_log.h"

namespace sip {

absl::StatusOr<std::unique_ptr<LogTail>> KafkaTail::Open(const KafkaLog& log, const KafkaLogOptions& options,
                                                         const std::vector<TailStart>& starts) {
  std::vector<PartitionFetcher::Start> offsets;
  offsets.reserve(starts.size());
  for (const TailStart& start : starts) offsets.push_back({start.partition, ResumeAt(start.checkpoint).cursor});
  KafkaLogOptions patient = options;
  patient.fetch_wait = options.tail_fetch_wait;
  SIP_ASSIGN_OR_RETURN(auto fetcher, PartitionFetcher::Open(patient, log.topic(), offsets));
  return std::unique_ptr<LogTail>(new KafkaTail(log, options, starts, std::move(fetcher)));
}

KafkaTail::KafkaTail(const KafkaLog& log, const KafkaLogOptions& options, const std::vector<TailStart>& starts,
                     std::unique_ptr<PartitionFetcher> fetcher)
    : log_(log), options_(options), fetcher_(std::move(fetcher)), compared_(log.comparison()) {
  for (const TailStart& start : starts) {
    readers_.try_emplace(start.partition, ExpectedLog{log.identity().log_id, start.partition}, ResumeAt(start.checkpoint));
    not_at_end_.insert(start.partition);
  }
}

void KafkaTail::Cancel() {
  cancelled_ = true;
  fetcher_->Wake();
}

absl::StatusOr<TailBatch> KafkaTail::Read(size_t max_records, absl::Duration wait) {
  if (!failed_.ok()) return failed_;
  absl::StatusOr<TailBatch> batch = ReadSome(max_records, wait);
  failed_ = batch.status();
  return batch;
}

absl::StatusOr<TailBatch> KafkaTail::ReadSome(size_t max_records, absl::Duration wait) {
  SIP_RETURN_IF_ERROR(CompareIfDue());
  const absl::Duration until = MonotonicNow() + wait;
  TailBatch batch;
  std::set<uint32_t> moved;
  while (batch.records.size() < max_records) {
    if (cancelled_) return Cancelled();
    SIP_ASSIGN_OR_RETURN(std::optional<PartitionFetcher::Fetched> fetched, fetcher_->Next(absl::ZeroDuration()));
    if (!fetched.has_value()) {
      // Only what is there already is added to what has come.
      const absl::Duration left = until - MonotonicNow();
      if (HasReachedEnd() || !moved.empty() || left <= absl::ZeroDuration()) break;
      // Cancel wakes a wait, and may have woken the look before.
      if (cancelled_) return Cancelled();
      SIP_ASSIGN_OR_RETURN(fetched, fetcher_->Next(left));
      if (!fetched.has_value()) continue;
    }
    if (fetched->at_end) {
      not_at_end_.erase(fetched->partition);
      if (not_at_end_.empty()) break;
      continue;
    }
    SIP_RETURN_IF_ERROR(Fold(*fetched, batch));
    moved.insert(fetched->partition);
  }
  if (cancelled_) return Cancelled();
  AddProgress(moved, batch);
  batch.at_end = not_at_end_.empty();
  log_.AddEnded(readers_, batch);
  return batch;
}

bool KafkaTail::HasReachedEnd() {
  if (not_at_end_.empty()) return false;
  std::erase_if(not_at_end_, [this](uint32_t partition) { return fetcher_->IsAtKnownEnd(partition); });
  return not_at_end_.empty();
}

absl::Status KafkaTail::Cancelled() const {
  std::vector<uint32_t> partitions;
  partitions.reserve(readers_.size());
  for (const auto& [partition, reader] : readers_) partitions.push_back(partition);
  return absl::CancelledError(absl::StrCat(PlaceOf(log_.topic(), partitions), ": the reader was cancelled"));
}

absl::Status KafkaTail::Fold(const PartitionFetcher::Fetched& fetched, TailBatch& batch) {
  not_at_end_.insert(fetched.partition);
  SIP_ASSIGN_OR_RETURN(const RecordView record, fetcher_->Decode(fetched));
  PartitionReader& reader = readers_.at(fetched.partition);
  absl::StatusOr<ValidRecordPtr> valid = reader.Read(fetched.offset, record);
  if (!valid.ok()) return fetcher_->Explain(fetched, valid.status());
  if (*valid == nullptr) log_.counters(fetched.partition).voids_met_by_readers.Note(reader.verdict());
  if (reader.verdict() == Verdict::kClaim) {
    log::v1::ClaimHeader claim;
    claim.ParseFromArray(record.header.data(), static_cast<int>(record.header.size()));
    log_.NoteOwner(fetched.partition, fetched.offset, claim.endpoint());
  }
  if (*valid != nullptr) batch.records.push_back(*std::move(valid));
  return absl::OkStatus();
}

void KafkaTail::AddProgress(const std::set<uint32_t>& moved, TailBatch& batch) const {
  batch.progress.reserve(moved.size());
  for (const uint32_t partition : moved) batch.progress.push_back({partition, readers_.at(partition).checkpoint()});
}

absl::Status KafkaTail::CompareIfDue() {
  const uint64_t wanted = log_.comparison();
  if (wanted == compared_ && comparison_ == nullptr) return absl::OkStatus();
  if (comparison_ == nullptr) {
    std::vector<ReaderCheckpoint> checkpoints;
    checkpoints.reserve(readers_.size());
    for (const auto& [partition, reader] : readers_) checkpoints.push_back(reader.checkpoint());
    auto opened = HeadComparison::Open(options_, log_.topic(), checkpoints);
    if (absl::IsUnavailable(opened.status())) return absl::OkStatus();
    SIP_ASSIGN_OR_RETURN(comparison_, std::move(opened));
    compared_ = wanted;
  }
  // Reading goes on meanwhile.
  const absl::StatusOr<bool> done = comparison_->Step(absl::ZeroDuration());
  if (done.ok() && !*done) return absl::OkStatus();
  comparison_ = nullptr;
  // Brokers that are away now are asked again with the next batch.
  if (absl::IsUnavailable(done.status())) --compared_;
  return absl::IsUnavailable(done.status()) ? absl::OkStatus() : done.status();
}

}  // namespace sip

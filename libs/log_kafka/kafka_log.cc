#include "libs/log_kafka/kafka_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/status_macros.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/partition_reader.h"
#include "libs/log_kafka/head_comparison.h"
#include "libs/log_kafka/kafka_tail.h"
#include "libs/log_kafka/partition_fetcher.h"

namespace sip {
namespace {

// The next record or end; UNAVAILABLE if neither comes in time.
absl::StatusOr<PartitionFetcher::Fetched> Await(PartitionFetcher& fetcher, absl::Duration timeout, const std::string& topic,
                                                uint32_t partition) {
  const absl::Duration until = MonotonicNow() + timeout;
  while (true) {
    const absl::Duration left = until - MonotonicNow();
    if (left <= absl::ZeroDuration()) {
      return absl::UnavailableError(absl::StrCat(PlaceOf(topic, {partition}), ": the brokers do not answer"));
    }
    SIP_ASSIGN_OR_RETURN(std::optional<PartitionFetcher::Fetched> fetched, fetcher.Next(left));
    if (fetched.has_value()) return *std::move(fetched);
  }
}

log::v1::ClaimHeader MakeClaim(const FoldState& seen, const ClaimantInfo& claimant) {
  log::v1::ClaimHeader header;
  header.set_log_id(seen.log_id);
  header.set_partition(seen.partition);
  header.set_claim_id(RandomBytes(16));
  header.set_supersedes(seen.last_claim);
  header.set_node(claimant.node);
  header.set_endpoint(claimant.endpoint);
  header.set_build(claimant.build);
  return header;
}

// Folds one partition on behalf of a claim.
class ClaimReader {
 public:
  ClaimReader(const KafkaLogOptions& options, VoidCounters& voids, std::string topic, const LogIdentity& identity,
              uint32_t partition, const ReaderCheckpoint& from, const std::function<absl::Status(ValidRecordPtr)>& deliver)
      : options_(options),
        voids_(voids),
        topic_(std::move(topic)),
        partition_(partition),
        deliver_(deliver),
        reader_({identity.log_id, partition}, ResumeAt(from)) {}

  absl::Status Open() {
    SIP_ASSIGN_OR_RETURN(fetcher_, PartitionFetcher::Open(options_, topic_, {{partition_, reader_.cursor()}}));
    return absl::OkStatus();
  }
  absl::Status ReadToEnd() {
    while (true) {
      SIP_ASSIGN_OR_RETURN(const bool at_end, ReadOne());
      if (at_end) return absl::OkStatus();
    }
  }
  // Up to and including the record at `offset`.
  absl::Status ReadPast(uint64_t offset) {
    while (reader_.cursor() <= offset) SIP_RETURN_IF_ERROR(ReadOne().status());
    return absl::OkStatus();
  }
  const PartitionReader& reader() const { return reader_; }

 private:
  absl::StatusOr<bool> ReadOne() {
    SIP_ASSIGN_OR_RETURN(const PartitionFetcher::Fetched fetched, Await(*fetcher_, options_.request_timeout, topic_, partition_));
    if (fetched.at_end) return true;
    SIP_ASSIGN_OR_RETURN(const RecordView record, fetcher_->Decode(fetched));
    absl::StatusOr<ValidRecordPtr> valid = reader_.Read(fetched.offset, record);
    if (!valid.ok()) return fetcher_->Explain(fetched, valid.status());
    voids_.Note(reader_.verdict());
    if (*valid != nullptr) SIP_RETURN_IF_ERROR(deliver_(*std::move(valid)));
    return false;
  }

  const KafkaLogOptions& options_;
  VoidCounters& voids_;
  const std::string topic_;
  const uint32_t partition_;
  const std::function<absl::Status(ValidRecordPtr)>& deliver_;
  PartitionReader reader_;
  std::unique_ptr<PartitionFetcher> fetcher_;
};

}  // namespace

KafkaLog::KafkaLog(const KafkaLogOptions& options, LogIdentity identity, std::function<absl::Status()> may_claim)
    : options_(options),
      identity_(std::move(identity)),
      topic_(options.TopicOf(identity_.name)),
      may_claim_(std::move(may_claim)),
      counters_(identity_.partition_count) {}

KafkaLogStatistics KafkaLog::statistics() const {
  KafkaLogStatistics all;
  all.log = identity_.name;
  all.partitions.reserve(counters_.size());
  for (uint32_t partition = 0; partition < counters_.size(); ++partition) {
    const KafkaPartitionStatistics& one = all.partitions.emplace_back(counters_[partition].Read(partition));
    all.claims += one.claims;
    all.claims_lost += one.claims_lost;
    all.appended += one.appended;
    all.fenced += one.fenced;
    all.doubts += one.doubts;
    all.gaps += one.gaps;
  }
  return all;
}

ReaderCheckpoint ResumeAt(const ReaderCheckpoint& checkpoint) {
  ReaderCheckpoint from = checkpoint;
  from.cursor = checkpoint.fold.started ? checkpoint.head_cursor + 1 : 0;
  return from;
}

absl::Status KafkaLog::CheckPartition(uint32_t partition) const {
  if (partition < identity_.partition_count) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(identity_.name, " has no partition ", partition));
}

std::map<uint32_t, std::shared_ptr<KafkaSessionCore>> KafkaLog::Sessions() const {
  MutexLock lock(mutex_);
  std::map<uint32_t, std::shared_ptr<KafkaSessionCore>> living;
  for (auto it = sessions_.begin(); it != sessions_.end();) {
    const auto current = it++;
    if (auto core = current->second.lock()) {
      living.emplace(current->first, std::move(core));
    } else {
      sessions_.erase(current);
    }
  }
  return living;
}

void KafkaLog::NoteEnd(uint32_t partition, const KnownEnd& end) {
  MutexLock lock(mutex_);
  ends_[partition] = end;
}

void KafkaLog::AddEnded(const std::map<uint32_t, PartitionReader>& readers, TailBatch& batch) const {
  MutexLock lock(mutex_);
  for (const auto& [partition, end] : ends_) {
    const auto reader = readers.find(partition);
    if (reader != readers.end() && reader->second.cursor() >= end.offset) batch.ended.push_back({partition, end.asked});
  }
}

void KafkaLog::NoteOwner(uint32_t partition, uint64_t offset, std::string endpoint) const {
  MutexLock lock(mutex_);
  Owner& owner = owners_[partition];
  // Readers that began earlier meet earlier claims.
  if (owner.endpoint.empty() || offset > owner.offset) owner = {offset, std::move(endpoint)};
}

std::optional<std::string> KafkaLog::LastOwner(uint32_t partition) const {
  MutexLock lock(mutex_);
  const auto owner = owners_.find(partition);
  return owner == owners_.end() ? std::nullopt : std::optional(owner->second.endpoint);
}

absl::Status KafkaLog::CheckHeads(const std::vector<ReaderCheckpoint>& checkpoints) const {
  SIP_ASSIGN_OR_RETURN(const auto comparison, HeadComparison::Open(options_, topic_, checkpoints));
  while (true) {
    SIP_ASSIGN_OR_RETURN(const bool done, comparison->Step(options_.request_timeout));
    if (done) return absl::OkStatus();
  }
}

absl::StatusOr<std::unique_ptr<LogSession>> KafkaLog::Claim(uint32_t partition, const ReaderCheckpoint& from,
                                                            const ClaimantInfo& claimant,
                                                            const std::function<absl::Status(ValidRecordPtr)>& deliver) {
  SIP_RETURN_IF_ERROR(CheckPartition(partition));
  SIP_RETURN_IF_ERROR(may_claim_());
  SIP_RETURN_IF_ERROR(CheckHeads({from}));
  ClaimReader reading(options_, counters(partition).voids_met_by_owner, topic_, identity_, partition, from, deliver);
  SIP_RETURN_IF_ERROR(reading.Open());
  SIP_ASSIGN_OR_RETURN(std::unique_ptr<ClaimProducer> producer, ClaimProducer::Open(options_, topic_, partition));
  SIP_RETURN_IF_ERROR(reading.ReadToEnd());
  const FoldState& seen = reading.reader().state();
  if (!claimant.MayFollow(seen.last_claim)) {
    ++counters(partition).claims_lost;
    return absl::AbortedError(absl::StrCat(identity_.name, ", partition ", partition, ": another node has taken it over"));
  }
  const log::v1::ClaimHeader header = MakeClaim(seen, claimant);
  const std::string frame = EncodeFrame(Record{RecordKind::kClaim, header.SerializeAsString(), ""});
  if (claimant.on_attempt) claimant.on_attempt(header.claim_id());
  SIP_ASSIGN_OR_RETURN(const uint64_t offset, producer->SendFirst(frame, options_.append_timeout));
  SIP_RETURN_IF_ERROR(reading.ReadPast(offset));
  if (reading.reader().state().claim != header.claim_id()) {
    ++counters(partition).claims_lost;
    return absl::AbortedError(absl::StrCat(identity_.name, ", partition ", partition, ": another node took it over"));
  }
  ++counters(partition).claims;
  NoteOwner(partition, offset, claimant.endpoint);
  auto core = std::make_shared<KafkaSessionCore>(
      options_, counters(partition), absl::StrCat(identity_.name, ".", partition),
      LogFold({identity_.log_id, partition}, reading.reader().state()), offset,
      [this, partition](uint64_t first, uint64_t to, const std::function<absl::Status(const RecordView&)>& visit) {
        return ReadGap(partition, first, to, visit);
      });
  {
    MutexLock lock(mutex_);
    sessions_[partition] = core;
  }
  return std::make_unique<KafkaSession>(reading.reader().checkpoint(), std::move(core), std::move(producer));
}

absl::Status KafkaLog::ReadGap(uint32_t partition, uint64_t from, uint64_t to,
                               const std::function<absl::Status(const RecordView&)>& visit) const {
  SIP_ASSIGN_OR_RETURN(const auto fetcher, PartitionFetcher::Open(options_, topic_, {{partition, from}}));
  for (uint64_t offset = from; offset < to; ++offset) {
    SIP_ASSIGN_OR_RETURN(const PartitionFetcher::Fetched fetched, Await(*fetcher, options_.request_timeout, topic_, partition));
    if (fetched.at_end) {
      return absl::UnavailableError(
          absl::StrCat(PlaceOf(topic_, {partition}), ": the log ends before an append that was reported"));
    }
    SIP_ASSIGN_OR_RETURN(const RecordView record, fetcher->Decode(fetched));
    SIP_RETURN_IF_ERROR(fetcher->Explain(fetched, visit(record)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LogTail>> KafkaLog::Tail(std::vector<TailStart> starts) {
  std::vector<ReaderCheckpoint> checkpoints;
  checkpoints.reserve(starts.size());
  for (const TailStart& start : starts) {
    SIP_RETURN_IF_ERROR(CheckPartition(start.partition));
    checkpoints.push_back(start.checkpoint);
  }
  SIP_RETURN_IF_ERROR(CheckHeads(checkpoints));
  return KafkaTail::Open(*this, options_, starts);
}

void KafkaLog::End(uint32_t partition, absl::AnyInvocable<void(absl::StatusOr<LogEnd>)> done) {
  if (absl::Status known = CheckPartition(partition); !known.ok()) return done(std::move(known));
  if (!options_.ask_owner) {
    return done(absl::FailedPreconditionError(
        absl::StrCat(identity_.name, ", partition ", partition, ": there is nothing by which to ask its owner (ask_owner)")));
  }
  options_.ask_owner(identity_.name, partition, std::move(done));
}

}  // namespace sip

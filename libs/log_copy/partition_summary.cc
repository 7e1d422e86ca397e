#include "libs/log_copy/partition_summary.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/big_endian.h"
#include "libs/base/sha256.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/log_copy/partition_table.h"

namespace sip {
namespace {

void AppendWithLength(std::string& out, absl::string_view bytes) {
  AppendBigEndian(out, bytes.size(), 8);
  out.append(bytes.data(), bytes.size());
}

void AppendSet(std::string& out, const std::set<std::string>& ids) {
  AppendBigEndian(out, ids.size(), 8);
  for (const std::string& id : ids) AppendWithLength(out, id);
}

std::string TimeBytes(absl::Time time) {
  if (time == absl::InfinitePast()) return "";
  const google::protobuf::Timestamp stamp = ToProto(time);
  std::string bytes;
  AppendBigEndian(bytes, static_cast<uint64_t>(stamp.seconds()), 8);
  AppendBigEndian(bytes, static_cast<uint64_t>(stamp.nanos()), 4);
  return bytes;
}

}  // namespace

std::string FoldStateDigest(const FoldState& state) {
  std::string bytes = "sip-fold/v1\n";
  AppendWithLength(bytes, state.log_id);
  AppendBigEndian(bytes, state.partition, 4);
  AppendWithLength(bytes, state.head);
  AppendBigEndian(bytes, state.base, 8);
  AppendBigEndian(bytes, state.next_idx, 8);
  AppendWithLength(bytes, state.claim.value_or(""));
  AppendWithLength(bytes, state.last_claim);
  AppendSet(bytes, state.won.ids());
  AppendSet(bytes, state.lost.ids());
  AppendBigEndian(bytes, state.imported.size(), 8);
  for (const auto& [log_id, idx] : state.imported) {
    AppendWithLength(bytes, log_id);
    AppendBigEndian(bytes, idx, 8);
  }
  AppendWithLength(bytes, TimeBytes(state.last_recorded_at));
  return Sha256(bytes);
}

absl::Status PartitionSummary::Verdict() const {
  const std::string where = absl::StrCat(log, ", partition ", partition);
  if (!stopped.ok()) {
    return absl::Status(stopped.code(), absl::StrCat(where, ", stops at record ", records, ": ", stopped.message()));
  }
  if (damaged_payloads == 0) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(where, ": ", damaged_payloads,
                                          " payloads have not the digest of their headers, first at ", first_damaged_payload));
}

PartitionSummarizer::PartitionSummarizer(LogIdentity log, uint32_t partition)
    : log_(std::move(log)), fold_(ExpectedLog{log_.log_id, partition}) {
  summary_.log = log_.name;
  summary_.partition = partition;
}

void PartitionSummarizer::Add(const absl::StatusOr<RecordView>& record) {
  summary_.empty = false;
  if (!summary_.stopped.ok()) return;
  summary_.stopped = record.ok() ? Step(*record) : record.status();
}

absl::Status PartitionSummarizer::Step(const RecordView& record) {
  SIP_ASSIGN_OR_RETURN(const Verdict verdict, fold_.Step(record, &header_));
  ++summary_.records;
  Count(verdict);
  if (verdict == Verdict::kClaim) NoteClaim(record);
  if (verdict != Verdict::kValid || CheckPayloadDigest(header_, record.payload).ok()) return absl::OkStatus();
  if (summary_.damaged_payloads++ == 0) summary_.first_damaged_payload = header_.idx();
  return absl::OkStatus();
}

void PartitionSummarizer::NoteClaim(const RecordView& record) {
  log::v1::ClaimHeader claim;
  // The fold has parsed it already.
  claim.ParseFromArray(record.header.data(), static_cast<int>(record.header.size()));
  summary_.last_node = claim.node();
  summary_.last_endpoint = claim.endpoint();
}

void PartitionSummarizer::Count(Verdict verdict) {
  switch (verdict) {
    case Verdict::kVoidCopy:
      ++summary_.void_copies;
      return;
    case Verdict::kVoidStale:
      ++summary_.void_stale;
      return;
    case Verdict::kVoidLostRace:
      ++summary_.void_lost;
      return;
    case Verdict::kVoidHole:
      ++summary_.void_holes;
      return;
    case Verdict::kGenesis:
    case Verdict::kClaim:
    case Verdict::kValid:
      return;
  }
}

void PartitionSummarizer::End() {
  if (!summary_.stopped.ok()) return;
  const FoldState& state = fold_.state();
  if (!state.started) {
    summary_.stopped = absl::DataLossError("there is no Genesis");
  } else if (state.log_name != log_.name || state.partition_count != log_.partition_count) {
    summary_.stopped = absl::DataLossError("its Genesis is of another log");
  }
}

const PartitionSummary& PartitionSummarizer::summary() {
  summary_.state = fold_.state();
  return summary_;
}

absl::StatusOr<std::vector<PartitionSummary>> Summarize(RecordSource& source, SummaryObserver observe) {
  const PartitionTable table(source.logs());
  std::vector<PartitionSummarizer> partitions;
  for (const LogIdentity& log : source.logs()) {
    for (uint32_t p = 0; p < log.partition_count; ++p) partitions.emplace_back(log, p);
  }
  SIP_RETURN_IF_ERROR(
      source.Visit([&](const LogIdentity& log, uint32_t partition, const absl::StatusOr<RecordView>& record) -> absl::Status {
        const std::optional<size_t> number = table.Find(log.log_id, partition);
        if (!number.has_value())
          return absl::DataLossError(absl::StrCat("a record of ", log.name, "/", partition, ", which is not here"));
        partitions[*number].Add(record);
        observe(*number, partitions[*number]);
        return absl::OkStatus();
      }));
  std::vector<PartitionSummary> summaries;
  for (PartitionSummarizer& partition : partitions) {
    partition.End();
    summaries.push_back(partition.summary());
  }
  return summaries;
}

absl::StatusOr<std::vector<PartitionSummary>> Summarize(RecordSource& source) {
  return Summarize(source, [](size_t, const PartitionSummarizer&) {});
}

}  // namespace sip

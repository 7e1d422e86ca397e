#include "libs/log_copy/copy_logs.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/log_copy/partition_table.h"

namespace sip {
namespace {

// How a partition of the target compares with the source's, while the source is folded.
struct Match {
  PartitionSummary held;            // What the target has.
  std::optional<uint64_t> records;  // So many records of the source lead to that state.
};

absl::Status RefuseDamage(const std::vector<PartitionSummary>& partitions, absl::string_view what, absl::string_view advice) {
  for (const PartitionSummary& partition : partitions) {
    const absl::Status verdict = partition.Verdict();
    if (verdict.ok()) continue;
    return absl::Status(verdict.code(), absl::StrCat("the ", what, " is damaged: ", verdict.message(), "; ", advice));
  }
  return absl::OkStatus();
}

// What the target has of each partition of the source's `logs`.
absl::StatusOr<std::vector<Match>> FindHeld(const std::vector<LogIdentity>& logs, RecordTarget& target) {
  const PartitionTable table(logs);
  std::vector<Match> matches(table.size());
  SIP_ASSIGN_OR_RETURN(std::vector<PartitionSummary> held, Summarize(target));
  held.erase(std::remove_if(held.begin(), held.end(), [](const PartitionSummary& summary) { return summary.empty; }), held.end());
  SIP_RETURN_IF_ERROR(RefuseDamage(held, "target", "remove it, and copy again"));
  for (PartitionSummary& summary : held) {
    const std::optional<size_t> number = table.Find(summary.state.log_id, summary.partition);
    if (number.has_value()) matches[*number].held = std::move(summary);
  }
  return matches;
}

// `source` has folded one more record, which may be the last that the target has. Void records may leave the state as it was: of
// those that do, the target has as many as its own count says.
void Compare(Match& match, const PartitionSummarizer& source) {
  const FoldState& held = match.held.state;
  if (source.state().next_idx != held.next_idx || source.state().head != held.head || source.state() != held) return;
  const bool goes_on =
      match.records.has_value() && *match.records + 1 == source.records() && source.records() <= match.held.records;
  if (!match.records.has_value() || goes_on) match.records = source.records();
}

absl::Status RefuseAnotherHistory(const Match& match, const PartitionSummary& source) {
  if (match.held.empty || match.records.has_value()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the target holds another history than the source: ", source.log, ", partition ", source.partition, " has ",
      match.held.state.next_idx, " commands there and ", source.state.next_idx, " in the source, and is not its beginning. It was ",
      "copied from another log, or has been written to since: name an empty folder (on Kafka, another kafka.topic_prefix), or that "
      "of ",
      "an earlier copy of this source"));
}

absl::Status AppendWhatIsMissing(RecordSource& source, RecordTarget& target, const std::vector<CopyReport::Partition>& partitions) {
  const PartitionTable table(source.logs());
  std::vector<uint64_t> visited(table.size());
  return source.Visit([&](const LogIdentity& log, uint32_t partition, const absl::StatusOr<RecordView>& record) -> absl::Status {
    SIP_RETURN_IF_ERROR(record.status());
    const std::optional<size_t> number = table.Find(log.log_id, partition);
    if (!number.has_value()) return absl::DataLossError(absl::StrCat("a record of ", log.name, ", which is not here"));
    const uint64_t place = visited[*number]++;
    // What has come since it was folded is for the next copy.
    if (place < partitions[*number].already_there || place >= partitions[*number].source.records) return absl::OkStatus();
    return target.Append(log, partition, *record);
  });
}

}  // namespace

bool CopyReport::Partition::same() const {
  return target.sound() && source.state.next_idx == target.state.next_idx && source.state.head == target.state.head &&
         FoldStateDigest(source.state) == FoldStateDigest(target.state);
}

bool CopyReport::same() const {
  return std::all_of(partitions.begin(), partitions.end(), [](const Partition& partition) { return partition.same(); });
}

uint64_t CopyReport::copied() const {
  uint64_t copied = 0;
  for (const Partition& partition : partitions) copied += partition.source.records - partition.already_there;
  return copied;
}

absl::StatusOr<CopyReport> CopyLogs(RecordSource& source, RecordTarget& target) {
  SIP_RETURN_IF_ERROR(target.Begin(source.logs()));
  SIP_ASSIGN_OR_RETURN(std::vector<Match> matches, FindHeld(source.logs(), target));
  SIP_ASSIGN_OR_RETURN(std::vector<PartitionSummary> sources,
                       Summarize(source, [&](size_t number, const PartitionSummarizer& partition) {
                         if (!matches[number].held.empty) Compare(matches[number], partition);
                       }));
  SIP_RETURN_IF_ERROR(RefuseDamage(sources, "source", "put back a copy of it that is whole"));
  CopyReport report;
  for (size_t i = 0; i < sources.size(); ++i) {
    SIP_RETURN_IF_ERROR(RefuseAnotherHistory(matches[i], sources[i]));
    report.partitions.push_back({std::move(sources[i]), {}, matches[i].records.value_or(0)});
  }
  SIP_RETURN_IF_ERROR(AppendWhatIsMissing(source, target, report.partitions));
  SIP_RETURN_IF_ERROR(target.Finish());
  SIP_ASSIGN_OR_RETURN(std::vector<Match> written, FindHeld(source.logs(), target));
  for (size_t i = 0; i < written.size(); ++i) report.partitions[i].target = std::move(written[i].held);
  return report;
}

}  // namespace sip

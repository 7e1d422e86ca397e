#include "tests/simulation/store_check.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/log_fold.h"

namespace sip {
namespace {

absl::Status CheckScopes(const StreamStore& store, uint32_t partition, const std::map<Uuid, std::vector<uint64_t>>& scopes) {
  for (const auto& [scope, expected] : scopes) {
    std::vector<uint64_t> found;
    SIP_RETURN_IF_ERROR(store.ReadScope(partition, scope, [&](const ValidRecord& record) {
      found.push_back(record.idx);
      return absl::OkStatus();
    }));
    if (found != expected) return absl::DataLossError(absl::StrCat("case ", scope.ToString(), " lacks records"));
  }
  return absl::OkStatus();
}

absl::Status CheckRecords(const StreamStore& store, uint32_t partition, uint64_t needed, const ReferenceFold& truth) {
  std::map<Uuid, std::vector<uint64_t>> scopes;
  for (uint64_t idx = 0;; ++idx) {
    SIP_ASSIGN_OR_RETURN(const std::optional<RecordPlace> place, store.FindPosition(partition, idx));
    if (!place.has_value()) {
      if (idx >= needed) return CheckScopes(store, partition, scopes);
      return absl::DataLossError(absl::StrCat("record ", idx, " is missing before its checkpoint at ", needed));
    }
    SIP_ASSIGN_OR_RETURN(const ValidRecord record, store.ReadRecord(*place));
    if (idx >= truth.valid().size() || truth.valid()[idx].leaf != record.leaf) {
      return absl::DataLossError(absl::StrCat("record ", idx, " is not the one of the log"));
    }
    for (const Uuid& scope : ScopesOf(*record.header)) scopes[scope].push_back(idx);
    const std::string key = RequestKeyOf(*record.header);
    if (key.empty()) continue;
    SIP_ASSIGN_OR_RETURN(const std::optional<RecordPlace> answer, store.FindRequest(key));
    if (!answer.has_value() || answer->idx != idx || answer->partition != partition) {
      return absl::DataLossError(absl::StrCat("the request of record ", idx, " is not found"));
    }
  }
}

// The fold of the whole log, and the one that begins at the checkpoint, must end the same.
absl::Status CheckFold(const std::vector<Record>& records, uint32_t partition, const ReaderCheckpoint& checkpoint) {
  LogFold whole({"", partition});
  LogFold rest({checkpoint.fold.log_id, partition}, checkpoint.fold);
  for (size_t cursor = 0; cursor < records.size(); ++cursor) {
    const RecordView view{records[cursor].kind, records[cursor].header, records[cursor].payload};
    SIP_RETURN_IF_ERROR(whole.Step(view).status());
    if (cursor >= checkpoint.cursor) SIP_RETURN_IF_ERROR(rest.Step(view).status());
  }
  if (whole.state() == rest.state()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the fold from the checkpoint at ", checkpoint.fold.next_idx, " ends at ",
                                          rest.state().next_idx, ", the whole one at ", whole.state().next_idx));
}

}  // namespace

absl::Status CheckStore(Environment& environment, const Judge& judge, Process& process) {
  const std::string& log_name = Contexts()[process.context()].model->log_name();
  for (uint32_t p = 0; p < kPartitions; ++p) {
    const ReferenceFold& truth = judge.truth({process.context(), p});
    SIP_ASSIGN_OR_RETURN(const ReaderCheckpoint checkpoint, process.store().LoadCheckpoint(p));
    SIP_RETURN_IF_ERROR(CheckRecords(process.store(), p, checkpoint.fold.next_idx, truth));
    SIP_RETURN_IF_ERROR(CheckFold(environment.logs.Records(log_name, p), p, checkpoint));
  }
  return absl::OkStatus();
}

}  // namespace sip

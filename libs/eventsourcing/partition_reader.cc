#include "libs/eventsourcing/partition_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace sip {

absl::StatusOr<std::optional<ValidRecord>> PartitionReader::Read(uint64_t cursor, const RecordView& record,
                                                                 const RecordFacts* facts) {
  ValidRecord valid;
  absl::StatusOr<Verdict> verdict = facts != nullptr ? fold_.Step(*facts) : fold_.Step(record, &valid.header);
  SIP_RETURN_IF_ERROR(verdict.status());
  AdvanceTo(cursor + 1);
  if (*verdict == Verdict::kGenesis || *verdict == Verdict::kValid) head_cursor_ = cursor;
  if (*verdict != Verdict::kValid) return std::optional<ValidRecord>();
  // What was parsed when it was appended can be parsed again.
  if (facts != nullptr && !valid.header.ParseFromArray(record.header.data(), static_cast<int>(record.header.size()))) {
    return absl::DataLossError("a header that was parsed before cannot be parsed");
  }
  valid.partition = valid.header.partition();
  valid.idx = valid.header.idx();
  valid.leaf = fold_.state().head;
  valid.header_bytes = std::string(record.header);
  valid.payload = std::string(record.payload);
  return std::optional<ValidRecord>(std::move(valid));
}

void PartitionReader::AdvanceTo(uint64_t cursor) { cursor_ = std::max(cursor_, cursor); }

absl::Status CheckIsHead(const ReaderCheckpoint& checkpoint, const RecordView& record) {
  if (LeafOf(record.kind, record.header) == checkpoint.fold.head) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(checkpoint.fold.log_name, ", partition ", checkpoint.fold.partition,
                                          ": the record before ", checkpoint.fold.next_idx,
                                          " is not the one that was read: this is another history"));
}

}  // namespace sip

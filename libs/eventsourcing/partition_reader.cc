#include "libs/eventsourcing/partition_reader.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/mutant.h"
#include "libs/base/status_macros.h"

namespace sip {

absl::StatusOr<ValidRecordPtr> PartitionReader::Read(uint64_t cursor, const RecordView& record) {
  auto header = std::make_unique<log::v1::CommandHeader>();
  SIP_ASSIGN_OR_RETURN(const Verdict verdict, fold_.Step(record, header.get()));
  if (!Note(cursor, verdict)) return nullptr;
  auto valid = std::make_shared<ValidRecord>();
  valid->partition = header->partition();
  valid->idx = header->idx();
  valid->leaf = fold_.state().head;
  valid->header = StoredHeader(std::string(record.header), std::move(header));
  valid->payload = std::string(record.payload);
  return valid;
}

absl::StatusOr<bool> PartitionReader::Read(uint64_t cursor, const RecordFacts& record) {
  SIP_ASSIGN_OR_RETURN(const Verdict verdict, fold_.Step(record));
  return Note(cursor, verdict);
}

bool PartitionReader::Note(uint64_t cursor, Verdict verdict) {
  AdvanceTo(cursor + 1);
  verdict_ = verdict;
  if (verdict == Verdict::kGenesis || verdict == Verdict::kValid || SIP_MUTANT(reader_head_is_any_record)) head_cursor_ = cursor;
  return verdict == Verdict::kValid;
}

void PartitionReader::AdvanceTo(uint64_t cursor) { cursor_ = std::max(cursor_, cursor); }

absl::Status CheckIsHead(const ReaderCheckpoint& checkpoint, const RecordView& record) {
  if (LeafOf(record.kind, record.header) == checkpoint.fold.head) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(checkpoint.fold.log_name, ", partition ", checkpoint.fold.partition,
                                          ": the record before ", checkpoint.fold.next_idx,
                                          " is not the one that was read: this is another history"));
}

}  // namespace sip

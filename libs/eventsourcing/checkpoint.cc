#include "libs/eventsourcing/checkpoint.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

constexpr uint32_t kFormat = 1;

}  // namespace

log::v1::ReaderCheckpointRecord CheckpointToProto(const ReaderCheckpoint& checkpoint) {
  log::v1::ReaderCheckpointRecord record;
  record.set_format(kFormat);
  record.set_cursor(checkpoint.cursor);
  record.set_head_cursor(checkpoint.head_cursor);
  *record.mutable_fold() = FoldStateToProto(checkpoint.fold);
  return record;
}

std::string EncodeCheckpoint(const ReaderCheckpoint& checkpoint) { return CheckpointToProto(checkpoint).SerializeAsString(); }

absl::StatusOr<ReaderCheckpoint> CheckpointFromProto(const log::v1::ReaderCheckpointRecord& record) {
  if (record.format() != kFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("a checkpoint of format ", record.format(), "; this program knows ", kFormat));
  }
  ReaderCheckpoint checkpoint;
  checkpoint.cursor = record.cursor();
  checkpoint.head_cursor = record.head_cursor();
  SIP_ASSIGN_OR_RETURN(checkpoint.fold, FoldStateFromProto(record.fold()));
  return checkpoint;
}

absl::StatusOr<ReaderCheckpoint> DecodeCheckpoint(absl::string_view bytes) {
  log::v1::ReaderCheckpointRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("the stored checkpoint cannot be read");
  }
  return CheckpointFromProto(record);
}

}  // namespace sip

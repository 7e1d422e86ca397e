// The stored form of a reader's checkpoint. Whoever keeps rows stores it in the same batch as the rows.
#ifndef SIP_LIBS_EVENTSOURCING_CHECKPOINT_H_
#define SIP_LIBS_EVENTSOURCING_CHECKPOINT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/eventsourcing/event_log.h"
#include "sip/log/v1/checkpoint.pb.h"

namespace sip {

// sip.log.v1.ReaderCheckpointRecord; the same bytes for the same checkpoint.
log::v1::ReaderCheckpointRecord CheckpointToProto(const ReaderCheckpoint& checkpoint);
std::string EncodeCheckpoint(const ReaderCheckpoint& checkpoint);

// DATA_LOSS for anything that is not such a message, FAILED_PRECONDITION for a format that this program does not know.
absl::StatusOr<ReaderCheckpoint> CheckpointFromProto(const log::v1::ReaderCheckpointRecord& record);
absl::StatusOr<ReaderCheckpoint> DecodeCheckpoint(absl::string_view bytes);

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_CHECKPOINT_H_

// Replays a case from the stream store.
#ifndef SIP_LIBS_ENGINE_CASE_LOADER_H_
#define SIP_LIBS_ENGINE_CASE_LOADER_H_

#include "absl/status/statusor.h"
#include "libs/codec/codec.h"
#include "libs/engine/case_cache.h"
#include "libs/engine/stream_store.h"
#include "libs/eventsourcing/context_model.h"

namespace sip {

// The state of `scope` as of the store. A record of a kind that the codec does not know gives an entry that is `blocked` with
// UNIMPLEMENTED; other errors are returned.
absl::StatusOr<CaseEntry> LoadCase(const ContextModel& model, const Codec& codec, const StreamStore& store, uint32_t partition,
                                   const Uuid& scope);

// Folds one more record into the entry.
void EvolveCase(const ContextModel& model, const RecordedCommand& record, const Uuid& scope, CaseEntry& entry);

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_CASE_LOADER_H_

#include "libs/engine/case_loader.h"

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/engine/record_writer.h"

namespace sip {

void EvolveCase(const ContextModel& model, const RecordedCommand& record, const Uuid& scope, CaseEntry& entry) {
  const bool of_case = !record.header->case_id().empty();
  // A record of a shared log may write several scopes; each takes its own events.
  const auto is_ours = [&](const RecordedEvent& event) { return of_case || event.stream.id == scope; };
  for (const RecordedEvent& event : record.events) {
    if (!is_ours(event)) continue;
    model.Evolve(*entry.state, event.stream, *event.event, MetaOf(record, event.version));
    entry.versions[event.stream] = event.version;
  }
  for (const RecordedEvent& event : record.events) {
    if (is_ours(event)) model.NoteLeaf(*entry.state, event.stream, *event.event, record.leaf);
  }
}

absl::StatusOr<CaseEntry> LoadCase(const ContextModel& model, const Codec& codec, const StreamStore& store, uint32_t partition,
                                   const Uuid& scope) {
  CaseEntry entry;
  entry.state = model.InitialState();
  const absl::Status read = store.ReadScope(partition, scope, [&](const ValidRecord& stored) -> absl::Status {
    if (!entry.blocked.ok()) return absl::OkStatus();
    absl::StatusOr<RecordedCommand> record = codec.Decode(stored, model.log_name(), DecodeOptions{});
    if (absl::IsUnimplemented(record.status())) {
      entry.blocked = record.status();
      return absl::OkStatus();
    }
    SIP_RETURN_IF_ERROR(record.status());
    EvolveCase(model, *record, scope, entry);
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return entry;
}

}  // namespace sip

// Builds the next record of a partition from what was decided, and proves it against the fold before it is sent.
#ifndef SIP_LIBS_ENGINE_RECORD_WRITER_H_
#define SIP_LIBS_ENGINE_RECORD_WRITER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "libs/codec/codec.h"
#include "libs/engine/case_cache.h"
#include "libs/engine/command_executor.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/context_model.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/eventsourcing/prepared_command.h"
#include "libs/eventsourcing/recorded.h"

namespace sip {

// A record that may be sent: its stored and its decoded form.
struct WrittenRecord {
  PreparedCommand prepared;
  std::shared_ptr<const RecordedCommand> decoded;
};

// What was decided, and for whom.
struct WriteInput {
  const DecisionContext* context = nullptr;
  const CommandRequest* request = nullptr;    // Null for an import.
  const RecordedCommand* imported = nullptr;  // Null for a client's command.
  const std::vector<NewEvent>* events = nullptr;
  const StreamId* stream = nullptr;  // The command's stream; null for an import.
  RuleSetRef rule_set;
  std::string region;  // Owner of rule sets that the acting agency follows.
  std::string agency_kind;
};

// The streams that the record writes, with their versions after it. An import's streams follow from its events, in order of first
// use.
std::vector<std::pair<StreamId, uint64_t>> StreamWrites(const WriteInput& input,
                                                        const absl::flat_hash_map<StreamId, uint64_t>& versions);

// Builds the record that follows `fold` and steps `fold` with it. A LIMIT_EXCEEDED rejection if it is too large (nothing is
// stepped). Crashes if the fold does not call the record valid: that is a defect of ours which must never reach the log.
absl::StatusOr<WrittenRecord> WriteRecord(const WriteInput& input, const std::vector<std::pair<StreamId, uint64_t>>& writes,
                                          const Codec& codec, LogFold& fold);

// What Evolve is told about the events of a record.
EventMeta MetaOf(const RecordedCommand& record, uint64_t stream_version);

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_RECORD_WRITER_H_

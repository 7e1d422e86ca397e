#include "libs/eventsourcing/prepared_command.h"

#include "libs/base/status_macros.h"

namespace sip {

absl::StatusOr<PreparedCommand> PreparedCommand::Make(std::string header, std::string payload) {
  auto record = std::make_shared<ValidRecord>();
  record->header = StoredHeader(std::move(header));
  record->payload = std::move(payload);
  const RecordView view{RecordKind::kCommand, record->header.bytes(), record->payload};
  SIP_ASSIGN_OR_RETURN(RecordFacts facts, ParseRecord(view));
  record->partition = facts.partition;
  record->idx = facts.idx;
  record->leaf.assign(facts.leaf.data(), facts.leaf.size());
  return PreparedCommand(std::move(record), std::move(facts));
}

}  // namespace sip

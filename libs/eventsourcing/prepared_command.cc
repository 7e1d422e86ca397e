#include "libs/eventsourcing/prepared_command.h"

#include "libs/base/status_macros.h"

namespace sip {

absl::StatusOr<PreparedCommand> PreparedCommand::Make(std::string header, std::string payload) {
  auto parsed = std::make_unique<log::v1::CommandHeader>();
  SIP_ASSIGN_OR_RETURN(RecordFacts facts, ParseRecord(RecordView{RecordKind::kCommand, header, payload}, parsed.get()));
  auto record = std::make_shared<ValidRecord>();
  record->header = StoredHeader(std::move(header), std::move(parsed));
  record->payload = std::move(payload);
  record->partition = facts.partition;
  record->idx = facts.idx;
  record->leaf.assign(facts.leaf.data(), facts.leaf.size());
  return PreparedCommand(std::move(record), std::move(facts));
}

}  // namespace sip

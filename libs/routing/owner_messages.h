// The port's values as messages of sip.owner.v1 and back (internal to routing). Pure. What a peer sends is checked: INTERNAL names
// what it cannot have been sent by a node of the same program.
#ifndef SIP_LIBS_ROUTING_OWNER_MESSAGES_H_
#define SIP_LIBS_ROUTING_OWNER_MESSAGES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/engine/command_executor.h"
#include "libs/eventsourcing/consistency_token.h"
#include "libs/eventsourcing/valid_record.h"
#include "sip/owner/v1/owner_service.pb.h"

namespace sip {

// Not for OK.
owner::v1::Refusal ToRefusal(const absl::Status& status);
absl::Status FromRefusal(const owner::v1::Refusal& refusal);

owner::v1::Position ToPosition(const ConsistencyToken& token);
ConsistencyToken FromPosition(const owner::v1::Position& position);

owner::v1::ExecuteRequest ToExecuteRequest(const std::string& log, const CommandRequest& request);
// Without a deadline, which the transport carries.
absl::StatusOr<CommandRequest> FromExecuteRequest(const owner::v1::ExecuteRequest& message);

owner::v1::ExecuteResponse ToExecuteResponse(const CommandAnswer& answer);
absl::StatusOr<CommandAnswer> FromExecuteResponse(const std::string& log, const owner::v1::ExecuteResponse& message);

owner::v1::StoredRecord ToStoredRecord(const ValidRecord& record);
ValidRecord FromStoredRecord(const owner::v1::StoredRecord& message);

}  // namespace sip

#endif  // SIP_LIBS_ROUTING_OWNER_MESSAGES_H_

// The port through which a handler has a command carried out: routed to its partition, decided, appended, answered.
#ifndef SIP_LIBS_ENGINE_COMMAND_EXECUTOR_H_
#define SIP_LIBS_ENGINE_COMMAND_EXECUTOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/consistency_token.h"
#include "libs/eventsourcing/recorded.h"
#include "sip/common/v1/values.pb.h"

namespace sip {

// A command, checked for form by the handler template, with all that the transport knew about it.
struct CommandRequest {
  // The context's command wrapper (such as sip.plans.v1.PlanCommand) with its kind set to the request.
  std::shared_ptr<const google::protobuf::Message> command;
  Uuid request_id;
  // Nil in shared logs.
  Uuid case_id;
  std::optional<uint64_t> expected_stream_version;
  // Absent if the caller did not say.
  std::optional<common::v1::Occurred> occurred_at;
  common::v1::Actor actor;
  std::string correlation_id;  // 16 bytes or empty.
  std::string trace_id;        // 16 bytes or empty.
  std::string span_id;         // 8 bytes or empty.
  // To be seen before the decision.
  std::vector<ConsistencyToken> tokens;
  // The command discloses something: imports must have reached the foreign logs' ends first.
  bool fresh = false;
  absl::Time deadline = absl::InfiniteFuture();
};

// The recorded command that answers the request: now, or when the same request was made first.
struct CommandAnswer {
  // With `command` set. The response is a pure function of it.
  std::shared_ptr<const RecordedCommand> record;
  // The version of the written stream after it.
  uint64_t stream_version = 0;
  ConsistencyToken token;
};

// Thread-safe.
class CommandExecutor {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<CommandAnswer>)>;
  virtual ~CommandExecutor() = default;
  // Calls `done` exactly once, on any thread, perhaps before returning. A refusal is a status with a Rejection payload
  // (rejection.h); what became of a command whose status is UNAVAILABLE or DEADLINE_EXCEEDED is told by sending it again.
  virtual void Execute(CommandRequest request, Done done) = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_COMMAND_EXECUTOR_H_

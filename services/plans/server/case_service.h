// The commands of sip.cases.v1.CaseService over gRPC.
#ifndef SIP_SERVICES_PLANS_SERVER_CASE_SERVICE_H_
#define SIP_SERVICES_PLANS_SERVER_CASE_SERVICE_H_

#include <functional>
#include <memory>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "libs/base/uuid.h"
#include "libs/engine/command_executor.h"
#include "libs/rpc/call_context.h"
#include "libs/rpc/service.h"
#include "sip/cases/v1/case_values.pb.h"

namespace sip {

// Tells what the log sip.subjects says of a person; absent if she is unknown. Calls `done` once, on any thread.
using SubjectLookup = std::function<void(const Uuid& subject_id,
                                         absl::AnyInvocable<void(absl::StatusOr<std::optional<cases::v1::SubjectFacts>>)> done)>;

// `environment` and `executor` must outlive the service.
std::unique_ptr<RpcService> NewCaseService(const CallEnvironment& environment, CommandExecutor& executor, SubjectLookup subjects);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_SERVER_CASE_SERVICE_H_

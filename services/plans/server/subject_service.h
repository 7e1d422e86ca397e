// The commands of sip.subjects.v1.SubjectService over gRPC.
#ifndef SIP_SERVICES_PLANS_SERVER_SUBJECT_SERVICE_H_
#define SIP_SERVICES_PLANS_SERVER_SUBJECT_SERVICE_H_

#include <memory>
#include <string>

#include "libs/base/uuid.h"
#include "libs/engine/command_executor.h"
#include "libs/rpc/call_context.h"
#include "libs/rpc/service.h"
#include "sip/subjects/v1/identifier.pb.h"

namespace sip {

// `installation_key` is the secret from which pseudonymous ids are derived. `environment` and `executor` must outlive the service.
std::unique_ptr<RpcService> NewSubjectService(const CallEnvironment& environment, CommandExecutor& executor,
                                              std::string installation_key);

// The pseudonymous id of whoever has the identifier in this installation: UUIDv8 of its HMAC under the installation's key.
Uuid DeriveSubjectId(const subjects::v1::PersonIdentifier& identifier, const std::string& installation_key);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_SERVER_SUBJECT_SERVICE_H_

#include "services/plans/server/subject_service.h"

#include <utility>

#include "libs/base/sha256.h"
#include "services/plans/domain/subject_identifier.h"
#include "sip/subjects/v1/subject_service.pb.h"

namespace sip {

Uuid DeriveSubjectId(const subjects::v1::PersonIdentifier& identifier, const std::string& installation_key) {
  return MakeUuidV8(HmacSha256(installation_key, CanonicalIdentifier(Normalized(identifier))));
}

std::unique_ptr<RpcService> NewSubjectService(const CallEnvironment& environment, CommandExecutor& executor,
                                              std::string installation_key) {
  auto service = std::make_unique<RpcService>("sip.subjects.v1.SubjectService", environment);
  const auto commands = service->CommandsOf<subjects::v1::SubjectCommand>(executor);
  const auto derive = [key = std::move(installation_key)](const CallContext&, subjects::v1::ResolveSubjectCommand& command,
                                                          absl::AnyInvocable<void(absl::Status)> done) {
    command.set_subject_id(DeriveSubjectId(command.request().identifier(), key).ToString());
    done(absl::OkStatus());
  };
  commands.Add<subjects::v1::ResolveSubjectRequest, subjects::v1::ResolveSubjectResponse, subjects::v1::ResolveSubjectCommand>(
      "ResolveSubject", {.prepare = derive});
  return service;
}

}  // namespace sip

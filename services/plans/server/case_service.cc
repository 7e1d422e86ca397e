#include "services/plans/server/case_service.h"

#include <utility>

#include "services/plans/domain/case.h"
#include "sip/cases/v1/case_events.pb.h"
#include "sip/cases/v1/case_service.pb.h"

namespace sip {
namespace {

// A case without an id gets one from the request id, so that a retry opens the same; and the person's facts are put beside the
// request, since the case is decided without looking into another log.
void PrepareOpenCase(const SubjectLookup& subjects, const CallContext& call, cases::v1::OpenCaseCommand& command,
                     absl::AnyInvocable<void(absl::Status)> done) {
  cases::v1::OpenCaseRequest& request = *command.mutable_request();
  if (request.case_id().empty()) {
    const Uuid request_id = Uuid::Parse(request.request_id()).value_or(Uuid());
    request.set_case_id(DerivedCaseId(call.actor.agency_id(), request_id).ToString());
  }
  subjects(Uuid::Parse(request.subject_id()).value_or(Uuid()),
           [&command, done = std::move(done)](absl::StatusOr<std::optional<cases::v1::SubjectFacts>> facts) mutable {
             if (!facts.ok()) return done(facts.status());
             if (facts->has_value()) *command.mutable_subject() = **std::move(facts);
             done(absl::OkStatus());
           });
}

void RespondOpenCase(const RecordedCommand& record, cases::v1::OpenCaseResponse& response) {
  for (const RecordedEvent& event : record.events) {
    const auto& opened = static_cast<const cases::v1::CaseEvent&>(*event.event);
    if (opened.has_case_opened()) response.set_rule_set_id(opened.case_opened().facts().rule_set_id());
  }
}

}  // namespace

std::unique_ptr<RpcService> NewCaseService(const CallEnvironment& environment, CommandExecutor& executor, SubjectLookup subjects) {
  auto service = std::make_unique<RpcService>("sip.cases.v1.CaseService", environment);
  const auto commands = service->CommandsOf<cases::v1::CaseCommand>(executor);
  const auto prepare = [subjects = std::move(subjects)](const CallContext& call, cases::v1::OpenCaseCommand& command,
                                                        absl::AnyInvocable<void(absl::Status)> done) {
    PrepareOpenCase(subjects, call, command, std::move(done));
  };
  commands.Add<cases::v1::OpenCaseRequest, cases::v1::OpenCaseResponse, cases::v1::OpenCaseCommand>(
      "OpenCase", {.prepare = prepare, .respond = RespondOpenCase});
  commands.Add<cases::v1::RecordContactMadeRequest, cases::v1::RecordContactMadeResponse>("RecordContactMade");
  commands.Add<cases::v1::AssessNeedRequest, cases::v1::AssessNeedResponse>("AssessNeed");
  commands.Add<cases::v1::RefuseRequestRequest, cases::v1::RefuseRequestResponse>("RefuseRequest");
  commands.Add<cases::v1::OfferPlanRequest, cases::v1::OfferPlanResponse>("OfferPlan");
  commands.Add<cases::v1::AcceptOfferRequest, cases::v1::AcceptOfferResponse>("AcceptOffer");
  commands.Add<cases::v1::DeclineOfferRequest, cases::v1::DeclineOfferResponse>("DeclineOffer");
  commands.Add<cases::v1::CloseCaseRequest, cases::v1::CloseCaseResponse>("CloseCase");
  commands.Add<cases::v1::ReopenCaseRequest, cases::v1::ReopenCaseResponse>("ReopenCase");
  return service;
}

}  // namespace sip

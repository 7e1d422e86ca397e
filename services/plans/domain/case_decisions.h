// The decisions about cases, one function for each command, and the checks that they share. Private to the case decider.
#ifndef SIP_SERVICES_PLANS_DOMAIN_CASE_DECISIONS_H_
#define SIP_SERVICES_PLANS_DOMAIN_CASE_DECISIONS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "libs/eventsourcing/decider.h"
#include "libs/rules/lookups.h"
#include "services/plans/domain/plans_state.h"
#include "sip/cases/v1/case_events.pb.h"
#include "sip/cases/v1/case_service.pb.h"

namespace sip {

using CaseDecision = Decision<cases::v1::CaseEvent>;

// What a command about an existing case is decided from. The actor is party to it.
struct CaseInput {
  const PlansState& state;
  const CaseRecord& record;
  const DecisionContext& context;
};

CaseDecision DecideOpen(const PlansState& state, const cases::v1::OpenCaseCommand& command, const DecisionContext& context);
CaseDecision DecideContactMade(const CaseInput& input, const cases::v1::RecordContactMadeRequest& request);
CaseDecision DecideAssessNeed(const CaseInput& input, const cases::v1::AssessNeedRequest& request);
CaseDecision DecideRefuse(const CaseInput& input, const cases::v1::RefuseRequestRequest& request);
CaseDecision DecideOffer(const CaseInput& input, const cases::v1::OfferPlanRequest& request);
CaseDecision DecideAccept(const CaseInput& input, const cases::v1::AcceptOfferRequest& request);
CaseDecision DecideDecline(const CaseInput& input, const cases::v1::DeclineOfferRequest& request);
CaseDecision DecideClose(const CaseInput& input, const cases::v1::CloseCaseRequest& request);
CaseDecision DecideReopen(const CaseInput& input, const cases::v1::ReopenCaseRequest& request);

// Adds CASE_CLOSED, and what CheckOccurredAt finds.
Violations CheckOpenCase(const CaseInput& input);

// Adds CASE_KIND_MISMATCH unless the case is for a plan.
void CheckSipCase(const CaseInput& input, Violations& violations);

// Adds STAFF_OF_ANOTHER_AGENCY unless the person works for the acting agency.
void CheckOwnStaff(const common::v1::StaffMember& person, absl::string_view field, const DecisionContext& context,
                   Violations& violations);

// Adds CODE_UNKNOWN for each code that `entries` of the rule set lack.
template <typename Entries>
void CheckCodes(const google::protobuf::RepeatedPtrField<std::string>& codes, const Entries& entries, absl::string_view rule,
                absl::string_view field, Violations& violations) {
  for (int i = 0; i < codes.size(); ++i) {
    if (FindCode(entries, codes[i]) == nullptr) {
      violations.Add(Reason::REASON_CODE_UNKNOWN, rule, absl::StrCat(field, "[", i, "]"));
    }
  }
}

// The principal (huvudman) whose duties the agency carries: a region or municipality itself, a provider's for which it acts; empty
// for all others and for agencies that are not in the directory.
std::string PrincipalOf(absl::string_view agency_id, const AgencyDirectory& agencies);

// An accepted decision with one event, whose kind `fill` sets.
template <typename Fill>
CaseDecision OneEvent(Fill fill) {
  cases::v1::CaseEvent event;
  fill(event);
  return std::vector<cases::v1::CaseEvent>{std::move(event)};
}

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_CASE_DECISIONS_H_

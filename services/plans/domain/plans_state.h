// All that the plans context knows of one case: the case itself, what was imported from consent and meetings, and its plans. Folded
// from the streams case/<case>, facts/<case> and plan/<id> of the log sip.plans; a decision may look at every part of it.
//
// plan_state.h brings PlanState, IsClosed(const PlanState&) and RuleSetOf(const PlanState&).
#ifndef SIP_SERVICES_PLANS_DOMAIN_PLANS_STATE_H_
#define SIP_SERVICES_PLANS_DOMAIN_PLANS_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"
#include "libs/domain/latest_occurrence.h"
#include "libs/eventsourcing/context.h"
#include "services/plans/domain/plan_state.h"
#include "sip/cases/v1/case_values.pb.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip {

// The offer of a plan to the person.
enum class OfferState { kNone, kOpen, kAccepted, kDeclined };

// A case that has been opened.
struct CaseRecord {
  cases::v1::CaseKind kind = cases::v1::CASE_KIND_UNSPECIFIED;
  // As the last event that carried them said.
  common::v1::CaseFacts facts;
  std::string opened_by_agency_id;
  // UNSPECIFIED in a case for deviations only.
  cases::v1::InitiativeSource initiative = cases::v1::INITIATIVE_SOURCE_UNSPECIFIED;
  // What each principal judged last.
  std::map<std::string, cases::v1::NeedVerdict> verdicts;
  // The agencies that refused a request.
  std::set<std::string> refused_by;
  OfferState offer = OfferState::kNone;
  uint32_t offers = 0;          // Made so far.
  uint32_t times_declined = 0;  // "Har tidigare tackat nej till SIP."
  LatestOccurrence latest;
};

// A meeting as far as plans and deadlines need it.
struct MeetingFacts {
  std::string follow_up_of_plan_id;  // Empty for another meeting.
  absl::Time starts_at;
  bool cancelled = false;
  std::optional<absl::Time> held_at;
};

struct PlansState {
  std::optional<CaseRecord> case_record;         // Absent: not opened here.
  common::v1::ConsentScope consent;              // Empty: no consent is known.
  std::map<std::string, MeetingFacts> meetings;  // By meeting id.
  std::map<Uuid, PlanState> plans;               // By plan id.
};

// The agency is party to the case. False for an empty id, and for a case that was never opened.
bool IsParty(const PlansState& state, absl::string_view agency_id);

// The case has been opened and is not closed.
bool IsOpen(const PlansState& state);

// Some principal judged that a plan is needed; one suffices and binds the other (INI-01).
bool NeedIsAssessed(const CaseRecord& record);

// The case's rule set; null if the case or the set is unknown.
const rules::v1::RuleSet* CaseRules(const PlansState& state, const DecisionContext& context);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_PLANS_STATE_H_

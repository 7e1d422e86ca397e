#include "services/plans/domain/plan_element_checks.h"

#include "absl/strings/str_cat.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/rules/lookups.h"
#include "services/plans/domain/plan_access.h"
#include "services/plans/domain/plan_references.h"

namespace sip {
namespace {

using plans::v1::PlanElement;
using plans::v1::Schedule;
using plans::v1::SchedulePoint;

template <typename Codes>
void CheckCode(const Codes& codes, const std::string& code, absl::string_view rule, absl::string_view field,
               Violations& violations) {
  if (!code.empty() && FindCode(codes, code) == nullptr) violations.Add(Reason::REASON_CODE_UNKNOWN, rule, field);
}

void CheckDate(bool present, const google::type::Date& date, absl::string_view field, Violations& violations) {
  if (present && !IsValid(date)) violations.Add(Reason::REASON_FIELD_INVALID, "", field, "Not a calendar day.");
}

void CheckPoint(bool present, const SchedulePoint& point, absl::string_view field, Violations& violations) {
  if (!present) return;
  const bool phrase = point.when_case() == SchedulePoint::kPhrase && point.phrase() != plans::v1::SCHEDULE_PHRASE_UNSPECIFIED;
  const bool date = point.when_case() == SchedulePoint::kDate && IsValid(point.date());
  if (!phrase && !date) violations.Add(Reason::REASON_FIELD_INVALID, "PLN-06", field);
}

void CheckSchedule(const Schedule& schedule, const std::string& field, Violations& violations) {
  CheckPoint(schedule.has_start(), schedule.start(), field + ".start", violations);
  CheckPoint(schedule.has_end(), schedule.end(), field + ".end", violations);
  if (!schedule.start().has_date() || !schedule.end().has_date()) return;
  if (!IsValid(schedule.start().date()) || !IsValid(schedule.end().date())) return;
  if (FromProto(schedule.end().date()) < FromProto(schedule.start().date())) {
    violations.Add(Reason::REASON_END_BEFORE_START, "PLN-06", field + ".end");
  }
}

void CheckAction(const PlanInput& input, const plans::v1::Action& action, const std::string& field, Violations& violations) {
  if (action.description().empty() && action.conditional_instructions().empty()) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "PLN-08", field + ".description");
  }
  if (action.has_schedule()) CheckSchedule(action.schedule(), field + ".schedule", violations);
  CheckCode(input.rules.legal_frames(), action.legal_frame(), "PLN-06", field + ".legal_frame", violations);
}

void CheckParties(const PlanInput& input, const PlanElement& element, const std::string& field, Violations& violations) {
  for (const ElementParty& named : PartiesOf(element)) {
    const std::string path = absl::StrCat(field, ".", named.field);
    CheckParty(input, *named.party, path, violations);
    if (IsExcluded(input, *named.party)) violations.Add(Reason::REASON_PLAN_OUTSIDE_CONSENT, "CON-12", path);
  }
}

}  // namespace

bool IsOnePerPlan(PlanElement::KindCase kind) {
  switch (kind) {
    case PlanElement::kPersonalData:
    case PlanElement::kConsent:
    case PlanElement::kContactPlace:
    case PlanElement::kPurpose:
    case PlanElement::kSituation:
    case PlanElement::kWhatMatters:
    case PlanElement::kIndividualOpinion:
    case PlanElement::kResponsible:
    case PlanElement::kFollowUp:
    case PlanElement::kPlacementNote:
    case PlanElement::kCrisisPlan:
    case PlanElement::kPreviouslyDeclined:
    case PlanElement::kOthersMeasures:
      return true;
    case PlanElement::kParticipant:
    case PlanElement::kLongTermGoal:
    case PlanElement::kStrength:
    case PlanElement::kNeed:
    case PlanElement::kRiskAssessment:
    case PlanElement::kGoal:
    case PlanElement::kAction:
    case PlanElement::kSigner:
    case PlanElement::kCopyRecipient:
    case PlanElement::kDisagreement:
    case PlanElement::KIND_NOT_SET:
      return false;
  }
  return false;
}

bool SameBody(const PlanElement& a, const PlanElement& b) {
  PlanElement other = b;
  other.set_revision(a.revision());
  other.set_owner_agency_id(a.owner_agency_id());
  return a.SerializeAsString() == other.SerializeAsString();
}

void CheckElement(const PlanInput& input, const PlanElement& element, absl::string_view field_view, Violations& violations) {
  const std::string field(field_view);
  CheckCode(input.rules.information_categories(), element.category(), "CPY-06", field + ".category", violations);
  CheckParties(input, element, field, violations);
  if (element.has_action()) CheckAction(input, element.action(), field + ".action", violations);
  CheckDate(element.goal().has_due(), element.goal().due(), field + ".goal.due", violations);
  CheckDate(element.risk_assessment().has_assessed_on(), element.risk_assessment().assessed_on(),
            field + ".risk_assessment.assessed_on", violations);
  CheckDate(element.follow_up().has_date(), element.follow_up().date(), field + ".follow_up.date", violations);
  for (const google::type::Date& date : element.previously_declined().declined_on()) {
    CheckDate(true, date, field + ".previously_declined.declined_on", violations);
  }
}

}  // namespace sip

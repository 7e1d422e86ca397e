#include "services/plans/domain/plan_follow_up_rules.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

bool DemandsFollowUp(const rules::v1::RuleSet& rules) {
  const auto& fields = rules.plan_template().fields();
  return rules.follow_up().required() || std::any_of(fields.begin(), fields.end(), [](const rules::v1::TemplateField& field) {
           return field.field() == rules::v1::PLAN_FIELD_FOLLOW_UP && field.mandatory();
         });
}

std::string PathTo(absl::string_view field, absl::string_view name) {
  return field.empty() ? std::string() : absl::StrCat(field, ".", name);
}

}  // namespace

void CheckNextFollowUp(const PlanInput& input, const plans::v1::FollowUpPlan* follow_up, absl::string_view field,
                       Violations& violations) {
  const bool has_date = follow_up != nullptr && follow_up->has_date();
  if (DemandsFollowUp(input.rules)) {
    if (!has_date) violations.Add(Reason::REASON_PLAN_FOLLOW_UP_MISSING, "DL-13", PathTo(field, "date"), "date");
    if (follow_up == nullptr || !follow_up->has_called_by()) {
      violations.Add(Reason::REASON_PLAN_FOLLOW_UP_MISSING, "DL-13", PathTo(field, "called_by"), "called_by");
    }
  }
  if (!has_date) return;
  if (!IsValid(follow_up->date())) {
    violations.Add(Reason::REASON_FIELD_INVALID, "DL-13", PathTo(field, "date"), "Not a calendar day.");
    return;
  }
  const absl::CivilDay day = FromProto(follow_up->date());
  const absl::CivilDay today = LocalDay(input.context.occurred_at, input.context.zone);
  const uint32_t max_days = input.rules.follow_up().max_days();
  if (day < today || (max_days > 0 && day - today > static_cast<absl::civil_diff_t>(max_days))) {
    violations.Add(Reason::REASON_PLAN_FOLLOW_UP_TOO_LATE, "DL-13", PathTo(field, "date"),
                   max_days > 0 ? absl::StrCat("At most ", max_days, " days after the plan.") : "Not before the plan.");
  }
}

}  // namespace sip

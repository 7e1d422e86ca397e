#include "services/views/queries/plan_queries.h"

#include <utility>
#include <vector>

#include "libs/base/status_macros.h"
#include "libs/base/wire.h"
#include "libs/eventsourcing/rejection.h"
#include "services/views/projections/current_plan.h"

namespace sip {
namespace {

using views::v1::DraftRow;
using views::v1::PlanRevisionRow;
using views::v1::PlanRow;

// A plan as it is stored: its own row, and what that leaves out as further bytes of it.
struct StoredPlan {
  PlanRow row;
  std::string row_bytes;
  std::string content;   // Of the revision in force.
  std::string elements;  // Of the draft: fields of its PlanContent.

  // All of it, as the bytes of a PlanRow.
  std::string Bytes() const {
    std::string bytes = row_bytes;
    std::string inner;
    if (row.has_in_force()) {
      AppendDelimited(PlanRevisionRow::kContentFieldNumber, content, inner);
      AppendDelimited(PlanRow::kInForceFieldNumber, inner, bytes);
      inner.clear();
    }
    if (row.has_draft() && !elements.empty()) {
      AppendDelimited(DraftRow::kContentFieldNumber, elements, inner);
      AppendDelimited(PlanRow::kDraftFieldNumber, inner, bytes);
    }
    return bytes;
  }
};

// The plans whose keys begin with `prefix`, read in one go.
absl::StatusOr<std::vector<StoredPlan>> ReadPlans(const RowSource& rows, absl::string_view case_id, absl::string_view prefix) {
  std::vector<StoredPlan> plans;
  absl::Status parsed;
  SIP_RETURN_IF_ERROR(rows.Scan(prefix, "", [&](absl::string_view key, absl::string_view value) {
    const PlanKey::Part part = ParsePlanKey(case_id, key).part;
    if (part == PlanKey::Part::kRow) {
      absl::StatusOr<PlanRow> row = ParseRow<PlanRow>(value);
      parsed = row.status();
      if (!parsed.ok()) return false;
      plans.push_back(StoredPlan{*std::move(row), std::string(value), "", ""});
    } else if (plans.empty()) {
      parsed = absl::DataLossError("a plan's content is stored without the plan");
      return false;
    } else if (part == PlanKey::Part::kContent) {
      plans.back().content = std::string(value);
    } else {
      AppendDelimited(plans::v1::PlanContent::kElementsFieldNumber, value, plans.back().elements);
    }
    return true;
  }));
  SIP_RETURN_IF_ERROR(parsed);
  return plans;
}

absl::Status NotDisclosed(absl::string_view field) { return RejectionStatus(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "", field); }

}  // namespace

absl::StatusOr<std::optional<PlanRow>> FindPlan(const RowSource& rows, absl::string_view case_id, absl::string_view plan_id) {
  SIP_ASSIGN_OR_RETURN(const std::vector<StoredPlan> plans, ReadPlans(rows, case_id, PlanRowKey(case_id, plan_id)));
  if (plans.empty()) return std::optional<PlanRow>();
  SIP_ASSIGN_OR_RETURN(PlanRow plan, ParseRow<PlanRow>(plans.front().Bytes()));
  return std::optional<PlanRow>(std::move(plan));
}

absl::StatusOr<PlanRow> FindPlanRevision(const RowSource& rows, absl::string_view case_id, absl::string_view plan_id,
                                         uint32_t revision) {
  SIP_ASSIGN_OR_RETURN(std::optional<PlanRow> plan, FindPlan(rows, case_id, plan_id));
  if (!plan.has_value()) return NotDisclosed("plan_id");
  if (revision == 0) return *std::move(plan);
  if (plan->in_force().plan_revision() == revision) return WithRevision(*plan, plan->in_force());
  SIP_ASSIGN_OR_RETURN(std::optional<PlanRevisionRow> replaced,
                       FindRow<PlanRevisionRow>(rows, PlanRevisionRowKey(case_id, plan_id, revision)));
  if (!replaced.has_value()) return NotDisclosed("plan_revision");
  return WithRevision(*std::move(plan), *std::move(replaced));
}

absl::StatusOr<std::optional<std::string>> FindCurrentPlanBytes(const RowSource& rows, absl::string_view case_id) {
  SIP_ASSIGN_OR_RETURN(const std::vector<StoredPlan> plans, ReadPlans(rows, case_id, PlanRowPrefix(case_id)));
  std::vector<const PlanRow*> candidates;
  candidates.reserve(plans.size());
  for (const StoredPlan& plan : plans) candidates.push_back(&plan.row);
  const std::optional<size_t> current = ChooseCurrentPlan(candidates);
  if (!current.has_value()) return std::optional<std::string>();
  return plans[*current].Bytes();
}

}  // namespace sip

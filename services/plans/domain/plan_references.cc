#include "services/plans/domain/plan_references.h"

#include <map>
#include <set>

#include "absl/strings/str_cat.h"

namespace sip {
namespace {

using plans::v1::Action;
using plans::v1::PlanElement;

template <typename Ids>
void AddReferences(const Ids& ids, PlanElement::KindCase kind, absl::string_view field, std::vector<ElementReference>& out) {
  for (int i = 0; i < ids.size(); ++i) out.push_back({ids.Get(i), kind, absl::StrCat(field, "[", i, "]")});
}

// Which actions must be done before which, with simultaneous ones taken as one group.
class ActionOrder {
 public:
  explicit ActionOrder(const std::vector<const PlanElement*>& actions) {
    for (const PlanElement* action : actions) group_[action->element_id()] = action->element_id();
    for (const PlanElement* action : actions) {
      for (const std::string& other : action->action().parallel_with_ids()) Join(action->element_id(), other);
    }
    for (const PlanElement* action : actions) {
      for (const std::string& before : action->action().depends_on_ids()) {
        waits_for_[GroupOf(action->element_id())].insert(GroupOf(before));
      }
    }
  }

  // Whether the action's group is reached again from itself.
  bool WaitsForItself(const std::string& action_id) const {
    const std::string start = GroupOf(action_id);
    std::set<std::string> seen;
    std::vector<std::string> open = {start};
    while (!open.empty()) {
      const std::string group = open.back();
      open.pop_back();
      const auto it = waits_for_.find(group);
      if (it == waits_for_.end()) continue;
      for (const std::string& before : it->second) {
        if (before == start) return true;
        if (seen.insert(before).second) open.push_back(before);
      }
    }
    return false;
  }

 private:
  std::string GroupOf(const std::string& action_id) const {
    const auto it = group_.find(action_id);
    return it == group_.end() ? action_id : it->second;
  }

  void Join(const std::string& a, const std::string& b) {
    const std::string from = GroupOf(b);
    const std::string to = GroupOf(a);
    for (auto& [action, group] : group_) {
      if (group == from) group = to;
    }
  }

  std::map<std::string, std::string> group_;
  std::map<std::string, std::set<std::string>> waits_for_;
};

}  // namespace

std::vector<ElementReference> ReferencesOf(const PlanElement& element) {
  std::vector<ElementReference> references;
  if (element.kind_case() == PlanElement::kGoal) {
    AddReferences(element.goal().need_ids(), PlanElement::kNeed, "goal.need_ids", references);
  }
  if (element.kind_case() == PlanElement::kAction) {
    const Action& action = element.action();
    AddReferences(action.goal_ids(), PlanElement::kGoal, "action.goal_ids", references);
    AddReferences(action.depends_on_ids(), PlanElement::kAction, "action.depends_on_ids", references);
    AddReferences(action.parallel_with_ids(), PlanElement::kAction, "action.parallel_with_ids", references);
  }
  return references;
}

std::vector<ElementParty> PartiesOf(const PlanElement& element) {
  std::vector<ElementParty> parties;
  if (element.has_participant()) parties.push_back({&element.participant().party(), "participant.party"});
  if (element.has_signer()) parties.push_back({&element.signer().party(), "signer.party"});
  if (element.has_copy_recipient()) parties.push_back({&element.copy_recipient().party(), "copy_recipient.party"});
  if (element.has_action()) {
    for (int i = 0; i < element.action().responsible_size(); ++i) {
      parties.push_back({&element.action().responsible(i).party(), absl::StrCat("action.responsible[", i, "].party")});
    }
  }
  if (element.has_follow_up()) {
    const plans::v1::FollowUpPlan& follow_up = element.follow_up();
    if (follow_up.has_called_by()) parties.push_back({&follow_up.called_by(), "follow_up.called_by"});
    for (int i = 0; i < follow_up.attendees_size(); ++i) {
      parties.push_back({&follow_up.attendees(i), absl::StrCat("follow_up.attendees[", i, "]")});
    }
  }
  return parties;
}

std::optional<std::string> FindOrderCycle(const PlanElements& elements) {
  const std::vector<const PlanElement*> actions = elements.OfKind(PlanElement::kAction);
  const ActionOrder order(actions);
  for (const PlanElement* action : actions) {
    if (order.WaitsForItself(action->element_id())) return action->element_id();
  }
  return std::nullopt;
}

}  // namespace sip

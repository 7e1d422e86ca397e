// EditPlan: many edits of the draft in one command, each its own event. Each starts from a revision of its element, so that edits
// of different elements never conflict and an edit of the same one never overwrites what its writer has not seen.
#include <map>

#include "absl/strings/str_cat.h"
#include "libs/domain/party.h"
#include "services/plans/domain/plan_access.h"
#include "services/plans/domain/plan_decisions.h"
#include "services/plans/domain/plan_element_checks.h"
#include "services/plans/domain/plan_references.h"

namespace sip {
namespace {

using plans::v1::PlanEdit;
using plans::v1::PlanElement;
using plans::v1::PlanEvent;

// A plan beyond this is no plan that a person can read; the limit also bounds the record that establishes it.
constexpr size_t kMaxElements = 1000;

// The draft while the edits of one command are applied to it.
class DraftEditor {
 public:
  explicit DraftEditor(const PlanInput& input) : input_(input), draft_(*input.plan.draft), violations_(CheckTime(input)) {}

  void Apply(int index, const PlanEdit& edit) {
    field_ = absl::StrCat("edits[", index, "]");
    switch (edit.change_case()) {
      case PlanEdit::kPut:
        Put(index, edit);
        break;
      case PlanEdit::kRemoveElementId:
        Remove(edit);
        break;
      case PlanEdit::CHANGE_NOT_SET:
        violations_.Add(Reason::REASON_FIELD_REQUIRED, "", field_);
        break;
    }
  }

  PlanDecision Finish() {
    CheckReferences();
    if (draft_.elements.all().size() > kMaxElements) {
      violations_.Add(Reason::REASON_LIMIT_EXCEEDED, "", "edits", absl::StrCat("A plan has at most ", kMaxElements, " elements."));
    }
    if (!violations_.empty()) return violations_.ToRejection();
    return std::move(events_);
  }

 private:
  void Put(int index, const PlanEdit& edit) {
    PlanElement element = edit.put();
    if (element.kind_case() == PlanElement::KIND_NOT_SET) {
      violations_.Add(Reason::REASON_FIELD_REQUIRED, "", absl::StrCat(field_, ".put"));
      return;
    }
    const PlanElement* current = FindCurrent(element);
    if (element.element_id().empty()) {
      element.set_element_id(current != nullptr ? current->element_id()
                                                : input_.context.MintId("element", static_cast<uint32_t>(index)).ToString());
    }
    if (current != nullptr && SameBody(*current, element)) return;
    if (!CheckBase(edit.base_revision(), current, element)) return;
    CheckElement(input_, element, absl::StrCat(field_, ".put"), violations_);
    CheckNotByCommand(element.kind_case());
    element.set_revision(NextRevision(current, element.element_id()));
    element.set_owner_agency_id(input_.context.actor.agency_id());
    edited_at_[element.element_id()] = field_;
    PlanEvent event;
    event.mutable_plan_element_put()->set_plan_revision(draft_.plan_revision);
    event.mutable_plan_element_put()->set_base_revision(edit.base_revision());
    *event.mutable_plan_element_put()->mutable_element() = element;
    events_.push_back(std::move(event));
    draft_.elements.Put(std::move(element));
  }

  void Remove(const PlanEdit& edit) {
    const std::string& id = edit.remove_element_id();
    const PlanElement* current = draft_.elements.Find(id);
    if (current == nullptr) {
      if (!draft_.removed.contains(id)) violations_.Add(Reason::REASON_PLAN_ELEMENT_UNKNOWN, "", field_, id);
      return;
    }
    if (current->revision() != edit.base_revision()) return AddMoved(*current);
    CheckNotByCommand(current->kind_case());
    PlanEvent event;
    event.mutable_plan_element_removed()->set_plan_revision(draft_.plan_revision);
    event.mutable_plan_element_removed()->set_base_revision(edit.base_revision());
    event.mutable_plan_element_removed()->set_element_id(id);
    events_.push_back(std::move(event));
    removed_at_[id] = field_;
    draft_.removed[id] = current->revision();
    draft_.elements.Remove(id);
  }

  // The element that the edit is about: that of its id, or the one that there is of a kind that exists once.
  const PlanElement* FindCurrent(const PlanElement& element) const {
    const PlanElement* current = draft_.elements.Find(element.element_id());
    if (current == nullptr && IsOnePerPlan(element.kind_case())) current = draft_.elements.First(element.kind_case());
    return current;
  }

  bool CheckBase(uint64_t base_revision, const PlanElement* current, const PlanElement& element) {
    if (current == nullptr) {
      if (base_revision == 0) return true;
      const Reason reason =
          draft_.removed.contains(element.element_id()) ? Reason::REASON_PLAN_ELEMENT_MOVED : Reason::REASON_PLAN_ELEMENT_UNKNOWN;
      violations_.Add(reason, "", field_, absl::StrCat("The draft does not hold the element ", element.element_id(), "."));
      return false;
    }
    if (current->revision() != base_revision || current->element_id() != element.element_id()) {
      AddMoved(*current);
      return false;
    }
    if (current->kind_case() == element.kind_case()) return true;
    violations_.Add(Reason::REASON_PLAN_ELEMENT_KIND_FIXED, "", absl::StrCat(field_, ".put"));
    return false;
  }

  void AddMoved(const PlanElement& current) {
    violations_.Add(Reason::REASON_PLAN_ELEMENT_MOVED, "", absl::StrCat(field_, ".base_revision"),
                    absl::StrCat("The element ", current.element_id(), " has revision ", current.revision(), "."));
  }

  // Who is responsible for a plan in force changes with acceptance and notice, not by the way (RES-04).
  void CheckNotByCommand(PlanElement::KindCase kind) {
    if (kind == PlanElement::kResponsible && input_.plan.in_force.has_value()) {
      violations_.Add(Reason::REASON_PLAN_RESPONSIBLE_BY_COMMAND, "RES-04", field_);
    }
  }

  uint64_t NextRevision(const PlanElement* current, const std::string& element_id) const {
    if (current != nullptr) return current->revision() + 1;
    const auto it = draft_.removed.find(element_id);
    return it == draft_.removed.end() ? 1 : it->second + 1;
  }

  // After all edits, because an edit may refer to an element that a later one adds.
  void CheckReferences() {
    for (const PlanElements::Element& element : draft_.elements.all()) {
      const auto edited = edited_at_.find(element->element_id());
      for (const ElementReference& reference : ReferencesOf(*element)) {
        if (draft_.elements.Find(reference.element_id, reference.kind) != nullptr) continue;
        const auto removed = removed_at_.find(reference.element_id);
        if (edited != edited_at_.end()) {
          violations_.Add(Reason::REASON_PLAN_ELEMENT_UNKNOWN, "", absl::StrCat(edited->second, ".put.", reference.field));
        } else if (removed != removed_at_.end()) {
          violations_.Add(Reason::REASON_PLAN_ELEMENT_IN_USE, "", removed->second, element->element_id());
        }
      }
    }
    if (const auto action = FindOrderCycle(draft_.elements)) {
      const auto edited = edited_at_.find(*action);
      violations_.Add(Reason::REASON_PLAN_ACTION_ORDER_CYCLE, "PLN-09", edited == edited_at_.end() ? "edits" : edited->second,
                      *action);
    }
  }

  const PlanInput& input_;
  PlanDraft draft_;
  Violations violations_;
  std::string field_;
  std::vector<PlanEvent> events_;
  std::map<std::string, std::string> edited_at_;   // Element id to field.
  std::map<std::string, std::string> removed_at_;  // Likewise.
};

}  // namespace

PlanDecision DecideEdit(const PlanInput& input, const plans::v1::EditPlanRequest& request) {
  if (!input.plan.draft.has_value()) return Reject(Reason::REASON_PLAN_NO_DRAFT);
  DraftEditor editor(input);
  for (int i = 0; i < request.edits_size(); ++i) editor.Apply(i, request.edits(i));
  return editor.Finish();
}

}  // namespace sip

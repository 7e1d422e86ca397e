#include <algorithm>
#include <utility>

#include "services/plans/domain/plan_state.h"

namespace sip {

using plans::v1::PlanElement;

PlanElements::PlanElements(const plans::v1::PlanContent& content) {
  for (const PlanElement& element : content.elements()) Put(element);
}

const PlanElement* PlanElements::Find(absl::string_view element_id) const {
  const auto it = std::find_if(elements_.begin(), elements_.end(), [&](const Element& e) { return e->element_id() == element_id; });
  return it == elements_.end() ? nullptr : it->get();
}

const PlanElement* PlanElements::Find(absl::string_view element_id, PlanElement::KindCase kind) const {
  const PlanElement* element = Find(element_id);
  return element != nullptr && element->kind_case() == kind ? element : nullptr;
}

const PlanElement* PlanElements::First(PlanElement::KindCase kind) const {
  const auto it = std::find_if(elements_.begin(), elements_.end(), [&](const Element& e) { return e->kind_case() == kind; });
  return it == elements_.end() ? nullptr : it->get();
}

std::vector<const PlanElement*> PlanElements::OfKind(PlanElement::KindCase kind) const {
  std::vector<const PlanElement*> found;
  for (const Element& element : elements_) {
    if (element->kind_case() == kind) found.push_back(element.get());
  }
  return found;
}

void PlanElements::Put(PlanElement element) {
  const auto it =
      std::find_if(elements_.begin(), elements_.end(), [&](const Element& e) { return e->element_id() == element.element_id(); });
  auto shared = std::make_shared<const PlanElement>(std::move(element));
  if (it == elements_.end()) {
    elements_.push_back(std::move(shared));
  } else {
    *it = std::move(shared);
  }
}

void PlanElements::Remove(absl::string_view element_id) {
  elements_.erase(
      std::remove_if(elements_.begin(), elements_.end(), [&](const Element& e) { return e->element_id() == element_id; }),
      elements_.end());
}

plans::v1::PlanContent PlanElements::ToContent() const {
  plans::v1::PlanContent content;
  for (const Element& element : elements_) *content.add_elements() = *element;
  return content;
}

}  // namespace sip

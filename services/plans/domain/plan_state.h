// What decisions about a plan (samordnad individuell plan) need to know of it, folded from the stream plan/<id>. Part of the plans
// context's state of a case (plans_state.h). Pure data.
#ifndef SIP_SERVICES_PLANS_DOMAIN_PLAN_STATE_H_
#define SIP_SERVICES_PLANS_DOMAIN_PLAN_STATE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "libs/domain/latest_occurrence.h"
#include "libs/eventsourcing/context_model.h"
#include "sip/plans/v1/plan_content.pb.h"
#include "sip/plans/v1/plan_events.pb.h"

namespace sip {

// The elements of a draft or of a revision in force, in the order in which they came into being. Shared, because the state is
// copied for speculation and elements never change in place.
class PlanElements {
 public:
  using Element = std::shared_ptr<const plans::v1::PlanElement>;

  PlanElements() = default;
  explicit PlanElements(const plans::v1::PlanContent& content);

  // Null if there is none.
  const plans::v1::PlanElement* Find(absl::string_view element_id) const;
  // As Find, but null also if it is of another kind.
  const plans::v1::PlanElement* Find(absl::string_view element_id, plans::v1::PlanElement::KindCase kind) const;
  // The first of the kind; null if there is none. For kinds that exist once.
  const plans::v1::PlanElement* First(plans::v1::PlanElement::KindCase kind) const;
  // All of the kind.
  std::vector<const plans::v1::PlanElement*> OfKind(plans::v1::PlanElement::KindCase kind) const;

  // Replaces the element with that id in its place, or adds it at the end.
  void Put(plans::v1::PlanElement element);
  // Does nothing if there is none.
  void Remove(absl::string_view element_id);

  const std::vector<Element>& all() const { return elements_; }
  plans::v1::PlanContent ToContent() const;

 private:
  std::vector<Element> elements_;
};

// A draft revision (utkast).
struct PlanDraft {
  uint32_t plan_revision = 0;
  PlanElements elements;
  // The last revisions of elements that were removed, so that one that comes back does not repeat a revision.
  absl::btree_map<std::string, uint64_t> removed;
};

// Whether somebody signed or declined.
struct PlanSignature {
  common::v1::Party signer;
  rules::v1::SignatureMethodKind method = rules::v1::SIGNATURE_METHOD_KIND_UNSPECIFIED;  // Unspecified: declined.
  bool declined = false;
};

// The revision in force (gällande version).
struct PlanInForce {
  uint32_t plan_revision = 0;
  std::string record_leaf;  // Of the record that brought it into force.
  PlanElements elements;
  std::string principal_agency_id;
  absl::btree_map<std::string, plans::v1::ActionProgress> progress;   // By action.
  absl::btree_map<std::string, plans::v1::GoalAssessed> assessments;  // By goal, the last one.
  std::vector<PlanSignature> signatures;                              // Each signer once, the last word.
};

// A copy that somebody holds.
struct PlanCopy {
  std::string copy_id;
  common::v1::PartyKey holder;
  uint32_t plan_revision = 0;
};

struct PlanState {
  std::string case_id;
  std::string plan_id;
  plans::v1::PlanType type = plans::v1::PLAN_TYPE_UNSPECIFIED;
  std::string drafting_agency_id;
  std::string rule_set_id;
  std::string rule_set_digest;
  std::optional<PlanDraft> draft;
  std::optional<PlanInForce> in_force;
  std::vector<PlanCopy> copies;
  absl::btree_map<std::string, plans::v1::FollowUp> follow_ups;  // By id.
  std::optional<plans::v1::PlanClosed> closed;
  LatestOccurrence latest;
};

inline bool IsClosed(const PlanState& plan) { return plan.closed.has_value(); }

// The rule set that the plan was drafted under; it stays through all revisions.
inline RuleSetRef RuleSetOf(const PlanState& plan) { return RuleSetRef{plan.rule_set_id, plan.rule_set_digest}; }

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_PLAN_STATE_H_

#include "services/plans/domain/plan_notices.h"

#include "libs/domain/party.h"

namespace sip {

using common::v1::PartyKey;
using plans::v1::NoticeRecipient;
using plans::v1::PlanElement;

void NoticeList::Add(const PartyKey& party) {
  if (party.kind_case() != PartyKey::KIND_NOT_SET) *recipients_[KeyText(party)].mutable_party() = party;
}

void NoticeList::Remove(const PartyKey& party) { recipients_.erase(KeyText(party)); }

void NoticeList::AddCopyHolders(const PlanState& plan) {
  for (const PlanCopy& copy : plan.copies) {
    Add(copy.holder);
    recipients_[KeyText(copy.holder)].add_copy_ids(copy.copy_id);
  }
}

void NoticeList::AddParticipants(const PlanState& plan) {
  if (!plan.in_force.has_value()) return;
  for (const PlanElement* element : plan.in_force->elements.OfKind(PlanElement::kParticipant)) {
    AddKeysOf(element->participant().party());
  }
  for (const PlanElement* element : plan.in_force->elements.OfKind(PlanElement::kAction)) {
    for (const plans::v1::ActionResponsible& responsible : element->action().responsible()) AddKeysOf(responsible.party());
  }
  Add(AgencyKey(plan.in_force->principal_agency_id));
}

void NoticeList::AddKeysOf(const common::v1::Party& party) {
  for (const PartyKey& key : KeysOf(party)) Add(key);
}

bool NoticeList::Contains(const PartyKey& party) const { return recipients_.contains(KeyText(party)); }

google::protobuf::RepeatedPtrField<NoticeRecipient> NoticeList::ToProto() const {
  google::protobuf::RepeatedPtrField<NoticeRecipient> list;
  for (const auto& [text, recipient] : recipients_) *list.Add() = recipient;
  return list;
}

google::protobuf::RepeatedPtrField<NoticeRecipient> CopyHolders(const PlanState& plan) {
  NoticeList list;
  list.AddCopyHolders(plan);
  return list.ToProto();
}

}  // namespace sip

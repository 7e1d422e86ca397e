// Whom to tell when a plan changes (CPY-05, FUP-02, RES-04, CLO-06).
#ifndef SIP_SERVICES_PLANS_DOMAIN_PLAN_NOTICES_H_
#define SIP_SERVICES_PLANS_DOMAIN_PLAN_NOTICES_H_

#include <string>

#include "absl/container/btree_map.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/plans/domain/plan_state.h"

namespace sip {

// A set of recipients, each once, with the copies that it holds. Ordered, so that the same state gives the same list.
class NoticeList {
 public:
  void Add(const common::v1::PartyKey& party);
  void Remove(const common::v1::PartyKey& party);
  // Everybody who holds a copy of any revision.
  void AddCopyHolders(const PlanState& plan);
  // Everybody who takes part in the revision in force or answers for an action of it, agencies as a whole.
  void AddParticipants(const PlanState& plan);

  bool Contains(const common::v1::PartyKey& party) const;
  google::protobuf::RepeatedPtrField<plans::v1::NoticeRecipient> ToProto() const;

 private:
  void AddKeysOf(const common::v1::Party& party);

  absl::btree_map<std::string, plans::v1::NoticeRecipient> recipients_;  // By key text.
};

// Every holder of a copy (CPY-05).
google::protobuf::RepeatedPtrField<plans::v1::NoticeRecipient> CopyHolders(const PlanState& plan);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_PLAN_NOTICES_H_

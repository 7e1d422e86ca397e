#include "libs/domain/party.h"

#include "absl/strings/str_cat.h"

namespace sip {

using common::v1::Party;
using common::v1::PartyKey;

PartyKey AgencyKey(absl::string_view agency_id) {
  PartyKey key;
  key.set_agency_id(std::string(agency_id));
  return key;
}

std::vector<PartyKey> KeysOf(const Party& party) {
  PartyKey key;
  switch (party.kind_case()) {
    case Party::kStaff:
      return {AgencyKey(party.staff().unit().agency_id())};
    case Party::kIndividual:
      key.mutable_individual();
      return {key};
    case Party::kRelatedPerson:
      key.set_related_person_id(party.related_person().related_person_id());
      return {key};
    case Party::kOtherActor:
      key.set_other_actor_id(party.other_actor().other_actor_id());
      return {key};
    case Party::kTeam: {
      std::vector<PartyKey> keys;
      for (const common::v1::AgencyUnit& unit : party.team().units()) keys.push_back(AgencyKey(unit.agency_id()));
      if (party.team().with_individual()) {
        key.mutable_individual();
        keys.push_back(key);
      }
      return keys;
    }
    case Party::KIND_NOT_SET:
      return {};
  }
  return {};
}

std::string KeyText(const PartyKey& key) {
  switch (key.kind_case()) {
    case PartyKey::kAgencyId:
      return absl::StrCat("agency:", key.agency_id());
    case PartyKey::kIndividual:
      return "individual";
    case PartyKey::kRelatedPersonId:
      return absl::StrCat("related:", key.related_person_id());
    case PartyKey::kOtherActorId:
      return absl::StrCat("other:", key.other_actor_id());
    case PartyKey::KIND_NOT_SET:
      return "";
  }
  return "";
}

bool SameParty(const PartyKey& a, const PartyKey& b) { return KeyText(a) == KeyText(b); }

}  // namespace sip

// Parties (parter) without their texts: what consent is given for and what can be compared.
#ifndef SIP_LIBS_DOMAIN_PARTY_H_
#define SIP_LIBS_DOMAIN_PARTY_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sip/common/v1/values.pb.h"

namespace sip {

// The keys of a party: one, but for a team that of each agency and of the individual if she belongs to it. Empty if no kind is set.
std::vector<common::v1::PartyKey> KeysOf(const common::v1::Party& party);

// The key of an agency as a whole.
common::v1::PartyKey AgencyKey(absl::string_view agency_id);

// A text that is equal for equal keys only, such as "agency:region-nord"; usable as a map key and in error details.
std::string KeyText(const common::v1::PartyKey& key);

bool SameParty(const common::v1::PartyKey& a, const common::v1::PartyKey& b);

}  // namespace sip

#endif  // SIP_LIBS_DOMAIN_PARTY_H_

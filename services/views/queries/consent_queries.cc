#include "services/views/queries/consent_queries.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/domain/facts.h"
#include "libs/domain/party.h"
#include "services/views/projections/consent.h"

namespace sip {
namespace {

using common::v1::ConsentGrant;
using common::v1::ConsentScope;
using common::v1::PartyKey;
using views::v1::ApplyingConsent;
using views::v1::GetConsentResponse;

// The part of the scope that is in force.
ConsentScope InForceAt(const ConsentScope& scope, absl::Time now) {
  ConsentScope in_force;
  for (const ConsentGrant& grant : scope.grants()) {
    ConsentScope alone;
    *alone.add_grants() = grant;
    if (ConsentApplies(alone, grant.kind(), now)) *in_force.add_grants() = grant;
  }
  return in_force;
}

ApplyingConsent Applying(const ConsentGrant& grant, const ConsentScope& in_force, absl::Time now) {
  ApplyingConsent applying;
  applying.set_consent_id(grant.consent_id());
  applying.set_kind(grant.kind());
  if (grant.has_applies_until()) *applying.mutable_applies_until() = grant.applies_until();
  for (const PartyKey& party : grant.parties()) {
    if (!ConsentExcludes(in_force, party, now)) *applying.add_parties() = party;
  }
  *applying.mutable_categories() = grant.categories();
  *applying.mutable_excluded_categories() = grant.excluded_categories();
  return applying;
}

}  // namespace

absl::StatusOr<GetConsentResponse> GetConsent(const RowSource& consents, const views::v1::GetConsentRequest& request,
                                              absl::Time now) {
  using views::v1::ConsentRow;
  SIP_ASSIGN_OR_RETURN(std::optional<ConsentRow> row, FindRow<ConsentRow>(consents, ConsentRowKey(request.case_id())));
  GetConsentResponse response;
  if (row.has_value()) *response.mutable_consent() = *std::move(row);
  response.mutable_consent()->set_case_id(request.case_id());
  const ConsentScope in_force = InForceAt(response.consent().scope(), now);
  std::set<std::string> excluded;
  for (const ConsentGrant& grant : in_force.grants()) {
    *response.add_applying() = Applying(grant, in_force, now);
    for (const PartyKey& party : grant.excluded_parties()) {
      if (excluded.insert(KeyText(party)).second) *response.add_excluded_parties() = party;
    }
  }
  return response;
}

}  // namespace sip

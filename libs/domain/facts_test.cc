#include "libs/domain/facts.h"

#include <gtest/gtest.h>

#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

using common::v1::ConsentGrant;
using common::v1::ConsentScope;

const absl::Time kDecidedAt = absl::FromUnixSeconds(1'700'000'000);

ConsentGrant& AddSharing(ConsentScope& scope) {
  ConsentGrant& grant = *scope.add_grants();
  grant.set_kind(common::v1::CONSENT_KIND_INFORMATION_SHARING);
  *grant.mutable_applies_from() = ToProto(kDecidedAt - absl::Hours(1));
  *grant.add_parties() = AgencyKey("kommun-a");
  return grant;
}

bool SharesWith(const ConsentScope& scope, const common::v1::PartyKey& party, absl::Time now = kDecidedAt) {
  return ConsentCovers(scope, common::v1::CONSENT_KIND_INFORMATION_SHARING, party, now);
}

TEST(FactsTest, Con11OnlyNamedPartiesAreCovered) {
  ConsentScope scope;
  AddSharing(scope);
  EXPECT_TRUE(SharesWith(scope, AgencyKey("kommun-a")));
  EXPECT_FALSE(SharesWith(scope, AgencyKey("kommun-b")));
  EXPECT_FALSE(ConsentCovers(scope, common::v1::CONSENT_KIND_COPY_TO_KIN, AgencyKey("kommun-a"), kDecidedAt));
  common::v1::PartyKey individual;
  individual.mutable_individual();
  EXPECT_TRUE(SharesWith(scope, individual));
}

TEST(FactsTest, Con08ConsentEndsAtItsEndAndNotBefore) {
  ConsentScope scope;
  *AddSharing(scope).mutable_applies_until() = ToProto(kDecidedAt);
  EXPECT_FALSE(SharesWith(scope, AgencyKey("kommun-a")));
  EXPECT_TRUE(SharesWith(scope, AgencyKey("kommun-a"), kDecidedAt - absl::Microseconds(1)));
  EXPECT_FALSE(SharesWith(scope, AgencyKey("kommun-a"), kDecidedAt - absl::Hours(2)));
}

TEST(FactsTest, Con06AnExclusionBeatsEveryOtherConsent) {
  ConsentScope scope;
  AddSharing(scope);
  *AddSharing(scope).add_excluded_parties() = AgencyKey("kommun-a");
  EXPECT_TRUE(ConsentExcludes(scope, AgencyKey("kommun-a"), kDecidedAt));
  EXPECT_FALSE(SharesWith(scope, AgencyKey("kommun-a")));
}

TEST(FactsTest, Con06CategoriesAreLimitedBothWays) {
  ConsentScope scope;
  ConsentGrant& grant = AddSharing(scope);
  const auto covers = [&](absl::string_view category) {
    return ConsentCoversCategory(scope, common::v1::CONSENT_KIND_INFORMATION_SHARING, AgencyKey("kommun-a"), category, kDecidedAt);
  };
  EXPECT_TRUE(covers("addiction"));
  grant.add_excluded_categories("addiction");
  EXPECT_FALSE(covers("addiction"));
  EXPECT_TRUE(covers("medication"));
  grant.add_categories("housing");
  EXPECT_FALSE(covers("medication"));
  EXPECT_TRUE(covers("housing"));
  EXPECT_TRUE(covers(""));
}

TEST(FactsTest, PartiesAreKnownFromTheLastImportedCaseFacts) {
  ImportedFacts facts;
  EXPECT_FALSE(IsParty(facts, "kommun-a"));
  common::v1::FactEvent event;
  event.mutable_case_facts_imported()->mutable_facts()->add_agency_ids("kommun-a");
  ApplyFact(facts, event);
  EXPECT_TRUE(IsParty(facts, "kommun-a"));
  EXPECT_FALSE(IsParty(facts, ""));
  event.mutable_case_facts_imported()->mutable_facts()->clear_agency_ids();
  ApplyFact(facts, event);
  EXPECT_FALSE(IsParty(facts, "kommun-a"));
}

}  // namespace
}  // namespace sip

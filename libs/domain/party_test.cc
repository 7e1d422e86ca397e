#include "libs/domain/party.h"

#include <gtest/gtest.h>

namespace sip {
namespace {

TEST(PartyTest, StaffIsComparedByAgencyAlone) {
  common::v1::Party nurse;
  nurse.mutable_staff()->mutable_unit()->set_agency_id("region-nord");
  nurse.mutable_staff()->set_name("NN");
  ASSERT_EQ(KeysOf(nurse).size(), 1u);
  EXPECT_TRUE(SameParty(KeysOf(nurse)[0], AgencyKey("region-nord")));
}

TEST(PartyTest, TeamIsEachOfItsAgenciesAndTheIndividual) {
  common::v1::Party team;
  team.mutable_team()->add_units()->set_agency_id("region-nord");
  team.mutable_team()->add_units()->set_agency_id("kommun-a");
  team.mutable_team()->set_with_individual(true);
  ASSERT_EQ(KeysOf(team).size(), 3u);
  EXPECT_EQ(KeyText(KeysOf(team)[2]), "individual");
}

TEST(PartyTest, KeysOfDifferentKindsNeverLookAlike) {
  common::v1::PartyKey related;
  related.set_related_person_id("x");
  common::v1::PartyKey other;
  other.set_other_actor_id("x");
  EXPECT_FALSE(SameParty(related, other));
  EXPECT_FALSE(SameParty(related, AgencyKey("x")));
  EXPECT_TRUE(KeysOf(common::v1::Party()).empty());
}

}  // namespace
}  // namespace sip

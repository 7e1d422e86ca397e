#include "services/plans/domain/subject.h"

#include <gtest/gtest.h>

#include "libs/testing/decider_properties.h"
#include "libs/testing/matchers.h"
#include "libs/testing/rule_sets.h"
#include "libs/testing/scenario.h"
#include "services/plans/domain/subject_identifier.h"

namespace sip {
namespace {

using subjects::v1::PersonIdentifier;

constexpr char kScenarios[] = "services/plans/domain/shared_scenarios/subject";

SIP_SCENARIOS(SubjectsContext, kScenarios, TestRuleSets());
SIP_DECIDER_PROPERTIES(SubjectsContext, kScenarios, TestRuleSets(), {"resolve_subject"});

const absl::CivilDay kToday(2018, 3, 1);

PersonIdentifier Personal(const std::string& number) {
  PersonIdentifier identifier;
  identifier.set_personal_number(number);
  return identifier;
}

PersonIdentifier Coordination(const std::string& number) {
  PersonIdentifier identifier;
  identifier.set_coordination_number(number);
  return identifier;
}

PersonIdentifier Reserve(const std::string& oid, const std::string& value) {
  PersonIdentifier identifier;
  identifier.mutable_reserve_number()->set_issuer_oid(oid);
  identifier.mutable_reserve_number()->set_value(value);
  return identifier;
}

// UNSPECIFIED when it is valid.
Reason Verdict(const PersonIdentifier& identifier) {
  Violations violations;
  CheckIdentifier(Normalized(identifier), kToday, "identifier", violations);
  return violations.empty() ? Reason::REASON_UNSPECIFIED : violations.ToRejection().violations(0).reason();
}

TEST(SubjectIdentifierTest, PersonalNumbersTellTheBirthDate) {
  Violations violations;
  const IdentifierFacts facts = CheckIdentifier(Personal("191212121212"), kToday, "identifier", violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(facts.birth_date, absl::CivilDay(1912, 12, 12));
}

TEST(SubjectIdentifierTest, CoordinationNumbersAddSixtyToTheDay) {
  Violations violations;
  const IdentifierFacts facts = CheckIdentifier(Coordination("197010632391"), kToday, "identifier", violations);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(facts.birth_date, absl::CivilDay(1970, 10, 3));
  EXPECT_EQ(Verdict(Coordination("191212121212")), Reason::REASON_IDENTIFIER_INVALID);
  EXPECT_EQ(Verdict(Personal("197010632391")), Reason::REASON_IDENTIFIER_INVALID);
}

TEST(SubjectIdentifierTest, EveryOtherCheckDigitIsRefused) {
  for (char digit = '0'; digit <= '9'; ++digit) {
    const Reason expected = digit == '2' ? Reason::REASON_UNSPECIFIED : Reason::REASON_IDENTIFIER_CHECK_DIGIT_WRONG;
    EXPECT_EQ(Verdict(Personal(std::string("19121212121") + digit)), expected) << digit;
  }
}

TEST(SubjectIdentifierTest, FormAndDateAreChecked) {
  EXPECT_EQ(Verdict(Personal("")), Reason::REASON_IDENTIFIER_INVALID);
  EXPECT_EQ(Verdict(Personal("1212121212")), Reason::REASON_IDENTIFIER_INVALID);
  EXPECT_EQ(Verdict(Personal("19121212121K")), Reason::REASON_IDENTIFIER_INVALID);
  EXPECT_EQ(Verdict(Personal("191213121212")), Reason::REASON_IDENTIFIER_INVALID);
  EXPECT_EQ(Verdict(Personal("201902291212")), Reason::REASON_IDENTIFIER_INVALID);
  EXPECT_EQ(Verdict(Personal("188612121212")), Reason::REASON_IDENTIFIER_INVALID);
  EXPECT_EQ(Verdict(Personal("201803021212")), Reason::REASON_IDENTIFIER_INVALID);
  EXPECT_EQ(Verdict(PersonIdentifier()), Reason::REASON_FIELD_REQUIRED);
}

TEST(SubjectIdentifierTest, ReserveNumbersAreCheckedAsTheirIssuerPublished) {
  constexpr char kStockholm[] = "1.2.752.97.3.1.3";
  constexpr char kVastraGotaland[] = "1.2.752.113.11.0.2.1.1.1";
  constexpr char kInera[] = "1.2.752.129.2.1.3.2";
  for (const char* number : {"991981000010", "991945000023", "991993000032"}) {
    EXPECT_EQ(Verdict(Reserve(kStockholm, number)), Reason::REASON_UNSPECIFIED) << number;
  }
  for (const char* number : {"19810829M071", "19450829K088", "19930829X802"}) {
    EXPECT_EQ(Verdict(Reserve(kVastraGotaland, number)), Reason::REASON_UNSPECIFIED) << number;
  }
  EXPECT_EQ(Verdict(Reserve(kInera, "198108320014")), Reason::REASON_UNSPECIFIED);
  EXPECT_EQ(Verdict(Reserve(kStockholm, "991981000011")), Reason::REASON_IDENTIFIER_CHECK_DIGIT_WRONG);
  EXPECT_EQ(Verdict(Reserve(kStockholm, "99198100001")), Reason::REASON_IDENTIFIER_INVALID);
  EXPECT_EQ(Verdict(Reserve(kInera, "19810829M071")), Reason::REASON_IDENTIFIER_INVALID);
  EXPECT_EQ(Verdict(Reserve("1.2.752.74.9.2", "19810829SF1A")), Reason::REASON_UNSPECIFIED);
  EXPECT_EQ(Verdict(Reserve("1.2.752.74.9.2", "")), Reason::REASON_IDENTIFIER_INVALID);
  EXPECT_EQ(Verdict(Reserve("värmland", "19810829SF1A")), Reason::REASON_IDENTIFIER_INVALID);
}

TEST(SubjectIdentifierTest, EveryWayOfWritingGivesOneCanonicalText) {
  EXPECT_EQ(CanonicalIdentifier(Personal("19121212-1212")), CanonicalIdentifier(Personal("191212121212")));
  EXPECT_EQ(CanonicalIdentifier(Reserve("1.2", "19930829x802")), CanonicalIdentifier(Reserve("1.2", "19930829X802")));
  EXPECT_NE(CanonicalIdentifier(Reserve("1.2", "19930829X802")), CanonicalIdentifier(Reserve("1.3", "19930829X802")));
  EXPECT_NE(CanonicalIdentifier(Personal("191212121212")), CanonicalIdentifier(Coordination("191212121212")));
}

TEST(SubjectTest, EvolveKeepsWhatOpenCaseCopies) {
  SubjectState state;
  const Uuid id = *Uuid::Parse("018f0000-0000-8000-8000-000000000001");
  const auto event = ParseText<subjects::v1::SubjectEvent>(
      "subject_registered { birth_date { year: 1936 month: 2 day: 3 } protection: PROTECTION_NONE }");
  SubjectDecider::Evolve(state, SubjectStream(id), event, EventMeta{});
  ASSERT_TRUE(state.facts.has_value());
  EXPECT_EQ(state.facts->subject_id(), id.ToString());
  EXPECT_EQ(state.facts->birth_date().year(), 1936);
  // A skeleton, after the person's content was culled.
  SubjectDecider::Evolve(state, SubjectStream(id), ParseText<subjects::v1::SubjectEvent>("subject_registered {}"), EventMeta{});
  EXPECT_FALSE(state.facts->has_birth_date());
}

}  // namespace
}  // namespace sip

// What holds for whatever the person says, in whatever order it is told.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/domain/party.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/testing/scenario.h"
#include "libs/testing/scenario_text.h"
#include "rapidcheck/gtest.h"
#include "services/consent/domain/consent.h"
#include "services/consent/domain/test_rule_sets.h"

namespace sip {
namespace {

using common::v1::ConsentGrant;
using common::v1::ConsentScope;
using consent::v1::ConsentCommand;
using consent::v1::ConsentEvent;
using consent::v1::ConsentProof;

const absl::Time kStart = absl::FromUnixSeconds(1'520'000'000);
const char* const kAgencies[] = {"region-nord", "kommun-a", "fk", "skola-x"};

int Below(int bound) { return *rc::gen::inRange(0, bound); }

// The person, the case and what has been told so far.
struct Story {
  ConsentState state;
  DecisionContext context;

  Story() {
    common::v1::CaseFacts& facts = state.facts.case_facts.emplace();
    facts.set_open(true);
    facts.add_agency_ids("region-nord");
    const RuleSetSource& rule_sets = ConsentTestRuleSets();
    facts.set_rule_set_digest(rule_sets.DigestOf(*rule_sets.Find("skl/2018-01-01")));
    context.zone = Stockholm();
    context.case_id = NamedId("case");
    context.rule_sets = &rule_sets;
    context.agencies = &TestAgencies();
    context.actor.set_agency_id("region-nord");
  }

  // Tells something at `step` that happened up to 20 hours before, to the hour or the day.
  std::vector<ConsentEvent> Tell(const ConsentCommand& command, int step, absl::Duration ago, bool day_only) {
    context.now = kStart + absl::Hours(step);
    context.id_seed = NamedSeed(std::to_string(step));
    context.occurred_at = OccurredAtInstant(context.now - ago);
    if (day_only) *context.occurred_at.mutable_date() = ToProto(absl::ToCivilDay(context.now - ago, context.zone));
    const auto decision = ConsentDecider::Decide(state, command, context);
    if (!decision.accepted()) return {};
    for (const ConsentEvent& event : decision.events()) {
      ConsentDecider::Evolve(state, {}, event, EventMeta{context.now, context.occurred_at, "region-nord", 1});
    }
    return decision.events();
  }
};

ConsentProof Proof() {
  ConsentProof proof;
  proof.mutable_given_by()->set_capacity(consent::v1::CONSENT_CAPACITY_SELF);
  proof.set_form(consent::v1::CONSENT_FORM_ORAL);
  proof.mutable_informed_of()->set_version("v1");
  proof.mutable_taken_by()->mutable_unit()->set_agency_id("region-nord");
  return proof;
}

std::string SomeConsent() { return NamedId("consent-" + std::to_string(Below(20))).ToString(); }

ConsentCommand SomeGive() {
  ConsentCommand command;
  auto& give = *command.mutable_give_consent();
  give.set_consent_id(SomeConsent());
  give.set_kind(static_cast<common::v1::ConsentKind>(1 + Below(4)));
  *give.mutable_proof() = Proof();
  *give.add_parties() = AgencyKey(kAgencies[Below(4)]);
  if (Below(3) == 0) *give.add_excluded_parties() = AgencyKey(kAgencies[Below(4)]);
  return command;
}

ConsentCommand SomeChange() {
  ConsentCommand command;
  auto& change = *command.mutable_change_consent_scope();
  change.set_consent_id(SomeConsent());
  *change.mutable_renewal() = Proof();
  *(Below(2) == 0 ? change.add_add_parties() : change.add_exclude_parties()) = AgencyKey(kAgencies[Below(4)]);
  return command;
}

ConsentCommand SomeWithdrawal(bool whole) {
  ConsentCommand command;
  auto& withdraw = *command.mutable_withdraw_consent();
  withdraw.mutable_withdrawn_by()->set_capacity(consent::v1::CONSENT_CAPACITY_SELF);
  withdraw.set_form(consent::v1::CONSENT_FORM_ORAL);
  if (whole) {
    withdraw.set_whole(true);
  } else {
    *withdraw.mutable_part()->add_parties() = AgencyKey(kAgencies[Below(4)]);
  }
  return command;
}

ConsentCommand SomeAnnulment() {
  ConsentCommand command;
  command.mutable_annul_consent()->set_consent_id(SomeConsent());
  return command;
}

ConsentCommand SomeCommand() {
  switch (Below(6)) {
    case 0:
      return SomeWithdrawal(true);
    case 1:
      return SomeWithdrawal(false);
    case 2:
      return SomeAnnulment();
    case 3:
      return SomeChange();
    default:
      return SomeGive();
  }
}

const ConsentScope& ScopeIn(const ConsentEvent& event) {
  const auto& reflection = *event.GetReflection();
  const auto* kind = reflection.GetOneofFieldDescriptor(event, event.GetDescriptor()->oneof_decl(0));
  const auto& inner = reflection.GetMessage(event, kind);
  return static_cast<const ConsentScope&>(
      inner.GetReflection()->GetMessage(inner, inner.GetDescriptor()->FindFieldByName("scope")));
}

// Lives through a random story; `check` sees every command that led to events.
template <typename Check>
void Live(const Check& check) {
  Story story;
  for (int step = 0; step < 40; ++step) {
    const ConsentCommand command = SomeCommand();
    const auto events = story.Tell(command, step, absl::Hours(Below(21)), Below(4) == 0);
    if (!events.empty()) check(story, command, events);
  }
}

// Told twice without an id it is two consents: each request makes an entry of its own.
TEST(ConsentDeciderTest, WithoutConsentIdEachRequestMakesAnEntry) {
  Story story;
  ConsentCommand command;
  command.mutable_give_consent()->set_kind(common::v1::CONSENT_KIND_PLAN);
  *command.mutable_give_consent()->mutable_proof() = Proof();
  const auto first = story.Tell(command, 1, absl::ZeroDuration(), false);
  ASSERT_EQ(first.size(), 1);
  EXPECT_EQ(first[0].consent_given().consent_id(), story.context.MintId("consent").ToString());
  const auto second = story.Tell(command, 2, absl::ZeroDuration(), false);
  ASSERT_EQ(second.size(), 1);
  EXPECT_EQ(second[0].consent_given().scope().grants_size(), 2);
}

RC_GTEST_PROP(ConsentProperty, TheScopeOfAnEventIsWhatAppliesAfterIt, ()) {
  Live([](const Story& story, const ConsentCommand&, const std::vector<ConsentEvent>& events) {
    const ConsentScope expected = ScopeOf(story.state, story.context.now);
    RC_ASSERT(ScopeIn(events.back()).SerializeAsString() == expected.SerializeAsString());
    for (int i = 1; i < expected.grants_size(); ++i) {
      RC_ASSERT(expected.grants(i - 1).consent_id() < expected.grants(i).consent_id());
    }
  });
}

// Nothing that is in force was taken before the person withdrew everything, whichever of the two was told first.
RC_GTEST_PROP(ConsentProperty, Con09NothingWithdrawnComesBack, ()) {
  std::vector<absl::Time> withdrawn;
  Live([&](const Story& story, const ConsentCommand& command, const std::vector<ConsentEvent>& events) {
    const ConsentScope& scope = ScopeIn(events.back());
    if (command.has_withdraw_consent() && command.withdraw_consent().whole()) {
      withdrawn.push_back(EffectiveTime(story.context.occurred_at, story.context.zone));
      RC_ASSERT(scope.grants().empty());
      RC_ASSERT(scope.withdrawn_as_a_whole());
    }
    for (const ConsentGrant& grant : scope.grants()) {
      for (const absl::Time time : withdrawn) RC_ASSERT(FromProto(grant.applies_from()) > time);
    }
  });
}

// A party that was withdrawn is out of every consent there is; only what she says later lets it in again.
RC_GTEST_PROP(ConsentProperty, Con09AWithdrawnPartyIsOutOfEveryConsent, ()) {
  Live([](const Story& story, const ConsentCommand& command, const std::vector<ConsentEvent>& events) {
    if (!command.has_withdraw_consent() || command.withdraw_consent().whole()) return;
    const auto& party = command.withdraw_consent().part().parties(0);
    for (const ConsentGrant& grant : ScopeIn(events.back()).grants()) {
      RC_ASSERT(!ConsentCovers(ScopeIn(events.back()), grant.kind(), party, story.context.now));
    }
  });
}

RC_GTEST_PROP(ConsentProperty, Con09AWithdrawalIsNeverTooLate, ()) {
  Story story;
  for (int step = 0; step < 20; ++step) story.Tell(SomeCommand(), step, absl::Hours(Below(21)), Below(4) == 0);
  story.Tell(SomeWithdrawal(true), 20, absl::Hours(Below(1000)), Below(2) == 0);
  RC_ASSERT(ScopeOf(story.state, story.context.now).grants().empty());
  RC_ASSERT(story.state.withdrawn_as_a_whole);
}

}  // namespace
}  // namespace sip

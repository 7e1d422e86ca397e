#include "services/views/projections/timeline.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/views/projections/projection_test_events.h"
#include "services/views/projections/registry.h"
#include "services/views/projections/timeline_words.h"
#include "sip/cases/v1/case_events.pb.h"
#include "sip/consent/v1/consent_events.pb.h"
#include "sip/deviations/v1/deviation_events.pb.h"
#include "sip/meetings/v1/meeting_events.pb.h"
#include "sip/plans/v1/plan_events.pb.h"

namespace sip {
namespace {

using google::protobuf::Message;
using ::testing::ElementsAre;
using views::v1::TimelineRow;

std::vector<std::string> TextsOf(const MemoryView::Rows& rows) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : rows) {
    if (absl::StartsWith(key, TimelinePrefix(IdText("case")))) texts.push_back(RowIn<TimelineRow>(rows, key).text_sv());
  }
  return texts;
}

TEST(TimelineTest, EventsOfAllLogsStandInTheOrderInWhichTheyWereRecorded) {
  RecordedHistory plans("sip.plans");
  RecordedHistory consent("sip.consent");
  RecordedHistory meetings("sip.meetings");
  RecordedHistory deviations("sip.deviations");
  plans.Record(CaseStream(), EventFrom<cases::v1::CaseEvent>("case_opened { opened_by_agency_id: 'kommun-a' }"));
  consent.At("2018-03-01 10:05")
      .Record(CaseFactsStream(), FactsImported("agency_ids: 'kommun-a'"))
      .Record(StreamOf("consent", "case"),
              EventFrom<consent::v1::ConsentEvent>("consent_given { grant { kind: CONSENT_KIND_PLAN } }"));
  meetings.At("2018-03-01 10:10")
      .Record(StreamOf("meeting", "m"),
              EventFrom<meetings::v1::MeetingEvent>("party_called { binding: true party_key { agency_id: 'region-nord' } }"));
  plans.At("2018-03-01 10:08").Record(StreamOf("plan", "p"), EventFrom<plans::v1::PlanEvent>("plan_drafted {}"));
  deviations.At("2018-03-02 10:00")
      .Record(StreamOf("deviation", "d"), EventFrom<deviations::v1::DeviationEvent>("deviation_closed {}"));

  const TimelineProjection projection;
  EXPECT_THAT(TextsOf(CheckedRows(projection, {&plans, &consent, &meetings, &deviations})),
              ElementsAre("{kommun-a} öppnade ärendet.", "Samtycke gavs till att en plan görs.",
                          "{} påbörjade ett utkast till plan.", "Kallelse till {region-nord}.", "Avvikelsen avslutades."));
}

TEST(TimelineTest, TheEditsOfOneCommandAreOneThingThatHappened) {
  RecordedHistory plans("sip.plans");
  const auto put = EventFrom<plans::v1::PlanEvent>("plan_element_put {}");
  plans.Record({MakeNewEvent(StreamOf("plan", "p"), put), MakeNewEvent(StreamOf("plan", "p"), put)})
      .Record(StreamOf("plan", "p"), put);
  EXPECT_THAT(TextsOf(CheckedRows(TimelineProjection(), {&plans})), ElementsAre("Utkastet ändrades.", "Utkastet ändrades."));
}

TEST(TimelineTest, AbsenceAlthoughCalledIsTold) {
  const auto sentence = SentenceFor(EventFrom<meetings::v1::MeetingEvent>(
      "meeting_held { kind: MEETING_KIND_SIP attendance { called: true party_key { agency_id: 'kommun-a' } } attendance { present: "
      "true called: true party_key { agency_id: 'fk' } } }"));
  EXPECT_EQ(sentence->kind, "sip.meetings.v1.MeetingHeld");
  EXPECT_EQ(sentence->sv, "SIP-möte hölls utan den enskilde; kallad men frånvarande: {kommun-a}.");
  EXPECT_EQ(sentence->en, "SIP meeting was held without the individual; called but absent: {kommun-a}.");
}

// Whoever adds a kind of event tells what it means.
TEST(TimelineTest, EveryKindOfEventHasASentenceInBothLanguages) {
  const std::vector<const Message*> wrappers = {
      &cases::v1::CaseEvent::default_instance(), &consent::v1::ConsentEvent::default_instance(),
      &meetings::v1::MeetingEvent::default_instance(), &plans::v1::PlanEvent::default_instance(),
      &deviations::v1::DeviationEvent::default_instance()};
  for (const Message* wrapper : wrappers) {
    const auto* kinds = wrapper->GetDescriptor()->oneof_decl(0);
    for (int i = 0; i < kinds->field_count(); ++i) {
      const std::unique_ptr<Message> event(wrapper->New());
      event->GetReflection()->MutableMessage(event.get(), kinds->field(i));
      const auto sentence = SentenceFor(*event);
      ASSERT_TRUE(sentence.has_value());
      EXPECT_EQ(sentence->kind, kinds->field(i)->message_type()->full_name());
      EXPECT_TRUE(absl::EndsWith(sentence->sv, ".")) << sentence->kind;
      EXPECT_TRUE(absl::EndsWith(sentence->en, ".")) << sentence->kind;
      EXPECT_NE(sentence->sv, sentence->en);
    }
  }
}

TEST(TimelineTest, AgenciesAreNamedWhenTheyHaveAName) {
  const auto name_of = [](absl::string_view agency_id) { return std::string(agency_id == "kommun-a" ? "Kommun A" : ""); };
  EXPECT_EQ(WithAgencyNames("{kommun-a} kontaktade {fk}.", name_of), "Kommun A kontaktade fk.");
  EXPECT_EQ(WithAgencyNames("Ett { som ingen stänger", name_of), "Ett { som ingen stänger");
}

TEST(RegistryTest, EveryProjectionStandsThereOnceUnderItsOwnName) {
  const auto projections = AllProjections(DeadlineTestRules(), Stockholm());
  std::set<std::string> names;
  for (const auto& projection : projections) {
    names.insert(std::string(projection->Name()));
    EXPECT_GE(projection->SchemaVersion(), 1);
    EXPECT_FALSE(projection->Logs().empty());
  }
  EXPECT_EQ(names.size(), projections.size());
}

}  // namespace
}  // namespace sip

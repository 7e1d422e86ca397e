#include "services/views/projections/meetings.h"

#include <string>

#include "gtest/gtest.h"
#include "services/views/projections/projection_test_events.h"
#include "services/views/projections/rows.h"
#include "sip/meetings/v1/meeting_events.pb.h"

namespace sip {
namespace {

using meetings::v1::MeetingEvent;
using views::v1::MeetingRow;

class MeetingViewTest : public ::testing::Test {
 public:
  MeetingViewTest& Meeting(const std::string& event, const std::string& name = "meeting") {
    history_.Record(StreamOf("meeting", name), EventFrom<MeetingEvent>(event));
    return *this;
  }
  MeetingViewTest& Planned() {
    return Meeting(
               "meeting_planned { kind: MEETING_KIND_SIP starts_at { @at(2018-03-12 10:00) } place { address: 'Vårdcentralen' } }")
        .Meeting("party_called { call_id: 'a' binding: true party_key { agency_id: 'kommun-a' } }");
  }
  MeetingRow Row(const std::string& name = "meeting") {
    return RowIn<MeetingRow>(CheckedRows(projection_, {&history_}), MeetingRowKey(IdText("case"), IdText(name)));
  }
  views::v1::CallStatus CallStatus() { return Row().calls(0).status(); }

 protected:
  MeetingsProjection projection_;
  RecordedHistory history_{"sip.meetings"};
};

TEST_F(MeetingViewTest, ACallGoesItsWayAndNeverBack) {
  Planned();
  EXPECT_EQ(CallStatus(), views::v1::CALL_STATUS_MADE);
  Meeting("delivery_recorded { call_id: 'a' step: DELIVERY_STEP_DELIVERED }");
  EXPECT_EQ(CallStatus(), views::v1::CALL_STATUS_DELIVERED);
  Meeting("delivery_recorded { call_id: 'a' step: DELIVERY_STEP_DISPATCHED }");
  EXPECT_EQ(CallStatus(), views::v1::CALL_STATUS_DELIVERED);
  Meeting("call_acknowledged { call_id: 'a' }");
  EXPECT_EQ(CallStatus(), views::v1::CALL_STATUS_ACKNOWLEDGED);
  Meeting("call_answered { call_id: 'a' answer: CALL_ANSWER_ACCEPTED }");
  EXPECT_EQ(CallStatus(), views::v1::CALL_STATUS_ACCEPTED);
  Meeting("delivery_recorded { call_id: 'a' step: DELIVERY_STEP_OPENED }");
  EXPECT_EQ(CallStatus(), views::v1::CALL_STATUS_ACCEPTED);
  Meeting("call_answered { call_id: 'a' answer: CALL_ANSWER_DECLINED }");
  EXPECT_EQ(CallStatus(), views::v1::CALL_STATUS_DECLINED);
  Meeting("call_withdrawn { call_id: 'a' }");
  EXPECT_EQ(CallStatus(), views::v1::CALL_STATUS_WITHDRAWN);
}

TEST_F(MeetingViewTest, AMovedMeetingForgetsAnswersAndKeepsCalls) {
  Planned().Meeting("call_acknowledged { call_id: 'a' }").Meeting("call_answered { call_id: 'a' answer: CALL_ANSWER_ACCEPTED }");
  Meeting("meeting_rescheduled { starts_at { @at(2018-03-13 10:00) } }");
  EXPECT_EQ(CallStatus(), views::v1::CALL_STATUS_ACKNOWLEDGED);
  EXPECT_FALSE(Row().calls(0).has_answer());
  EXPECT_EQ(Row().times_moved(), 1u);
  EXPECT_EQ(FromProto(Row().starts_at()), *ParseScenarioTime("2018-03-13 10:00"));
  EXPECT_EQ(Row().place().address(), "Vårdcentralen");
}

TEST_F(MeetingViewTest, HeldAndCancelledMeetingsSaySo) {
  Planned().Meeting("meeting_held { individual { present: true } }");
  EXPECT_EQ(Row().status(), views::v1::MEETING_STATUS_HELD);
  EXPECT_TRUE(Row().held().individual().present());
  Meeting("meeting_planned {}", "other").Meeting("meeting_cancelled { reason: 'Sjukdom' }", "other");
  EXPECT_EQ(Row("other").status(), views::v1::MEETING_STATUS_CANCELLED);
  EXPECT_EQ(Row("other").cancelled().reason(), "Sjukdom");
}

TEST_F(MeetingViewTest, TheLastWordOnAContactIsShown) {
  Planned().Meeting("contact_confirmed { party { agency_id: 'kommun-a' } established: true }");
  Meeting("contact_confirmed { party { agency_id: 'fk' } }");
  Meeting("contact_confirmed { party { agency_id: 'kommun-a' } }").Meeting("pre_consultation_recorded { topics: 'Boendet' }");
  EXPECT_EQ(Row().contacts_size(), 2);
  EXPECT_FALSE(Row().contacts(0).established());
  EXPECT_EQ(Row().pre_consultations(0).topics(), "Boendet");
}

TEST_F(MeetingViewTest, OneRecordCanChangeSeveralMeetings) {
  Planned().Meeting("meeting_planned {}", "other");
  const auto cancelled = EventFrom<MeetingEvent>("meeting_cancelled {}");
  history_.Record({MakeNewEvent(CaseFactsStream(), FactsImported("agency_ids: 'kommun-a'")),
                   MakeNewEvent(StreamOf("meeting", "meeting"), EventFrom<MeetingEvent>("call_withdrawn { call_id: 'a' }")),
                   MakeNewEvent(StreamOf("meeting", "meeting"), cancelled), MakeNewEvent(StreamOf("meeting", "other"), cancelled)});
  EXPECT_EQ(Row().status(), views::v1::MEETING_STATUS_CANCELLED);
  EXPECT_EQ(Row("other").status(), views::v1::MEETING_STATUS_CANCELLED);
  EXPECT_EQ(CallStatus(), views::v1::CALL_STATUS_WITHDRAWN);
}

}  // namespace
}  // namespace sip

// Stories that end otherwise than Karl's, through gRPC against the real sipd: consent withdrawn after the first follow-up, and a
// called party that never comes. What they lead to stands in the stories themselves; what lies in one record is read here from the
// history. Nothing waits but by consistency tokens.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sip/views/v1/deviation_views.pb.h"
#include "tests/acceptance/case_history.h"
#include "tests/acceptance/story_fixture.h"

namespace sip {
namespace {

using ::testing::Contains;

constexpr char kWithdrawn[] = "tests/acceptance/data/consent_withdrawn";
constexpr char kNeverComes[] = "tests/acceptance/data/party_never_comes";

class OtherStoriesTest : public StoryFixture {
 protected:
  // Plays the story to its end, each step with what it expects.
  void PlayStory(const std::string& folder) {
    player_ = OpenStory(folder);
    ASSERT_NE(player_, nullptr);
    for (size_t i = 0; i < player_->size(); ++i) {
      const absl::Status played = player_->PlayAsExpected(i).status();
      ASSERT_TRUE(played.ok()) << played.message();
    }
  }

  // Every record of the story's case, as "log command: stream.event …".
  std::vector<std::string> Records() {
    const auto channel = grpc::CreateChannel(sipd_->address(), grpc::InsecureChannelCredentials());
    const auto history = ReadCaseHistory(channel, player_->IdOf("case"), "kommun-a");
    EXPECT_TRUE(history.ok()) << history.status();
    return history.ok() ? history->shape : std::vector<std::string>();
  }

  std::unique_ptr<StoryPlayer> player_;
};

TEST_F(OtherStoriesTest, ConsentWithdrawnAsAWholeEndsPlanAndMeetingsInTheRecordsThatImportIt) {
  PlayStory(kWithdrawn);
  ASSERT_FALSE(HasFatalFailure());
  const std::vector<std::string> records = Records();
  EXPECT_THAT(records,
              Contains(std::string("sip.plans import of sip.consent: facts.consent_scope_imported plan.plan_closed")).Times(1));
  EXPECT_THAT(records,
              Contains(std::string("sip.meetings import of sip.consent: facts.consent_scope_imported meeting.call_withdrawn "
                                   "meeting.call_withdrawn meeting.meeting_cancelled"))
                  .Times(1));
}

TEST_F(OtherStoriesTest, CalledPartyThatNeverComesIsSuggestedInTheRecordThatImportsTheMeeting) {
  PlayStory(kNeverComes);
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_THAT(
      Records(),
      Contains(std::string("sip.deviations import of sip.meetings: facts.meeting_held_imported deviation.deviation_suggested"))
          .Times(2));
}

TEST_F(OtherStoriesTest, NoSuggestionIsLeftWhenOneIsReportedAndTheOtherDismissed) {
  PlayStory(kNeverComes);
  ASSERT_FALSE(HasFatalFailure());
  views::v1::ListSuggestedDeviationsRequest request;
  request.set_case_id(player_->IdOf("case"));
  const auto result = player_->CallAs("kommun-a", "sip.views.v1.DeviationViews", "ListSuggestedDeviations", request);
  ASSERT_TRUE(result.ok() && result->status.ok());
  const auto& left = static_cast<const views::v1::ListSuggestedDeviationsResponse&>(*result->response);
  EXPECT_EQ(left.suggestions_size(), 0) << left.DebugString();
}

}  // namespace
}  // namespace sip

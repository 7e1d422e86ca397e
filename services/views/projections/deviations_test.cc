#include "services/views/projections/deviations.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/views/projections/projection_test_events.h"
#include "services/views/projections/rows.h"
#include "sip/deviations/v1/deviation_events.pb.h"

namespace sip {
namespace {

using deviations::v1::DeviationEvent;
using views::v1::DeviationRow;

class DeviationViewTest : public ::testing::Test {
 public:
  DeviationViewTest& Deviation(const std::string& event, const std::string& name = "a") {
    history_.Record(StreamOf("deviation", name), EventFrom<DeviationEvent>(event));
    return *this;
  }
  DeviationRow Row(const std::string& name = "a") {
    return RowIn<DeviationRow>(CheckedRows(projection_, {&history_}), DeviationRowKey(IdText("case"), IdText(name)));
  }
  // The rows that the agency's list names, in its order.
  std::vector<std::string> ListOf(const std::string& agency_id) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : CheckedRows(projection_, {&history_})) {
      if (absl::StartsWith(key, DeviationsOfAgencyPrefix(agency_id))) keys.push_back(value);
    }
    return keys;
  }

 protected:
  DeviationsProjection projection_;
  RecordedHistory history_{"sip.deviations"};
};

TEST_F(DeviationViewTest, ASuggestionIsReportedReceivedAnsweredAndClosed) {
  Deviation("deviation_suggested { happened_at { @at(2018-03-01 09:00) } }");
  EXPECT_EQ(Row().status(), views::v1::DEVIATION_STATUS_SUGGESTED);
  EXPECT_EQ(FromProto(Row().happened_at().instant()), *ParseScenarioTime("2018-03-01 09:00"));
  history_.OccurredAt("2018-02-28");
  Deviation("deviation_reported { description: 'Kom inte' from_suggestion: true }");
  EXPECT_EQ(Row().status(), views::v1::DEVIATION_STATUS_REPORTED);
  EXPECT_TRUE(Row().happened_at().has_date());
  Deviation("deviation_acknowledged {}");
  EXPECT_EQ(Row().status(), views::v1::DEVIATION_STATUS_ACKNOWLEDGED);
  Deviation("deviation_answered { answer: 'Vi beklagar' }");
  EXPECT_EQ(Row().status(), views::v1::DEVIATION_STATUS_ANSWERED);
  Deviation("deviation_closed { conclusion: 'Klart' }");
  EXPECT_EQ(Row().status(), views::v1::DEVIATION_STATUS_CLOSED);
  EXPECT_EQ(Row().answered().answer(), "Vi beklagar");
  EXPECT_EQ(Row().stream_version(), 5u);
}

TEST_F(DeviationViewTest, ADismissedSuggestionSaysWhy) {
  Deviation("deviation_suggested {}").Deviation("suggestion_dismissed { reason: 'Sjuk' }");
  EXPECT_EQ(Row().status(), views::v1::DEVIATION_STATUS_DISMISSED);
  EXPECT_EQ(Row().dismissed().reason(), "Sjuk");
}

TEST_F(DeviationViewTest, EveryPartyHasTheListOldestFirstAlsoWhoCameLater) {
  history_.Record(CaseFactsStream(), FactsImported("agency_ids: 'kommun-a'"));
  Deviation("deviation_reported {}", "b").Deviation("deviation_reported {}", "a").Deviation("deviation_closed {}", "b");
  history_.Record(CaseFactsStream(), FactsImported("agency_ids: 'kommun-a' agency_ids: 'region-nord'"));
  const auto oldest_first =
      ::testing::ElementsAre(DeviationRowKey(IdText("case"), IdText("b")), DeviationRowKey(IdText("case"), IdText("a")));
  EXPECT_THAT(ListOf("kommun-a"), oldest_first);
  EXPECT_THAT(ListOf("region-nord"), oldest_first);
  EXPECT_THAT(ListOf("region-syd"), ::testing::IsEmpty());
}

}  // namespace
}  // namespace sip

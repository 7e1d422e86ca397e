#include "tools/sipctl/output.h"

#include <gtest/gtest.h>

#include "libs/testing/matchers.h"
#include "sip/history/v1/history_service.pb.h"
#include "sip/plans/v1/plan_events.pb.h"
#include "sip/views/v1/case_views.pb.h"
#include "sip/views/v1/deadline_views.pb.h"

namespace sip {
namespace {

using views::v1::ListDeadlinesResponse;

TEST(OutputTest, AlignsColumnsByCharactersNotBytes) {
  EXPECT_EQ(AlignColumns({{"Åsa", "1"}, {"Anna", "2"}, {"x"}}), "Åsa   1\nAnna  2\nx\n");
}

TEST(OutputTest, PrintsAListAsATableOfItsRowsSimpleFields) {
  const auto response = ParseText<ListDeadlinesResponse>(R"(
    deadlines {
      row { rule: "DL-02" last_day { year: 2018 month: 3 day: 1 } due_at { seconds: 1519945200 } }
      state: DEADLINE_STATE_MET_LATE
    }
    next_page_token: "more" read_at {})");
  const std::string table = Format(response, OutputFormat::kTable);
  EXPECT_NE(table.find("RULE"), std::string::npos) << table;
  EXPECT_NE(table.find("DL-02"), std::string::npos) << table;
  EXPECT_NE(table.find("2018-03-01"), std::string::npos) << table;
  EXPECT_NE(table.find("met late"), std::string::npos) << table;
  EXPECT_EQ(Format(ListDeadlinesResponse(), OutputFormat::kTable), "(none)\n");
}

TEST(OutputTest, PrintsAnythingElseAsIndentedLines) {
  const auto response = ParseText<views::v1::GetCaseResponse>(R"(
    case_row { case_id: "c" need_presumed: true opened_at { date { year: 2018 month: 2 day: 15 } } }
    state: CASE_STATE_PLAN_ACTIVE)");
  EXPECT_EQ(Format(response, OutputFormat::kTable),
            "case row:\n  case id: c\n  opened at: 2018-02-15\n  need presumed: yes\nstate: plan active\n");
}

TEST(OutputTest, PrintsWhatAnAnyHolds) {
  history::v1::ReadHistoryResponse response;
  plans::v1::PlanEvent event;
  event.mutable_plan_drafted();
  response.add_events()->mutable_event()->PackFrom(event);
  EXPECT_NE(Format(response, OutputFormat::kTable).find("plan drafted:"), std::string::npos);
}

TEST(OutputTest, JsonIsOneLineWithTheProtoNames) {
  const auto response = ParseText<views::v1::GetCaseResponse>(R"(case_row { case_id: "c" })");
  EXPECT_EQ(Format(response, OutputFormat::kJson), "{\"case_row\":{\"case_id\":\"c\"}}\n");
}

TEST(OutputTest, HidesPersonalDataAndTextsButNotIdsAndCodes) {
  const auto row = ParseText<views::v1::CaseRow>(R"(
    case_id: "c" offers { note: "Karl agrees" accepted: true } initiative { reason: "he falls" by { staff { name: "NN" } } })");
  const std::string hidden = FormatLines(row, 0, TextMask::kHide);
  EXPECT_NE(hidden.find("case id: c"), std::string::npos) << hidden;
  EXPECT_NE(hidden.find("note: •••"), std::string::npos) << hidden;
  EXPECT_EQ(hidden.find("Karl"), std::string::npos) << hidden;
  EXPECT_EQ(hidden.find("falls"), std::string::npos) << hidden;
  EXPECT_EQ(hidden.find("NN"), std::string::npos) << hidden;
  EXPECT_NE(FormatLines(row, 0, TextMask::kShow).find("Karl agrees"), std::string::npos);
}

TEST(OutputTest, FieldTextIsEmptyForWhatIsNotSet) {
  views::v1::DeadlineRow row;
  EXPECT_EQ(FieldText(row, "due_at"), "");
  row.mutable_due_at()->set_seconds(0);
  EXPECT_EQ(FieldText(row, "due_at"), "1970-01-01T00:00:00Z");
}

}  // namespace
}  // namespace sip

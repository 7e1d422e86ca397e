#include "libs/log_kafka/report_judge.h"

#include <gtest/gtest.h>

#include "libs/testing/log_records.h"

namespace sip {
namespace {

constexpr int64_t kClaimOffset = 10;

RecordFacts FactsOf(const Record& record) { return *ParseRecord(ViewOf(record)); }

// An owner whose claim lies at kClaimOffset, and what it sends.
class ReportJudgeTest : public testing::Test {
 protected:
  ReportJudgeTest() : ahead_({TestId("log"), 0}), judge_(Claimed(), kClaimOffset) {}

  RecordFacts Send() {
    const Record record = NextCommand(ahead_.state(), "x");
    EXPECT_TRUE(ahead_.Step(ViewOf(record)).ok());
    return FactsOf(record);
  }
  const LogFold& Claimed() {
    EXPECT_TRUE(ahead_.Step(ViewOf(MakeGenesis())).ok());
    EXPECT_TRUE(ahead_.Step(ViewOf(MakeClaim(ahead_.state(), "ours"))).ok());
    return ahead_;
  }

  LogFold ahead_;  // With all that was sent.
  ReportJudge judge_;
};

TEST_F(ReportJudgeTest, ContiguousReportsAreDurable) {
  for (int64_t offset = kClaimOffset + 1; offset < 20; ++offset) {
    EXPECT_EQ(*judge_.Report(false, offset, Send()), Ruling::kDurable);
  }
  EXPECT_EQ(judge_.state().next_idx, 9u);
  EXPECT_EQ(judge_.state(), ahead_.state());
}

TEST_F(ReportJudgeTest, AnErrorIsDoubtWhateverTheOffset) {
  const RecordFacts record = Send();
  EXPECT_EQ(*judge_.Report(true, kClaimOffset + 1, record), Ruling::kDoubt);
  EXPECT_EQ(*judge_.Report(true, -1, record), Ruling::kDoubt);
}

TEST_F(ReportJudgeTest, NoOffsetIsDoubtEvenWithoutAnError) {
  // The broker had the record already, or acknowledged a later one: where it lies is not known.
  EXPECT_EQ(*judge_.Report(false, -1, Send()), Ruling::kDoubt);
}

TEST_F(ReportJudgeTest, TheFirstReportIsHeldToTheClaim) {
  // Without the predecessor, whatever lies between the claim and the first command would go unseen.
  EXPECT_EQ(*judge_.Report(false, kClaimOffset + 2, Send()), Ruling::kReadGap);
}

TEST_F(ReportJudgeTest, AnOffsetThatIsTakenStopsThePartition) {
  EXPECT_EQ(*judge_.Report(false, kClaimOffset + 1, Send()), Ruling::kDurable);
  EXPECT_EQ(judge_.Report(false, kClaimOffset + 1, Send()).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(judge_.Report(false, kClaimOffset, Send()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(ReportJudgeTest, AForeignClaimInAGapFences) {
  const Record theirs = MakeClaim(judge_.state(), "theirs");
  const RecordFacts record = Send();
  EXPECT_EQ(*judge_.Report(false, kClaimOffset + 2, record), Ruling::kReadGap);
  EXPECT_TRUE(judge_.FoldGap(ViewOf(theirs)).ok());
  EXPECT_TRUE(judge_.fenced());
  EXPECT_EQ(*judge_.Report(false, kClaimOffset + 2, record), Ruling::kFenced);
}

TEST_F(ReportJudgeTest, VoidRecordsInAGapDoNotFence) {
  const Record lost = MakeClaim(TestClaimHeader(judge_.state(), "lost", TestId("log")));
  const Record copy = MakeGenesis();
  const RecordFacts record = Send();
  EXPECT_EQ(*judge_.Report(false, kClaimOffset + 3, record), Ruling::kReadGap);
  EXPECT_TRUE(judge_.FoldGap(ViewOf(lost)).ok());
  EXPECT_TRUE(judge_.FoldGap(ViewOf(copy)).ok());
  EXPECT_FALSE(judge_.fenced());
  EXPECT_EQ(*judge_.Report(false, kClaimOffset + 3, record), Ruling::kDurable);
}

TEST_F(ReportJudgeTest, ContiguityAloneDoesNotMakeARecordValid) {
  // The broker rejected one record for good; its successor gets the next offset and is a hole for every reader.
  Send();
  EXPECT_EQ(*judge_.Report(false, kClaimOffset + 1, Send()), Ruling::kDoubt);
}

TEST_F(ReportJudgeTest, WhatStopsTheFoldInAGapIsAnError) {
  EXPECT_FALSE(judge_.FoldGap({RecordKind::kCommand, "garbage", ""}).ok());
}

}  // namespace
}  // namespace sip

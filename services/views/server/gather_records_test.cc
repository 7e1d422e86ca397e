#include "services/views/server/gather_records.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

using ::testing::ElementsAre;

// Every log has two records, which say its name.
class GatherRecordsTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::vector<RecordOfCase>> Gather(const std::vector<std::string>& log_names) {
    const CaseRecords records = [this](const CaseRecordsQuestion& question, auto done) {
      asked_.push_back(question.log_name);
      EXPECT_EQ(question.as_of, absl::UnixEpoch());
      if (question.log_name == behind_) return done(RejectionStatus(Reason::REASON_NOT_CAUGHT_UP));
      std::vector<RecordOfCase> found(2);
      for (RecordOfCase& record : found) record.decoded.log_name = question.log_name;
      done(std::move(found));
    };
    absl::StatusOr<std::vector<RecordOfCase>> gathered = absl::UnknownError("not called");
    CaseRecordsQuestion question;
    question.as_of = absl::UnixEpoch();
    GatherRecords(records, question, log_names, [&](absl::StatusOr<std::vector<RecordOfCase>> found) {
      ++calls_;
      gathered = std::move(found);
    });
    EXPECT_EQ(calls_, 1);
    return gathered;
  }

  std::string behind_;
  std::vector<std::string> asked_;
  int calls_ = 0;
};

TEST_F(GatherRecordsTest, TheRecordsOfAllLogsComeOneLogAfterTheOther) {
  const auto gathered = Gather({"b", "a"});
  ASSERT_THAT(gathered, IsOk());
  std::vector<std::string> logs;
  for (const RecordOfCase& record : *gathered) logs.push_back(record.decoded.log_name);
  EXPECT_THAT(logs, ElementsAre("b", "b", "a", "a"));
}

TEST_F(GatherRecordsTest, WithoutLogsThereAreNoRecords) { EXPECT_THAT(Gather({})->size(), 0); }

TEST_F(GatherRecordsTest, TheFirstErrorEndsIt) {
  behind_ = "b";
  EXPECT_THAT(Gather({"a", "b", "c"}), RejectedFor(Reason::REASON_NOT_CAUGHT_UP));
  EXPECT_THAT(asked_, ElementsAre("a", "b"));
}

}  // namespace
}  // namespace sip

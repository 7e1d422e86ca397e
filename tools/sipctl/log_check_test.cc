#include "tools/sipctl/log_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/log_records.h"
#include "libs/testing/scenario_text.h"

namespace sip {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A log "sip.test" of one partition, as far as it has been written, and what a checker says of it.
class LogCheckTest : public ::testing::Test {
 protected:
  LogCheckTest() {
    Write(MakeGenesis());
    Write(MakeClaim(fold_.state(), "claim"));
  }

  // Shows the record to the checker, after the fold has taken it.
  void Write(const Record& record) {
    ASSERT_TRUE(fold_.Step(ViewOf(record)).ok());
    Show(record);
  }
  void Show(const Record& record) { checker_.Check({chunk_++, "sip.test", 0, ViewOf(record)}); }

  // A payload without parts.
  static std::string EmptyPayload(const std::string& salt) {
    log::v1::Payload payload;
    payload.set_salt(TestId(salt));
    return payload.SerializeAsString();
  }

  // The next command, writing `stream`.
  log::v1::CommandHeader NextHeader(const std::string& payload, uint64_t version) {
    log::v1::CommandHeader header = NextCommandHeader(fold_.state(), payload);
    header.clear_case_id();
    log::v1::StreamWrite& write = *header.add_writes();
    write.set_stream("note/" + NamedId("note").ToString());
    write.set_version(version);
    return header;
  }

  const std::vector<std::string>& problems() const { return checker_.report().problems; }

  LogFold fold_{ExpectedLog{"", 0}};
  LogChecker checker_;
  uint64_t chunk_ = 0;
};

TEST_F(LogCheckTest, SoundRecordsAreCounted) {
  Write(NextCommand(fold_.state(), EmptyPayload("a")));
  Write(NextCommand(fold_.state(), EmptyPayload("b")));
  EXPECT_THAT(problems(), IsEmpty());
  const LogCheckReport::Log& log = checker_.report().logs.at("sip.test");
  EXPECT_EQ(log.records, 4u);
  EXPECT_EQ(log.commands, 2u);
  EXPECT_EQ(log.void_records, 0u);
}

TEST_F(LogCheckTest, ACopyOfACommandIsVoidNotDamage) {
  const Record command = NextCommand(fold_.state(), EmptyPayload("a"));
  Write(command);
  Write(command);
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(checker_.report().logs.at("sip.test").void_records, 1u);
}

TEST_F(LogCheckTest, APayloadThatWasChangedIsFound) {
  Record command = NextCommand(fold_.state(), EmptyPayload("a"));
  command.payload = EmptyPayload("b");
  Write(command);
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("sip.test/0 #0")));
}

TEST_F(LogCheckTest, ACommandThatNamesAnotherPredecessorIsFound) {
  Write(NextCommand(fold_.state(), EmptyPayload("a")));
  log::v1::CommandHeader header = NextCommandHeader(fold_.state(), EmptyPayload("b"));
  header.set_prev(std::string(32, 'x'));
  Show(MakeCommand(header, EmptyPayload("b")));
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("sip.test/0, chunk 3")));
}

TEST_F(LogCheckTest, ACommandThatChangedNothingLeavesTheVersion) {
  const std::string payload = EmptyPayload("a");
  Write(MakeCommand(NextHeader(payload, 0), payload));
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(LogCheckTest, AVersionThatNoEventExplainsIsFound) {
  const std::string payload = EmptyPayload("a");
  Write(MakeCommand(NextHeader(payload, 1), payload));
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("goes from version 0 to 1, not to 0")));
}

TEST_F(LogCheckTest, AnImportOfARecordThatIsNotThereIsFound) {
  const std::string payload = EmptyPayload("a");
  log::v1::CommandHeader header = NextCommandHeader(fold_.state(), payload);
  header.clear_acting_agency();
  log::v1::ImportedRecord& imported = *header.mutable_imports();
  imported.set_log_id(TestId("another log"));
  imported.set_idx(0);
  imported.set_leaf(std::string(32, 'x'));
  Write(MakeCommand(header, payload));
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("imports from a log that is not in this folder")));
}

}  // namespace
}  // namespace sip

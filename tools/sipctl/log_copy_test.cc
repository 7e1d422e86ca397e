#include "tools/sipctl/log_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "libs/base/uuid.h"
#include "libs/log_copy/copy_logs.h"
#include "libs/log_rocks/record_copy.h"
#include "libs/testing/random_logs.h"
#include "tools/sipctl/run.h"

namespace sip {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class LogCopyTest : public ::testing::Test {
 protected:
  ~LogCopyTest() override { std::filesystem::remove_all(folder_); }

  // A data folder with these random logs.
  std::string DataFolder(const std::string& name, uint64_t seed, size_t steps) {
    MemoryRecords logs = MakeRandomLogs(seed, steps);
    EXPECT_TRUE(CopyLogs(logs, *NewRocksRecordTarget(Path(name) + "/log")).ok());
    return Path(name);
  }
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  ExitCode Sipctl(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    const ExitCode code = RunSipctl(arguments, out, out);
    said_ = out.str();
    return code;
  }
  ExitCode Export(const std::string& data, const std::string& copy) {
    return Sipctl({"log", "export", "--data-dir", data, "--to", Path(copy)});
  }
  ExitCode Import(const std::string& copy, const std::string& data) {
    return Sipctl({"log", "import", "--from", Path(copy), "--data-dir", Path(data)});
  }
  // Of the folder that `flag` names.
  std::string Summary(const std::string& flag, const std::string& folder) {
    Sipctl({"log", "summary", flag, folder, "-o", "json"});
    return said_;
  }

  const std::string folder_ = ::testing::TempDir() + "/log_copy_" + NewUuidV7().ToString();
  std::string said_;
};

TEST_F(LogCopyTest, ADataFolderGoesThroughFilesAndIsTheSame) {
  const std::string data = DataFolder("data", 1, 300);
  ASSERT_EQ(Export(data, "copy"), ExitCode::kOk) << said_;
  EXPECT_THAT(said_, ContainsRegex("sip.plans +2 +[0-9]+ .* same"));
  EXPECT_THAT(said_, HasSubstr("verdict: both fold to the same history"));
  ASSERT_EQ(Import("copy", "again"), ExitCode::kOk) << said_;
  const std::string summary = Summary("--data-dir", data);
  EXPECT_THAT(summary, HasSubstr("\"sound\":true"));
  EXPECT_EQ(Summary("--from", Path("copy")), summary);
  EXPECT_EQ(Summary("--data-dir", Path("again")), summary);
}

TEST_F(LogCopyTest, AnImportThatIsRunAgainCopiesNothing) {
  Export(DataFolder("data", 1, 100), "copy");
  ASSERT_EQ(Import("copy", "again"), ExitCode::kOk) << said_;
  ASSERT_EQ(Import("copy", "again"), ExitCode::kOk) << said_;
  EXPECT_THAT(said_, HasSubstr("; 0 records copied"));
}

TEST_F(LogCopyTest, AnotherHistoryIsRefusedWithWhatToDo) {
  Export(DataFolder("data", 1, 100), "copy");
  const std::string other = DataFolder("other", 2, 100);
  EXPECT_EQ(Import("copy", "other"), ExitCode::kRefused);
  EXPECT_THAT(said_, ContainsRegex("sip.plans, partition [0-9] .*name an empty folder"));
  EXPECT_EQ(Export(other, "copy"), ExitCode::kRefused);
}

TEST_F(LogCopyTest, AFolderWithSomethingElseIsNotFilled) {
  Export(DataFolder("data", 1, 10), "copy");
  std::filesystem::create_directories(Path("full/views"));
  EXPECT_EQ(Import("copy", "full"), ExitCode::kRefused);
  EXPECT_THAT(said_, HasSubstr("name an empty folder"));
}

TEST_F(LogCopyTest, DamageInACopyIsNamedAndNothingImported) {
  Export(DataFolder("data", 1, 100), "copy");
  std::filesystem::resize_file(Path("copy/sip.consent-1.records"), 200);
  EXPECT_EQ(Import("copy", "again"), ExitCode::kDamageFound);
  EXPECT_THAT(said_, HasSubstr("sip.consent, partition 1"));
  EXPECT_FALSE(std::filesystem::exists(Path("again")));
  EXPECT_EQ(Sipctl({"log", "summary", "--from", Path("copy")}), ExitCode::kDamageFound);
  EXPECT_THAT(said_, ContainsRegex("sip.consent +1 .* STOPS at record"));
  EXPECT_THAT(said_, ContainsRegex("sip.consent +2 .* sound"));
}

TEST_F(LogCopyTest, WhatIsNotThereIsSaid) {
  EXPECT_EQ(Export(Path("nothing"), "copy"), ExitCode::kFailed);
  EXPECT_EQ(Import("nothing", "data"), ExitCode::kFailed);
  EXPECT_THAT(said_, HasSubstr("no finished copy"));
  EXPECT_EQ(Sipctl({"log", "summary"}), ExitCode::kUsage);
  EXPECT_EQ(Sipctl({"log", "summary", "--from", "a", "--data-dir", "b"}), ExitCode::kUsage);
  EXPECT_EQ(Sipctl({"log", "export", "--data-dir", "a"}), ExitCode::kUsage);
}

}  // namespace
}  // namespace sip

#include "tools/sipctl/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/uuid.h"
#include "libs/log_rocks/rocks_log_store.h"
#include "libs/rules/rule_book.h"
#include "libs/testing/scenario_text.h"
#include "libs/views/view_folder.h"
#include "services/plans/domain/rule_set.h"
#include "services/views/projections/deadlines.h"
#include "services/views/projections/registry.h"
#include "tools/sipctl/run.h"
#include "tools/sipctl/stored_kinds.h"

namespace sip {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

// A data folder whose logs have no commands. (Views with rows of real commands: tests/acceptance/karl_test.cc.)
class VerifyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(std::filesystem::create_directories(data_dir_));
    ASSERT_NE(OpenLog(), nullptr);
  }
  void TearDown() override { std::filesystem::remove_all(data_dir_); }

  std::unique_ptr<RocksLogStore> OpenLog() {
    std::set<std::string> names = {RulesContext::kLogName};
    for (const auto& projection : projections_) {
      for (const std::string& name : projection->Logs()) names.insert(name);
    }
    RocksLogOptions options;
    options.path = data_dir_ + "/log";
    for (const std::string& name : names) options.logs.push_back({name, 1});
    auto store = RocksLogStore::Open(options);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  // Builds the view of the deadlines, the one that has to look at rule sets too.
  std::unique_ptr<ViewStore> BuildDeadlines() {
    const DeadlinesProjection projection(rule_book_, Stockholm());
    const std::unique_ptr<RocksLogStore> store = OpenLog();
    std::vector<EventLog*> logs;
    for (const std::string& log : projection.Logs()) logs.push_back(store->log(log));
    auto view = OpenOrRebuildView({projection, logs, CodecOfAllKinds()}, data_dir_ + "/views", nullptr);
    EXPECT_TRUE(view.ok()) << view.status();
    return view.ok() ? *std::move(view) : nullptr;
  }

  ExitCode Verify() {
    std::ostringstream out;
    const ExitCode code = RunSipctl({"verify", "--data-dir", data_dir_}, out, out);
    said_ = out.str();
    return code;
  }

  const std::string data_dir_ = ::testing::TempDir() + "/verify_" + NewUuidV7().ToString();
  const RuleBook rule_book_;
  const std::vector<std::unique_ptr<Projection>> projections_ = AllProjections(rule_book_, Stockholm());
  std::string said_;
};

TEST_F(VerifyTest, AFolderWithoutViewsIsSaidSoAndSound) {
  EXPECT_EQ(Verify(), ExitCode::kOk);
  EXPECT_THAT(said_, HasSubstr("there are no views"));
}

TEST_F(VerifyTest, EveryViewHasALineAndOneThatIsNotBuiltYetIsNoDamage) {
  ASSERT_NE(BuildDeadlines(), nullptr);
  EXPECT_EQ(Verify(), ExitCode::kOk) << said_;
  for (const auto& projection : projections_) {
    const std::string verdict = projection->Name() == "deadlines" ? "same as a fresh fold" : "not there";
    EXPECT_THAT(said_, ContainsRegex(absl::StrCat(projection->Name(), " +", projection->SchemaVersion(), " +0 +", verdict)));
  }
  EXPECT_THAT(said_, HasSubstr("and the views hold what it says"));
}

TEST_F(VerifyTest, ARowThatNoRecordExplainsIsFoundAndNamed) {
  {
    const auto view = BuildDeadlines();
    ASSERT_NE(view, nullptr);
    const auto transaction = view->Begin();
    transaction->Put("planted/\x01", "row");
    ASSERT_TRUE(view->Commit(*transaction, {}).ok());
  }
  EXPECT_EQ(Verify(), ExitCode::kDamageFound);
  EXPECT_THAT(said_, ContainsRegex("deadlines +[0-9]+ +1 +DIFFERS from the log, first at planted/.x01"));
  EXPECT_THAT(said_, HasSubstr("verdict: damaged, 1 views"));
}

TEST_F(VerifyTest, AViewThatHasReadAnotherLogIsFound) {
  ASSERT_NE(BuildDeadlines(), nullptr);
  std::filesystem::remove_all(data_dir_ + "/log");
  ASSERT_NE(OpenLog(), nullptr);
  EXPECT_EQ(Verify(), ExitCode::kDamageFound);
  EXPECT_THAT(said_, ContainsRegex("deadlines .* NOT COMPARED: "));
}

}  // namespace
}  // namespace sip

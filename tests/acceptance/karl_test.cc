// Karl's story (tests/acceptance/data/karl_a) through gRPC against the real sipd: the plan field by field after each step that
// expects one, the document as a golden text, and the data as `sipctl verify` sees it afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>

#include "libs/views/view_folder.h"
#include "libs/views/view_store.h"
#include "services/views/projections/current_plan.h"
#include "tests/acceptance/stored_views.h"
#include "tests/acceptance/story_fixture.h"
#include "tools/sipctl/data_folder.h"
#include "tools/sipctl/log_check.h"
#include "tools/sipctl/run.h"

namespace sip {
namespace {

constexpr char kStory[] = "tests/acceptance/data/karl_a";

class KarlTest : public StoryFixture {
 protected:
  std::unique_ptr<StoryPlayer> OpenRun(const std::string& run) const { return OpenStory(kStory, run); }
};

TEST_F(KarlTest, EveryStepLeadsToTheExpectedPlan) {
  const auto player = OpenRun("1");
  ASSERT_NE(player, nullptr);
  for (size_t i = 0; i < player->size(); ++i) {
    const absl::Status played = player->PlayAsExpected(i).status();
    ASSERT_TRUE(played.ok()) << played.message();
  }
}

TEST_F(KarlTest, RunsDoNotMeetAndEveryStepCanBeRepeated) {
  const auto first = OpenRun("1");
  const auto second = OpenRun("2");
  ASSERT_TRUE(first != nullptr && second != nullptr);
  for (size_t i = 0; i < first->size(); ++i) {
    const auto once = first->Play(i);
    const auto again = first->Play(i);
    const auto other = second->Play(i);
    ASSERT_TRUE(once.ok() && again.ok() && other.ok());
    ASSERT_TRUE(once->status.ok()) << first->step(i).comment() << ": " << once->status.error_message();
    ASSERT_TRUE(other->status.ok()) << first->step(i).comment() << ": " << other->status.error_message();
    EXPECT_EQ(once->response->SerializeAsString(), again->response->SerializeAsString()) << first->step(i).comment();
  }
  EXPECT_NE(first->IdOf("case"), second->IdOf("case"));
}

// Changes a byte of the first row of the current plans; its key.
std::string ChangeAPlanRow(const std::string& data_dir) {
  const CurrentPlanProjection projection;
  const ViewFolder folder(data_dir + "/views", projection.Name(), projection.SchemaVersion());
  const auto store = ViewStore::Open({.path = folder.Current().value_or(""), .create_if_missing = false});
  EXPECT_TRUE(store.ok()) << store.status();
  if (!store.ok()) return "";
  const auto transaction = (*store)->Begin();
  std::string changed;
  std::string row;
  transaction->Scan("", [&](absl::string_view key, absl::string_view value) {
    changed = std::string(key);
    row = std::string(value);
    return false;
  });
  row.back() = static_cast<char>(row.back() ^ 1);
  transaction->Put(changed, row);
  EXPECT_TRUE((*store)->Commit(*transaction, {}).ok());
  return changed;
}

TEST_F(KarlTest, AChangedRowOfAViewIsFoundAndNamed) {
  const auto player = OpenRun("1");
  ASSERT_NE(player, nullptr);
  for (size_t i = 0; i < player->size(); ++i) ASSERT_TRUE(player->Play(i).ok());
  EXPECT_EQ(sipd_->Terminate().value_or(-1), 0) << sipd_->output();
  ASSERT_EQ(CheckStoredViews(sipd_->data_dir()), absl::OkStatus());
  const std::string key = ChangeAPlanRow(sipd_->data_dir());
  ASSERT_NE(key, "");
  std::ostringstream said;
  EXPECT_EQ(RunSipctl({"verify", "--data-dir", sipd_->data_dir()}, said, said), ExitCode::kDamageFound);
  EXPECT_THAT(said.str(), ::testing::ContainsRegex("current_plan .* DIFFERS from the log, first at " + key));
  EXPECT_THAT(said.str(), ::testing::HasSubstr("verdict: damaged, 1 views"));
}

TEST_F(KarlTest, WhatLiesInTheFolderAfterwardsIsSound) {
  const auto player = OpenRun("1");
  ASSERT_NE(player, nullptr);
  for (size_t i = 0; i < player->size(); ++i) ASSERT_TRUE(player->Play(i).ok());
  EXPECT_EQ(sipd_->Terminate().value_or(-1), 0) << sipd_->output();
  const auto store = OpenDataFolder(sipd_->data_dir());
  ASSERT_TRUE(store.ok()) << store.status();
  const auto report = CheckLog(**store);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->problem_count, 0u) << report->problems.front();
  // Of Karl's person, and of all that he did besides.
  EXPECT_EQ(report->logs.at("sip.subjects").commands, 1u);
  EXPECT_GE(report->logs.at("sip.plans").commands, player->size() / 2);
}

}  // namespace
}  // namespace sip

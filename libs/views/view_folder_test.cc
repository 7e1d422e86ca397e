#include "libs/views/view_folder.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/log_memory/memory_log.h"
#include "libs/testing/matchers.h"
#include "libs/testing/notes_log.h"

namespace sip {
namespace {

namespace fs = std::filesystem;

class ViewFolderTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::remove_all(root_); }
  void TearDown() override { fs::remove_all(root_); }

  // Makes a fresh folder and swaps it in.
  std::string NewGeneration(const ViewFolder& folder) {
    std::string path = *folder.Fresh();
    fs::create_directories(path);
    EXPECT_THAT(folder.SwapIn(path), IsOk());
    return path;
  }

  const std::string root_ = ::testing::TempDir() + "/" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(ViewFolderTest, UsesTheLastOneSwappedIn) {
  const ViewFolder folder(root_, "plans", 3);
  EXPECT_EQ(folder.Current(), std::nullopt);
  const std::string first = NewGeneration(folder);
  EXPECT_EQ(folder.Current(), first);
  const std::string second = NewGeneration(folder);
  EXPECT_NE(second, first);
  EXPECT_EQ(folder.Current(), second);
  EXPECT_TRUE(fs::exists(first));
  EXPECT_THAT(folder.RemoveOthers(), IsOk());
  EXPECT_FALSE(fs::exists(first));
  EXPECT_TRUE(fs::exists(second));
}

TEST_F(ViewFolderTest, AnotherVersionHasNoFolderYet) {
  NewGeneration(ViewFolder(root_, "plans", 3));
  EXPECT_EQ(ViewFolder(root_, "plans", 30).Current(), std::nullopt);
  EXPECT_EQ(ViewFolder(root_, "plans", 4).Current(), std::nullopt);
  EXPECT_NE(ViewFolder(root_, "plans", 3).Current(), std::nullopt);
}

TEST_F(ViewFolderTest, RemovesWhatAnInterruptedRebuildLeft) {
  const ViewFolder folder(root_, "plans", 3);
  const std::string path = *folder.Fresh();
  fs::create_directories(path);
  std::ofstream(path + "/half") << "x";
  EXPECT_EQ(*folder.Fresh(), path);
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(ViewFolderTest, AManifestThatNamesNothingIsNone) {
  const ViewFolder folder(root_, "plans", 3);
  fs::remove_all(NewGeneration(folder));
  EXPECT_EQ(folder.Current(), std::nullopt);
}

TEST_F(ViewFolderTest, OpensOrRebuilds) {
  MemoryLogStore store({.logs = {{"sip.notes", 1}}});
  NotesWriter writer(*store.log("sip.notes"), 0);
  writer.Write("karl", "Ring Karl");
  const NotesProjection projection({"sip.notes"}, 1);
  const FoldInput input{projection, {store.log("sip.notes")}, NotesCodec()};
  const auto text = [&](const FoldInput& of) -> std::string {
    auto view = OpenOrRebuildView(of, root_, nullptr);
    if (!view.ok()) return view.status().ToString();
    return (*(*view)->Snapshot()->Get(NoteRowKey("sip.notes", "karl"))).value_or("none");
  };
  EXPECT_EQ(text(input), "Ring Karl");
  // What is there is opened as it is: reading on is the runner's.
  writer.Write("karl", "Ring igen");
  EXPECT_EQ(text(input), "Ring Karl");
  // Another version is rebuilt, and the old one goes.
  const NotesProjection changed({"sip.notes"}, 2);
  EXPECT_EQ(text({changed, {store.log("sip.notes")}, NotesCodec()}), "Ring igen");
  EXPECT_EQ(ViewFolder(root_, "notes", 1).Current(), std::nullopt);
}

}  // namespace
}  // namespace sip

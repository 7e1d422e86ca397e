#include "libs/rocks/files.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "libs/base/uuid.h"
#include "libs/rocks/fault_injection.h"

namespace sip {
namespace {

TEST(FilesTest, FoldersAndFilesSurviveALossOfPower) {
  RocksFaults faults;
  const RocksFiles files(faults.files());
  ASSERT_EQ(files.MakeFolder("/a/b"), absl::OkStatus());
  ASSERT_EQ(files.Replace("/a/b/file", "old", Durability::kSynced), absl::OkStatus());
  ASSERT_EQ(files.Replace("/a/b/file", "new", Durability::kSynced), absl::OkStatus());
  faults.LosePower();
  EXPECT_TRUE(files.Exists("/a/b"));
  EXPECT_FALSE(files.Exists("/a/b/file.new"));
  EXPECT_EQ(files.Read("/a/b/file").value(), "new");
}

TEST(FilesTest, WhatCannotBeReadIsNotTakenForMissing) {
  RocksFaults faults;
  const RocksFiles files(faults.files());
  EXPECT_EQ(files.Read("/file").value(), std::nullopt);
  faults.Fail(RocksFaults::Failure{RocksFaults::Fault::kIoError, 0, true});
  EXPECT_EQ(files.Read("/file").status().code(), absl::StatusCode::kUnavailable);
}

TEST(FilesTest, WorksOnTheDisk) {
  const RocksFiles files;
  const std::string folder = testing::TempDir() + "/files_" + NewUuidV7().ToString();
  ASSERT_EQ(files.MakeFolder(folder + "/inner"), absl::OkStatus());
  ASSERT_EQ(files.MakeFolder(folder + "/inner"), absl::OkStatus());
  EXPECT_EQ(files.Read(folder + "/inner/file").value(), std::nullopt);
  ASSERT_EQ(files.Replace(folder + "/inner/file", "bytes", Durability::kWhenFlushed), absl::OkStatus());
  EXPECT_EQ(files.Read(folder + "/inner/file").value(), "bytes");
  EXPECT_NE(files.MakeFolder(folder + "/inner/file/below"), absl::OkStatus());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace sip

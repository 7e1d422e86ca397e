#include "libs/config/secret_file.h"

#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace sip {
namespace {

std::string FreshPath(const std::string& name) {
  std::string path = ::testing::TempDir() + "/" + name;
  std::remove(path.c_str());
  return path;
}

TEST(SecretFile, IsMadeOnceForItsOwnerAlone) {
  const std::string path = FreshPath("secret");
  const auto made = LoadOrCreateSecret(path);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->size(), 32u);
  struct stat status;
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(*LoadOrCreateSecret(path), *made);
}

TEST(SecretFile, IsRefusedWhereOthersMayReadIt) {
  const std::string path = FreshPath("open_secret");
  ASSERT_TRUE(LoadOrCreateSecret(path).ok());
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  EXPECT_EQ(LoadOrCreateSecret(path).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(SecretFile, IsRefusedWithAnotherLength) {
  for (const size_t size : {size_t{0}, size_t{31}, size_t{33}}) {
    const std::string path = FreshPath("long_secret");
    std::ofstream(path) << std::string(size, 'x');
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    EXPECT_EQ(LoadOrCreateSecret(path).status().code(), absl::StatusCode::kFailedPrecondition) << size;
  }
}

TEST(SecretFile, SaysWhyItCannotBeMade) {
  EXPECT_EQ(LoadOrCreateSecret("/nowhere/at/all").status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace sip

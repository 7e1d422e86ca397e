#include "libs/rocks/log_tail.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/uuid.h"
#include "libs/rocks/database.h"
#include "libs/rocks/fault_injection.h"

namespace sip {
namespace {

constexpr size_t kRows = 6;

class LogTailTest : public testing::Test {
 protected:
  LogTailTest() {
    const auto database = Open();
    EXPECT_TRUE(database.ok()) << database.status();
    for (size_t i = 0; i < kRows; ++i) {
      RocksBatch batch;
      // The fourth goes over several blocks.
      batch.Put(absl::StrCat(i), std::string(i == 3 ? 100'000 : 100, 'x'));
      EXPECT_TRUE((*database)->Write(batch, Durability::kSynced).ok());
      ends_.push_back(Log().size());
    }
  }
  absl::StatusOr<std::unique_ptr<RocksDatabase>> Open() {
    return RocksDatabase::Open({.path = "/database", .only_copy = true, .memory = faults_.files()});
  }
  std::string Log() const {
    std::string newest;
    for (const auto& [path, bytes] : faults_.image()) {
      if (absl::EndsWith(path, ".log")) newest = bytes;
    }
    return newest;
  }
  // How many rows are there when the log was this; -1 if it is refused.
  int RowsWith(const std::string& log) {
    RocksFaults::Image image = faults_.image();
    for (auto& [path, bytes] : image) {
      if (absl::EndsWith(path, ".log")) bytes = log;
    }
    RocksFaults disk;
    disk.SetImage(image);
    const auto database = RocksDatabase::Open({.path = "/database", .only_copy = true, .memory = disk.files()});
    if (!database.ok()) {
      EXPECT_EQ(database.status().code(), absl::StatusCode::kDataLoss) << database.status();
      return -1;
    }
    int rows = 0;
    EXPECT_TRUE((*database)
                    ->Scan({},
                           [&](absl::string_view, absl::string_view) {
                             ++rows;
                             return true;
                           })
                    .ok());
    return rows;
  }

  RocksFaults faults_;
  std::vector<size_t> ends_;  // Of each row in the log.
};

TEST_F(LogTailTest, AWholeLogIsWhole) {
  EXPECT_EQ(FindLogTail(Log()).whole, ends_.back());
  EXPECT_EQ(RowsWith(Log()), kRows);
  EXPECT_EQ(FindLogTail("").whole, 0u);
}

TEST_F(LogTailTest, AWriteThatWasCutOffAnywhereIsLeftOut) {
  const std::string log = Log();
  for (size_t size = 0; size<log.size(); size += size> ends_[2] && size < ends_[3] ? 997 : 1) {
    const auto rows = static_cast<size_t>(std::upper_bound(ends_.begin(), ends_.end(), size) - ends_.begin());
    const LogTail tail = FindLogTail(log.substr(0, size));
    EXPECT_EQ(tail.whole, rows == 0 ? 0 : ends_[rows - 1]) << size;
    EXPECT_FALSE(tail.damaged) << size;
  }
}

// RocksDB refused what has the right length and the wrong bytes: after a loss of power nobody could have opened the log.
TEST_F(LogTailTest, ATornLastWriteIsLeftOut) {
  for (const char garbage : {'\0', 'y', '\x01'}) {
    std::string log = Log();
    for (size_t i = ends_[kRows - 2] + 50; i < log.size(); ++i) log[i] = garbage;
    EXPECT_EQ(RowsWith(log), kRows - 1);
    log = Log().substr(0, ends_[3]);
    for (size_t i = ends_[2] + 50'000; i < log.size(); ++i) log[i] = garbage;
    EXPECT_EQ(RowsWith(log), 3);
  }
}

// RocksDB took a record whose length was damaged for the torn end, and left out all that came behind it.
TEST_F(LogTailTest, DamageBeforeAWholeWriteIsRefused) {
  const std::string log = Log();
  for (size_t row = 0; row + 1 < kRows; ++row) {
    const size_t begin = row == 0 ? 0 : ends_[row - 1];
    for (size_t byte = begin; byte < begin + 20; ++byte) {
      for (const int bit : {0, 7}) {
        std::string damaged = log;
        damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
        EXPECT_TRUE(FindLogTail(damaged).damaged) << byte << " " << bit;
        if (byte % 5 == 0) {
          EXPECT_EQ(RowsWith(damaged), -1) << byte << " " << bit;
        }
      }
    }
  }
}

TEST_F(LogTailTest, ADatabaseThatIsOpenIsLeftAlone) {
  const auto database = Open();
  ASSERT_TRUE(database.ok()) << database.status();
  EXPECT_EQ(CutTornTail(faults_.files(), "/database").code(), absl::StatusCode::kUnavailable);
}

TEST_F(LogTailTest, OnlyTheNewestLogMayBeTorn) {
  RocksFaults::Image image = faults_.image();
  for (auto& [path, bytes] : image) {
    if (!absl::EndsWith(path, ".log")) continue;
    bytes.pop_back();
    image["/database/999999.log"] = "";
    break;
  }
  faults_.SetImage(image);
  EXPECT_EQ(CutTornTail(faults_.files(), "/database").code(), absl::StatusCode::kDataLoss);
}

// RocksDB's files on the disk cannot do all that they have functions for.
TEST(LogTailOnDiskTest, ATornEndIsCutOff) {
  const std::string folder = testing::TempDir() + "/log_tail_" + NewUuidV7().ToString();
  const auto open_and_count = [&](size_t writes) {
    const auto database = RocksDatabase::Open({.path = folder, .only_copy = true});
    EXPECT_TRUE(database.ok()) << database.status();
    for (size_t i = 0; i < writes; ++i) {
      RocksBatch batch;
      batch.Put(absl::StrCat(i), "value");
      EXPECT_TRUE((*database)->Write(batch, Durability::kSynced).ok());
    }
    size_t rows = 0;
    EXPECT_TRUE((*database)->Scan({}, [&](absl::string_view, absl::string_view) { return ++rows > 0; }).ok());
    return rows;
  };
  ASSERT_EQ(open_and_count(kRows), kRows);
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".log") std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  }
  EXPECT_EQ(open_and_count(0), kRows - 1);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace sip

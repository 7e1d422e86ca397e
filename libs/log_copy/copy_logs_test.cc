#include "libs/log_copy/copy_logs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/uuid.h"
#include "libs/log_copy/file_copy.h"
#include "libs/log_copy/record_file.h"
#include "libs/log_rocks/record_copy.h"
#include "libs/testing/log_records.h"
#include "libs/testing/random_logs.h"

namespace sip {
namespace {

using ::testing::HasSubstr;

constexpr size_t kSmallChunks = 10'000;  // So that a copy has many.

// A target that breaks down after so many records, as a process does.
class BreakingTarget : public RecordTarget {
 public:
  BreakingTarget(RecordTarget& target, uint64_t after) : target_(target), left_(after) {}

  const std::vector<LogIdentity>& logs() const override { return target_.logs(); }
  absl::Status Visit(Visitor visit) override { return target_.Visit(visit); }
  absl::Status Begin(const std::vector<LogIdentity>& logs) override { return target_.Begin(logs); }
  absl::Status Append(const LogIdentity& log, uint32_t partition, const RecordView& record) override {
    if (left_-- == 0) return absl::CancelledError("interrupted");
    return target_.Append(log, partition, record);
  }
  absl::Status Finish() override { return target_.Finish(); }

 private:
  RecordTarget& target_;
  uint64_t left_;
};

class CopyLogsTest : public ::testing::Test {
 protected:
  ~CopyLogsTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  absl::StatusOr<CopyReport> ToFiles(RecordSource& source, const std::string& name) {
    return CopyLogs(source, *NewFileCopyTarget(Path(name)));
  }
  absl::StatusOr<CopyReport> ToRocks(RecordSource& source, const std::string& name) {
    return CopyLogs(source, *NewRocksRecordTarget(Path(name), kSmallChunks));
  }
  std::unique_ptr<RecordSource> Rocks(const std::string& name) {
    auto store = RocksLogStore::Open({.path = Path(name), .create_if_missing = false, .read_only = true});
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? NewRocksRecordSource(*std::move(store)) : nullptr;
  }
  std::unique_ptr<RecordSource> Files(const std::string& name) {
    auto source = OpenFileCopy(Path(name));
    EXPECT_TRUE(source.ok()) << source.status();
    return source.ok() ? *std::move(source) : nullptr;
  }

  static void ExpectSame(const absl::StatusOr<CopyReport>& report) {
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_TRUE(report->same());
  }

  // Copies with interruptions, after each of which `broke` is called, then to the end. How many records were not copied again.
  template <typename Open, typename Broke>
  static uint64_t CopyWithBreaks(RecordSource& source, Open open, Broke broke, std::mt19937_64& random) {
    for (int breaks = 0; breaks < 3; ++breaks) {
      const std::unique_ptr<RecordTarget> target = open();
      BreakingTarget breaking(*target, random() % 60);
      EXPECT_EQ(CopyLogs(source, breaking).status().code(), absl::StatusCode::kCancelled);
      broke();
    }
    const absl::StatusOr<CopyReport> report = CopyLogs(source, *open());
    ExpectSame(report);
    uint64_t already_there = 0;
    if (report.ok()) {
      for (const CopyReport::Partition& partition : report->partitions) already_there += partition.already_there;
    }
    return already_there;
  }

  // All records of `source`.
  static MemoryRecords Read(RecordSource& source) {
    MemoryRecords records;
    EXPECT_TRUE(records.Begin(source.logs()).ok());
    EXPECT_TRUE(source
                    .Visit([&](const LogIdentity& log, uint32_t partition, const absl::StatusOr<RecordView>& record) {
                      return record.ok() ? records.Append(log, partition, *record) : record.status();
                    })
                    .ok());
    return records;
  }
  static void ExpectSameRecords(const MemoryRecords& a, const MemoryRecords& b) {
    ASSERT_EQ(a.logs().size(), b.logs().size());
    for (size_t log = 0; log < a.logs().size(); ++log) {
      for (uint32_t p = 0; p < a.logs()[log].partition_count; ++p) {
        EXPECT_EQ(a.PartitionOfLog(log, p), b.PartitionOfLog(log, p)) << a.logs()[log].name << "/" << p;
      }
    }
  }

  std::string RecordsFile(const std::string& copy, const std::string& log, uint32_t partition) const {
    return Path(copy) + "/" + RecordFileName(log, partition);
  }
  // As after a loss of power: of what was not synced, nobody knows how much is there, and what stands in its last bytes.
  void TearFiles(const std::string& copy, std::mt19937_64& random) const {
    if (!std::filesystem::exists(Path(copy))) return;
    for (const auto& file : std::filesystem::directory_iterator(Path(copy))) {
      if (random() % 2 == 0) continue;
      std::string bytes = Load(file.path());
      bytes.resize(random() % (bytes.size() + 1));
      if (bytes.size() > 100 && random() % 2 == 0) bytes.replace(bytes.size() - 50, 50, 50, '\0');
      Store(file.path(), bytes);
    }
  }

  static std::string Load(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  static void Store(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

  const std::string folder_ = ::testing::TempDir() + "/copy_" + NewUuidV7().ToString();
};

TEST_F(CopyLogsTest, EveryRecordComesThroughFilesAndTheEmbeddedLogAndBack) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    MemoryRecords original = MakeRandomLogs(seed, 400);
    const std::string name = absl::StrCat(seed);
    ExpectSame(ToFiles(original, "a" + name));
    ExpectSame(ToRocks(*Files("a" + name), "b" + name));
    ExpectSame(ToFiles(*Rocks("b" + name), "c" + name));
    ExpectSameRecords(original, Read(*Files("a" + name)));
    ExpectSameRecords(original, Read(*Rocks("b" + name)));
    for (const auto& file : std::filesystem::directory_iterator(Path("a" + name))) {
      EXPECT_EQ(Load(file.path()), Load(Path("c" + name) + "/" + file.path().filename().string())) << file.path();
    }
  }
}

TEST_F(CopyLogsTest, AnImportLiesBehindTheRecordThatItBrings) {
  MemoryRecords original = MakeRandomLogs(7, 2000);
  ExpectSame(ToFiles(original, "a"));
  ExpectSame(ToRocks(*Files("a"), "b"));
  std::map<std::pair<std::string, uint32_t>, uint64_t> passed;  // By log id and partition.
  size_t imports = 0;
  MemoryRecords copied = Read(*Rocks("b"));
  for (const StoredRecordCopy& stored : copied.records()) {
    if (stored.record.kind != RecordKind::kCommand) continue;
    log::v1::CommandHeader header;
    ASSERT_TRUE(header.ParseFromString(stored.record.header));
    if (header.has_imports()) {
      ++imports;
      EXPECT_GT((passed[{header.imports().log_id(), header.causation().partition()}]), header.imports().idx());
    }
    uint64_t& mine = passed[{header.log_id(), header.partition()}];
    mine = std::max(mine, header.idx() + 1);
  }
  EXPECT_GT(imports, 100u);
}

TEST_F(CopyLogsTest, AnInterruptedExportGoesOnWhereItStopped) {
  uint64_t went_on = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937_64 random(seed);
    MemoryRecords original = MakeRandomLogs(seed, 200 + random() % 200);
    const std::string name = absl::StrCat(seed);
    const auto tear = [&] {
      EXPECT_EQ(OpenFileCopy(Path(name)).status().code(), absl::StatusCode::kNotFound);
      TearFiles(name, random);
    };
    went_on += CopyWithBreaks(
        original, [&] { return NewFileCopyTarget(Path(name), 500); }, tear, random);
    ExpectSameRecords(original, Read(*Files(name)));
  }
  EXPECT_GT(went_on, 1000u);
}

TEST_F(CopyLogsTest, AnInterruptedImportGoesOnWhereItStopped) {
  uint64_t went_on = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937_64 random(seed);
    MemoryRecords original = MakeRandomLogs(seed, 200 + random() % 200);
    const std::string name = absl::StrCat(seed);
    ExpectSame(ToFiles(original, "files" + name));
    const auto open = [&] { return NewRocksRecordTarget(Path(name), kSmallChunks); };
    went_on += CopyWithBreaks(
        *Files("files" + name), open, [] {}, random);
    ExpectSameRecords(original, Read(*Rocks(name)));
  }
  EXPECT_GT(went_on, 300u);
}

TEST_F(CopyLogsTest, ALaterCopyMakesTheEarlierOneLonger) {
  MemoryRecords shorter = MakeRandomLogs(3, 100);
  MemoryRecords longer = MakeRandomLogs(3, 300);
  ExpectSame(ToFiles(shorter, "a"));
  ExpectSame(ToRocks(*Files("a"), "b"));
  const auto report = ToFiles(longer, "a");
  ExpectSame(report);
  EXPECT_EQ(report->copied(), longer.records().size() - shorter.records().size());
  ExpectSame(ToRocks(*Files("a"), "b"));
  ExpectSameRecords(longer, Read(*Rocks("b")));
  // All is there: nothing is written.
  EXPECT_EQ(ToRocks(*Files("a"), "b")->copied(), 0u);
}

TEST_F(CopyLogsTest, AFinishedCopyIsReadWhileALongerOneIsUnderWay) {
  MemoryRecords shorter = MakeRandomLogs(3, 200);
  MemoryRecords longer = MakeRandomLogs(3, 900);
  ExpectSame(ToFiles(shorter, "a"));
  const auto files = NewFileCopyTarget(Path("a"), 500);
  BreakingTarget breaking(*files, 200);
  EXPECT_EQ(CopyLogs(longer, breaking).status().code(), absl::StatusCode::kCancelled);
  ExpectSameRecords(shorter, Read(*Files("a")));
}

TEST_F(CopyLogsTest, AnotherHistoryInTheTargetIsRefusedAndNothingWritten) {
  MemoryRecords original = MakeRandomLogs(5, 300);
  MemoryRecords other = MakeRandomLogs(6, 300);  // The same logs, gone another way.
  ExpectSame(ToFiles(original, "a"));
  ExpectSame(ToRocks(original, "b"));
  for (const auto& report : {ToFiles(other, "a"), ToRocks(other, "b")}) {
    EXPECT_EQ(report.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(report.status().message()), HasSubstr("sip.plans, partition 0"));
    EXPECT_THAT(std::string(report.status().message()), HasSubstr("name an empty folder"));
  }
  ExpectSameRecords(original, Read(*Files("a")));
  ExpectSameRecords(original, Read(*Rocks("b")));
}

TEST_F(CopyLogsTest, ATargetThatHasGoneOnByItselfIsRefused) {
  MemoryRecords shorter = MakeRandomLogs(5, 300);
  MemoryRecords longer = MakeRandomLogs(5, 301);
  ExpectSame(ToFiles(longer, "a"));
  EXPECT_EQ(ToFiles(shorter, "a").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(CopyLogsTest, LogsOfTheSameNamesButOtherIdsAreRefused) {
  MemoryRecords original = MakeRandomLogs(5, 100);
  ExpectSame(ToFiles(original, "a"));
  ExpectSame(ToRocks(original, "b"));
  std::vector<LogIdentity> logs = original.logs();
  for (LogIdentity& log : logs) log.log_id = TestId("another " + log.name);
  MemoryRecords other(logs, {});
  EXPECT_EQ(ToFiles(other, "a").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ToRocks(other, "b").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(CopyLogsTest, AServerOnTheTargetIsNotWrittenUnder) {
  MemoryRecords shorter = MakeRandomLogs(3, 100);
  MemoryRecords longer = MakeRandomLogs(3, 300);
  ExpectSame(ToRocks(shorter, "a"));
  const auto server = RocksLogStore::Open({.path = Path("a")});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(ToRocks(longer, "a").status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(CopyLogsTest, TwoExportsDoNotWriteToOneFolder) {
  MemoryRecords original = MakeRandomLogs(3, 100);
  const auto first = NewFileCopyTarget(Path("a"));
  ASSERT_TRUE(first->Begin(original.logs()).ok());
  const StoredRecordCopy& record = original.records()[0];
  ASSERT_TRUE(first->Append(original.logs()[record.log], record.partition, ViewOf(record.record)).ok());
  EXPECT_EQ(ToFiles(original, "a").status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(CopyLogsTest, AFlippedBitAnywhereInACopyIsFoundAndNothingImported) {
  MemoryRecords original = MakeRandomLogs(11, 200);
  ExpectSame(ToFiles(original, "a"));
  std::mt19937_64 random(11);
  for (int i = 0; i < 200; ++i) {
    const std::string path = RecordsFile("a", i % 2 == 0 ? "sip.plans" : "sip.consent", static_cast<uint32_t>(random() % 3));
    const std::string whole = Load(path);
    std::string damaged = whole;
    const size_t at = random() % damaged.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    Store(path, damaged);
    EXPECT_EQ(ToRocks(*Files("a"), "b").status().code(), absl::StatusCode::kDataLoss) << path << " at " << at;
    EXPECT_FALSE(std::filesystem::exists(Path("b")));
    // Nor does another export take it for its own.
    const absl::StatusCode refused = ToFiles(original, "a").status().code();
    EXPECT_TRUE(refused == absl::StatusCode::kDataLoss || refused == absl::StatusCode::kFailedPrecondition) << path << " at " << at;
    Store(path, whole);
  }
}

TEST_F(CopyLogsTest, AFileThatIsGoneOrShortIsFound) {
  MemoryRecords original = MakeRandomLogs(11, 200);
  ExpectSame(ToFiles(original, "a"));
  const std::string path = RecordsFile("a", "sip.plans", 1);
  const std::string whole = Load(path);
  for (const size_t size : {whole.size() - 1, whole.size() / 2, size_t{10}, size_t{0}}) {
    Store(path, whole.substr(0, size));
    EXPECT_EQ(ToRocks(*Files("a"), "b").status().code(), absl::StatusCode::kDataLoss) << size;
  }
  std::filesystem::remove(path);
  const absl::Status gone = ToRocks(*Files("a"), "b").status();
  EXPECT_EQ(gone.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(gone.message()), HasSubstr("sip.plans, partition 1"));
}

TEST_F(CopyLogsTest, AManifestThatIsNoneIsRefused) {
  MemoryRecords original = MakeRandomLogs(11, 10);
  ExpectSame(ToFiles(original, "a"));
  const std::string whole = Load(Path("a/manifest.json"));
  for (const std::string& bytes : {std::string("{"), std::string("{}"), whole.substr(0, whole.size() / 2)}) {
    Store(Path("a/manifest.json"), bytes);
    EXPECT_EQ(OpenFileCopy(Path("a")).status().code(), absl::StatusCode::kDataLoss) << bytes;
  }
}

TEST_F(CopyLogsTest, APayloadThatIsNotTheHeadersIsNotCopied) {
  MemoryRecords original = MakeRandomLogs(11, 200);
  for (StoredRecordCopy& stored : original.records()) {
    if (stored.record.kind == RecordKind::kCommand) stored.record.payload += "x";
  }
  const auto report = ToFiles(original, "a");
  EXPECT_EQ(report.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(std::filesystem::exists(Path("a")));
}

TEST_F(CopyLogsTest, ARecordAtWhichTheFoldStopsIsNotCopied) {
  MemoryRecords original = MakeRandomLogs(11, 200);
  original.records().erase(original.records().begin());  // Genesis.
  EXPECT_EQ(ToFiles(original, "a").status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(CopyLogsTest, ATargetWithCopiesOfItsOwnIsStillTheBeginning) {
  // As a mirror that delivers at least once makes them.
  MemoryRecords shorter = MakeRandomLogs(3, 100);
  MemoryRecords longer = MakeRandomLogs(3, 300);
  std::vector<StoredRecordCopy> twice;
  for (const StoredRecordCopy& stored : shorter.records()) {
    twice.push_back(stored);
    if (stored.record.kind == RecordKind::kGenesis) twice.push_back(stored);
  }
  MemoryRecords target(shorter.logs(), twice);
  ExpectSame(CopyLogs(longer, target));
}

}  // namespace
}  // namespace sip

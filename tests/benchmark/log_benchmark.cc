// How much of what the disk and RocksDB give the embedded log passes on: appends of ready-made records with a payload of 256 bytes,
// in chunks, against bare synced RocksDB writes of the same bytes; and one append in flight against one such write. Rounds of the
// two alternate, so that both meet the same disk. On the real disk: in the working directory, or in --dir.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/check.h"
#include "libs/base/uuid.h"
#include "libs/log_rocks/chunk.h"
#include "libs/log_rocks/rocks_log_store.h"
#include "libs/rocks/database.h"
#include "libs/testing/log_records.h"
#include "tests/benchmark/in_flight.h"
#include "tests/benchmark/report.h"

namespace sip {
namespace {

constexpr char kLog[] = "sip.bench";
constexpr uint32_t kPartitions = 4;
constexpr size_t kPayloadBytes = 256;
constexpr int kRounds = 9;
constexpr int kChunksPerRound = 40;

// The embedded log with one session per partition.
class LogUnderTest {
 public:
  explicit LogUnderTest(const std::string& path) {
    store_ = RocksLogStore::Open({.path = path, .logs = {{kLog, kPartitions}}}).value();
    for (uint32_t p = 0; p < kPartitions; ++p) {
      sessions_.push_back(store_->log(kLog)->Claim(p, {}, {}, [](const ValidRecordPtr&) { return absl::OkStatus(); }).value());
      ahead_.emplace_back(ExpectedLog{store_->log(kLog)->identity().log_id, p}, sessions_[p]->claimed().fold);
    }
  }

  // The next records, partition by partition in turn; made before the clock starts.
  std::vector<PreparedCommand> Prepare(size_t count) {
    const std::string payload(kPayloadBytes, 'x');
    std::vector<PreparedCommand> records;
    for (size_t i = 0; i < count; ++i) {
      LogFold& ahead = ahead_[prepared_++ % kPartitions];
      records.push_back(Prepared(NextCommand(ahead.state(), payload)));
      SIP_CHECK(ahead.Step(records.back().facts()).ok());
    }
    return records;
  }

  void BeginBatch() {
    for (const auto& session : sessions_) session->BeginBatch();
  }
  void EndBatch() {
    for (const auto& session : sessions_) session->EndBatch(/*write_here=*/false);
  }

  // Appends in bursts of `burst`, the next one while the last is being written.
  absl::Duration AppendInBursts(const std::vector<PreparedCommand>& records, size_t burst) {
    const absl::Time start = absl::Now();
    for (size_t i = 0; i < records.size(); ++i) {
      if (i % burst == 0) in_flight_.AwaitAtMost(burst);
      if (i % burst == 0) BeginBatch();
      in_flight_.Add();
      SIP_CHECK(sessions_[appended_++ % kPartitions]->Append(records[i], Done()).ok());
      if (i % burst == burst - 1) EndBatch();
    }
    in_flight_.AwaitAtMost(0);
    return absl::Now() - start;
  }

 private:
  LogSession::Done Done() {
    return [this](AppendReport report) {
      SIP_CHECK(report.outcome == AppendOutcome::kDurable);
      in_flight_.Remove();
    };
  }

  InFlight in_flight_;
  std::unique_ptr<RocksLogStore> store_;
  std::vector<std::unique_ptr<LogSession>> sessions_;
  std::vector<LogFold> ahead_;
  size_t prepared_ = 0;
  size_t appended_ = 0;
};

// A bare database with the log's settings.
class BareDatabase {
 public:
  explicit BareDatabase(const std::string& path) {
    std::filesystem::create_directories(path);
    database_ = RocksDatabase::Open({.path = path, .only_copy = true}).value();
  }

  // The same bytes as the log writes for these records, `per_chunk` to a synced write.
  absl::Duration Write(const std::vector<PreparedCommand>& records, size_t per_chunk) {
    std::vector<std::string> values;
    for (size_t first = 0; first < records.size(); first += per_chunk) {
      ChunkBuilder builder;
      for (size_t i = first; i < std::min(first + per_chunk, records.size()); ++i) builder.Add(0, 0, records[i].view());
      values.push_back(builder.Finish(next_ + values.size()));
    }
    const absl::Time start = absl::Now();
    for (const std::string& value : values) {
      RocksBatch batch;
      batch.Put(ChunkKey(next_++), value);
      SIP_CHECK(database_->Write(batch, Durability::kSynced).ok());
    }
    return absl::Now() - start;
  }

 private:
  std::unique_ptr<RocksDatabase> database_;
  uint64_t next_ = 0;
};

void MeasureChunks(LogUnderTest& log, BareDatabase& bare, size_t per_chunk, BenchmarkReport& report) {
  const size_t count = per_chunk * kChunksPerRound;
  std::vector<double> log_rates;
  std::vector<double> bare_rates;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<PreparedCommand> records = log.Prepare(count);
    bare_rates.push_back(static_cast<double>(count) / absl::ToDoubleSeconds(bare.Write(records, per_chunk)));
    log_rates.push_back(static_cast<double>(count) / absl::ToDoubleSeconds(log.AppendInBursts(records, per_chunk)));
  }
  report.Add({absl::StrCat("log append, chunks of ", per_chunk, ", against bare writes"), Median(log_rates), "events/s",
              Median(bare_rates)});
}

void MeasureOneInFlight(LogUnderTest& log, BareDatabase& bare, BenchmarkReport& report) {
  std::vector<absl::Duration> log_times;
  std::vector<absl::Duration> bare_times;
  for (int i = 0; i < 1000; ++i) {
    const std::vector<PreparedCommand> record = log.Prepare(1);
    bare_times.push_back(bare.Write(record, 1));
    log_times.push_back(log.AppendInBursts(record, 1));
  }
  report.Add({"bare synced write of one record, p50", MedianMicroseconds(bare_times), "us", 0});
  report.Add({"log append, one in flight, p50, against a bare write", MedianMicroseconds(log_times), "us",
              MedianMicroseconds(bare_times)});
}

}  // namespace
}  // namespace sip

int main(int argc, char** argv) {
  std::string dir = ".";
  for (int i = 1; i + 1 < argc; ++i) {
    if (absl::string_view(argv[i]) == "--dir") dir = argv[i + 1];
  }
  const std::string path = absl::StrCat(dir, "/log_benchmark_", sip::NewUuidV7().ToString());
  sip::BenchmarkReport report(argc, argv);
  {
    sip::LogUnderTest log(path + "/log");
    sip::BareDatabase bare(path + "/bare");
    sip::MeasureOneInFlight(log, bare, report);
    for (const size_t per_chunk : {10u, 100u, 1000u}) sip::MeasureChunks(log, bare, per_chunk, report);
  }
  std::filesystem::remove_all(path);
  return report.Finish();
}

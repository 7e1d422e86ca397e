#include "libs/testing/random_logs.h"

#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/sha256.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/testing/log_records.h"

namespace sip {
namespace {

// One partition, while its history is made up.
struct Partition {
  LogFold fold{ExpectedLog{}};
  std::vector<Record> records;
  std::vector<std::string> leaves;                                   // Of valid commands.
  std::map<std::pair<std::string, std::string>, uint64_t> versions;  // By case and stream.
};

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {
    AddLog("sip.plans", 3);
    AddLog("sip.consent", 3);
    AddLog("sip.rules", 1);
    EachPartition([&](size_t log, uint32_t p) { Write(log, p, MakeGenesis(GenesisOf(log, p))); });
    EachPartition([&](size_t log, uint32_t p) { TakeOver(log, p); });
  }

  void Step() {
    const size_t log = random_() % logs_.size();
    const auto p = static_cast<uint32_t>(random_() % logs_[log].partition_count);
    if (!At(log, p).fold.state().claim.has_value()) return TakeOver(log, p);
    const uint64_t dice = random_() % 100;
    if (dice < 60) return Command(log, p, std::nullopt);
    if (dice < 78) return Import(log, p);
    if (dice < 84) return TakeOver(log, p);
    if (dice < 88) return LoseRace(log, p);
    if (dice < 92) return WriteAgain(log, p);
    if (dice < 96) return WriteStale(log, p);
    WriteHole(log, p);
  }

  MemoryRecords Take() { return {logs_, std::move(records_)}; }

 private:
  void AddLog(const std::string& name, uint32_t partitions) {
    logs_.push_back({TestId("installation"), TestId(name), name, partitions});
    partitions_.emplace_back();
    for (uint32_t p = 0; p < partitions; ++p) {
      partitions_.back().push_back(std::make_unique<Partition>());
      partitions_.back().back()->fold = LogFold(ExpectedLog{TestId(name), p});
    }
  }

  template <typename Function>
  void EachPartition(Function function) {
    for (size_t log = 0; log < logs_.size(); ++log) {
      for (uint32_t p = 0; p < logs_[log].partition_count; ++p) function(log, p);
    }
  }

  log::v1::GenesisHeader GenesisOf(size_t log, uint32_t partition) const {
    log::v1::GenesisHeader header = TestGenesisHeader(partition, logs_[log].partition_count);
    header.set_log_id(logs_[log].log_id);
    header.set_log_name(logs_[log].name);
    return header;
  }

  Partition& At(size_t log, uint32_t partition) { return *partitions_[log][partition]; }
  std::string Name() { return absl::StrCat("name ", ++names_, " ", random_()); }

  Verdict Write(size_t log, uint32_t p, const Record& record) {
    Partition& partition = At(log, p);
    log::v1::CommandHeader header;
    std::string leaf;
    const absl::StatusOr<Verdict> verdict = partition.fold.Step(ViewOf(record), &header, &leaf);
    SIP_CHECK(verdict.ok());
    if (*verdict == Verdict::kValid) partition.leaves.push_back(leaf);
    partition.records.push_back(record);
    records_.push_back({log, p, record});
    return *verdict;
  }

  void TakeOver(size_t log, uint32_t p) { Write(log, p, MakeClaim(At(log, p).fold.state(), Name())); }

  void LoseRace(size_t log, uint32_t p) {
    const FoldState& state = At(log, p).fold.state();
    Write(log, p, MakeClaim(TestClaimHeader(state, Name(), state.log_id)));
  }

  void WriteAgain(size_t log, uint32_t p) {
    // A copy of an earlier record of the claim is explained; one from before it would be taken for a loss.
    Write(log, p, Record(At(log, p).records.back()));
  }

  void WriteStale(size_t log, uint32_t p) {
    const FoldState before = At(log, p).fold.state();
    TakeOver(log, p);
    Write(log, p, NextCommand(before, Name()));
  }

  void WriteHole(size_t log, uint32_t p) {
    FoldState ahead = At(log, p).fold.state();
    ++ahead.next_idx;
    Write(log, p, NextCommand(ahead, Name()));
  }

  // A case of this partition.
  std::string CaseOf(size_t log, uint32_t p) {
    for (;;) {
      std::string id = TestId(absl::StrCat("case ", random_() % 40));
      if (PartitionOf(*Uuid::FromBytes(id), logs_[log].partition_count) == p) return id;
    }
  }

  struct Imported {
    size_t log;
    uint32_t partition;
    uint64_t idx;
  };

  void Import(size_t log, uint32_t p) {
    const size_t foreign = (log + 1 + random_() % 2) % logs_.size();
    const uint32_t foreign_p = logs_[foreign].partition_count == 1 ? 0 : p;
    const std::map<std::string, uint64_t>& imported = At(log, p).fold.state().imported;
    const auto last = imported.find(logs_[foreign].log_id);
    const uint64_t first = last == imported.end() ? 0 : last->second + 1;
    const uint64_t there = At(foreign, foreign_p).leaves.size();
    // The partitions of the shared log are not those of the others.
    if (logs_[log].partition_count == 1 || first >= there) return Command(log, p, std::nullopt);
    Command(log, p, Imported{foreign, foreign_p, first + random_() % (there - first)});
  }

  void Command(size_t log, uint32_t p, const std::optional<Imported>& imported) {
    Partition& partition = At(log, p);
    log::v1::CommandHeader header = NextCommandHeader(partition.fold.state(), "");
    header.set_case_id(CaseOf(log, p));
    header.set_command_id(TestId(Name()));
    // Often the same time in several partitions: no order can be told from it.
    now_ += absl::Microseconds(static_cast<int64_t>(random_() % 2));
    *header.mutable_recorded_at() = ToProto(std::max(now_, partition.fold.state().last_recorded_at + absl::Microseconds(1)));
    now_ = FromProto(header.recorded_at());
    if (imported.has_value()) AddImport(*imported, header);
    Write(log, p, Finished(header, partition));
  }

  void AddImport(const Imported& imported, log::v1::CommandHeader& header) {
    const std::string& log_id = logs_[imported.log].log_id;
    header.mutable_imports()->set_log_id(log_id);
    header.mutable_imports()->set_idx(imported.idx);
    header.mutable_imports()->set_leaf(At(imported.log, imported.partition).leaves[imported.idx]);
    header.mutable_causation()->set_log_id(log_id);
    header.mutable_causation()->set_partition(imported.partition);
    header.mutable_causation()->set_idx(imported.idx);
    header.set_command_id(ImportCommandId(log_id, imported.partition, imported.idx).ToBytes());
    header.clear_acting_agency();
  }

  // With a payload of up to two events of one stream.
  Record Finished(log::v1::CommandHeader& header, Partition& partition) {
    const std::string stream = absl::StrCat("note/", Uuid::FromBytes(TestId(absl::StrCat("note ", random_() % 5)))->ToString());
    log::v1::Payload payload;
    payload.set_salt(TestId(Name()));
    const auto events = static_cast<uint32_t>(random_() % 3);
    for (uint32_t i = 0; i < events; ++i) {
      log::v1::Part& part = *payload.add_parts();
      part.set_part_id(i);
      part.set_event_index(i);
      part.set_kind("sip.sample.v1.NoteWritten");
      part.set_role(log::v1::PART_ROLE_SKELETON);
      part.set_data(std::string(random_() % 200, 'x'));
    }
    uint64_t& version = partition.versions[{header.case_id(), stream}];
    version += events > 0 ? 1 : 0;
    log::v1::StreamWrite& write = *header.add_writes();
    write.set_stream(stream);
    write.set_version(version);
    const std::string bytes = payload.SerializeAsString();
    header.set_payload_sha256(Sha256(bytes));
    return MakeCommand(header, bytes);
  }

  std::mt19937_64 random_;
  std::vector<LogIdentity> logs_;
  std::vector<std::vector<std::unique_ptr<Partition>>> partitions_;
  std::vector<StoredRecordCopy> records_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  uint64_t names_ = 0;
};

}  // namespace

absl::Status MemoryRecords::Visit(Visitor visit) {
  for (const StoredRecordCopy& stored : records_) {
    absl::Status status = visit(logs_[stored.log], stored.partition, ViewOf(stored.record));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status MemoryRecords::Begin(const std::vector<LogIdentity>& logs) {
  logs_ = logs;
  return absl::OkStatus();
}

absl::Status MemoryRecords::Append(const LogIdentity& log, uint32_t partition, const RecordView& record) {
  for (size_t i = 0; i < logs_.size(); ++i) {
    if (logs_[i].log_id != log.log_id) continue;
    records_.push_back({i, partition, {record.kind, std::string(record.header), std::string(record.payload)}});
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("no such log");
}

std::vector<Record> MemoryRecords::PartitionOfLog(size_t log, uint32_t partition) const {
  std::vector<Record> records;
  for (const StoredRecordCopy& stored : records_) {
    if (stored.log == log && stored.partition == partition) records.push_back(stored.record);
  }
  return records;
}

MemoryRecords MakeRandomLogs(uint64_t seed, size_t steps) {
  Maker maker(seed);
  for (size_t i = 0; i < steps; ++i) maker.Step();
  return maker.Take();
}

}  // namespace sip

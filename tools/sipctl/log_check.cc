#include "tools/sipctl/log_check.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/partition_reader.h"
#include "tools/sipctl/stored_kinds.h"

namespace sip {
namespace {

constexpr size_t kMaxProblems = 100;
// Of each leaf so many bytes are kept, to compare imports with.
constexpr size_t kLeafBytes = 8;

}  // namespace

struct LogChecker::Partition {
  explicit Partition(uint32_t number) : reader(ExpectedLog{"", number}, ReaderCheckpoint{}) {}

  PartitionReader reader;
  bool stopped = false;
  // By case and stream.
  std::map<std::pair<std::string, std::string>, uint64_t> versions;
  // Of every command, by place.
  std::vector<std::string> leaves;
};

LogChecker::LogChecker() = default;
LogChecker::~LogChecker() = default;

void LogChecker::Report(absl::string_view where, absl::string_view what) {
  ++report_.problem_count;
  if (report_.problems.size() < kMaxProblems) report_.problems.push_back(absl::StrCat(where, ": ", what));
}

LogChecker::Partition& LogChecker::Find(const RocksLogStore::StoredRecord& stored) {
  auto& partition = partitions_[{std::string(stored.log), stored.partition}];
  if (partition == nullptr) {
    partition = std::make_unique<Partition>(stored.partition);
    ++report_.logs[std::string(stored.log)].partitions;
  }
  return *partition;
}

void LogChecker::Check(const RocksLogStore::StoredRecord& stored) {
  Partition& partition = Find(stored);
  LogCheckReport::Log& log = report_.logs[std::string(stored.log)];
  ++log.records;
  if (partition.stopped) return;
  const bool is_command = stored.record.kind == RecordKind::kCommand;
  absl::StatusOr<ValidRecordPtr> read = partition.reader.Read(stored.chunk, stored.record);
  if (!read.ok()) {
    Report(absl::StrCat(stored.log, "/", stored.partition, ", chunk ", stored.chunk), read.status().message());
    partition.stopped = true;
    return;
  }
  if (*read != nullptr) return CheckCommand(stored, partition, **read);
  if (is_command) ++log.void_records;
}

void LogChecker::CheckCommand(const RocksLogStore::StoredRecord& stored, Partition& partition, const ValidRecord& record) {
  const std::string log(stored.log);
  const std::string where = absl::StrCat(log, "/", stored.partition, " #", record.idx);
  ++report_.logs[log].commands;
  partition.leaves.push_back(record.leaf.substr(0, kLeafBytes));
  CheckPlace(record, where, partition);
  CheckImport(record, where);
  // Compares the payload with its digest first.
  const absl::StatusOr<RecordedCommand> decoded = CodecOfAllKinds().Decode(record, log, {.command = true, .decision = true});
  if (!decoded.ok()) return Report(where, decoded.status().message());
  report_.logs[log].events += decoded->events.size();
  CheckVersions(*decoded, where, partition);
}

void LogChecker::CheckPlace(const ValidRecord& record, const std::string& where, const Partition& partition) {
  const std::optional<Uuid> case_id = Uuid::FromBytes(record.header->case_id());
  if (!case_id.has_value()) return;
  const uint32_t right = PartitionOf(*case_id, partition.reader.state().partition_count);
  if (right != record.partition) Report(where, absl::StrCat("case ", case_id->ToString(), " belongs in partition ", right));
}

void LogChecker::CheckVersions(const RecordedCommand& command, const std::string& where, Partition& partition) {
  std::set<std::string> with_events;
  for (const RecordedEvent& event : command.events) with_events.insert(event.stream.ToString());
  for (const log::v1::StreamWrite& write : command.header->writes()) {
    uint64_t& version = partition.versions[{command.header->case_id(), write.stream()}];
    const uint64_t right = version + (with_events.count(write.stream()) > 0 ? 1 : 0);
    if (write.version() != right) {
      Report(where, absl::StrCat(write.stream(), " goes from version ", version, " to ", write.version(), ", not to ", right));
    }
    version = write.version();
  }
}

void LogChecker::CheckImport(const ValidRecord& record, const std::string& where) {
  if (!record.header->has_imports()) return;
  const log::v1::ImportedRecord& import = record.header->imports();
  const uint32_t foreign_partition = record.header->causation().partition();
  for (const auto& [name, foreign] : partitions_) {
    if (name.second != foreign_partition || foreign->reader.state().log_id != import.log_id()) continue;
    const bool there = import.idx() < foreign->leaves.size();
    if (there && foreign->leaves[import.idx()] == import.leaf().substr(0, kLeafBytes)) return;
    return Report(where, absl::StrCat("imports ", name.first, "/", name.second, " #", import.idx(), ", which ",
                                      there ? "is another record" : "is not there before it"));
  }
  Report(where, "imports from a log that is not in this folder");
}

absl::StatusOr<LogCheckReport> CheckLog(const RocksLogStore& store) {
  LogChecker checker;
  SIP_RETURN_IF_ERROR(store.VisitRecords(0, [&](const RocksLogStore::StoredRecord& stored) {
    checker.Check(stored);
    return absl::OkStatus();
  }));
  return checker.report();
}

}  // namespace sip

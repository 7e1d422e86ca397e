#include "tests/fault/log_life.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/testing/log_records.h"

namespace sip {
namespace {

constexpr size_t kReadAtOnce = 100;
constexpr size_t kMostAppendsPerRound = 6;
constexpr size_t kLargePayload = 40'000;

absl::Status Broken(absl::string_view what) { return absl::Status(kPromiseBroken, absl::StrCat("a promise was not kept: ", what)); }

// What the owner of a partition sent, and what it was told.
class Owner {
 public:
  Owner(PartitionOfLog partition, std::unique_ptr<LogSession> session, const LogLifeOptions& options)
      : partition_(std::move(partition)),
        options_(options),
        session_(std::move(session)),
        ahead_({session_->claimed().fold.log_id, session_->claimed().fold.partition}, session_->claimed().fold) {}

  const PartitionOfLog& partition() const { return partition_; }
  LogSession& session() { return *session_; }

  absl::Status Append(absl::string_view rest) {
    const std::string payload = absl::StrCat(PlaceOf(partition_, ahead_.state().next_idx), rest);
    const Record record = NextCommand(ahead_.state(), payload);
    LogFold stepped = ahead_;
    SIP_RETURN_IF_ERROR(stepped.Step(ViewOf(record)).status());
    SIP_RETURN_IF_ERROR(session_->Append(Prepared(record), [this, payload](AppendReport report) { Told(payload, report); }));
    ahead_ = stepped;
    ++sent_;
    return absl::OkStatus();
  }

  // UNAVAILABLE if the fate of any append is unknown.
  absl::Status AwaitAll() {
    MutexLock lock(mutex_);
    while (told_ < sent_) changed_.Wait(mutex_);
    return wrong_;
  }

  // What was reported durable. Ends the session.
  std::vector<std::string> End() {
    session_.reset();
    MutexLock lock(mutex_);
    return std::move(durable_);
  }

 private:
  void Told(const std::string& payload, const AppendReport& report) {
    if (report.outcome == AppendOutcome::kDurable && options_.on_durable) options_.on_durable(partition_, payload);
    MutexLock lock(mutex_);
    ++told_;
    if (report.outcome != AppendOutcome::kDurable) {
      wrong_ = absl::UnavailableError("the fate of an append is unknown");
    } else if (!wrong_.ok()) {
      wrong_ = Broken("an append was reported durable behind one that was not");
    } else {
      durable_.push_back(payload);
    }
    changed_.NotifyAll();
  }

  const PartitionOfLog partition_;
  const LogLifeOptions& options_;
  std::unique_ptr<LogSession> session_;
  LogFold ahead_;
  size_t sent_ = 0;
  Mutex mutex_;
  CondVar changed_;
  size_t told_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> durable_ ABSL_GUARDED_BY(mutex_);
  absl::Status wrong_ ABSL_GUARDED_BY(mutex_);
};

using Owners = std::vector<std::unique_ptr<Owner>>;

absl::StatusOr<Owners> TakeOver(const LogLifeOptions& options, RocksLogStore& store) {
  const std::vector<PartitionOfLog> partitions = PartitionsOf(options.log);
  std::vector<RocksClaimRequest> requests;
  requests.reserve(partitions.size());
  for (const auto& [log, partition] : partitions) {
    requests.push_back({log, partition, {}, [](const ValidRecordPtr&) { return absl::OkStatus(); }});
  }
  SIP_ASSIGN_OR_RETURN(auto sessions, store.ClaimAll(std::move(requests), {"node", "", ""}));
  Owners owners;
  for (size_t i = 0; i < sessions.size(); ++i) {
    owners.push_back(std::make_unique<Owner>(partitions[i], std::move(sessions[i]), options));
  }
  return owners;
}

// Some appends to one partition or several, in one chunk or as it comes, waited for or not.
absl::Status Round(Owners& owners, std::mt19937_64& random) {
  const size_t appends = 1 + random() % kMostAppendsPerRound;
  const bool batch = random() % 2 == 0;
  Owner& batched = *owners[random() % owners.size()];
  if (batch) batched.session().BeginBatch();
  absl::Status status;
  for (size_t i = 0; i < appends && status.ok(); ++i) {
    Owner& owner = batch ? batched : *owners[random() % owners.size()];
    const size_t size = random() % 8 == 0 ? random() % kLargePayload : random() % 100;
    status = owner.Append(absl::StrCat(random(), std::string(size, 'x')));
  }
  if (batch) batched.session().EndBatch(/*write_here=*/random() % 2 == 0);
  SIP_RETURN_IF_ERROR(status);
  if (random() % 2 == 0) return absl::OkStatus();
  for (const auto& owner : owners) SIP_RETURN_IF_ERROR(owner->AwaitAll());
  return absl::OkStatus();
}

absl::Status AppendAll(const LogLifeOptions& options, RocksLogStore& store, std::mt19937_64& random, LogHistory& promised) {
  SIP_ASSIGN_OR_RETURN(Owners owners, TakeOver(options, store));
  absl::Status status;
  for (size_t i = 0; i < options.rounds && status.ok(); ++i) status = Round(owners, random);
  for (const auto& owner : owners) {
    const absl::Status waited = owner->AwaitAll();
    if (status.ok()) status = waited;
    std::vector<std::string>& of_partition = promised[owner->partition()];
    for (std::string& payload : owner->End()) of_partition.push_back(std::move(payload));
  }
  return status;
}

}  // namespace

RocksLogOptions FaultTestOptions(const std::string& folder) {
  RocksLogOptions options;
  options.path = folder + "/data/log";
  options.anchor_path = folder + "/elsewhere/anchor";
  options.anchor_every = 3;
  options.logs = {{"sip.plans", 3}, {"sip.rules", 1}};
  options.installation_id = TestId("installation");
  return options;
}

std::vector<PartitionOfLog> PartitionsOf(const RocksLogOptions& options) {
  std::vector<PartitionOfLog> partitions;
  for (const RocksLogOptions::Log& log : options.logs) {
    for (uint32_t p = 0; p < log.partition_count; ++p) partitions.emplace_back(log.name, p);
  }
  return partitions;
}

std::string PlaceOf(const PartitionOfLog& partition, size_t idx) {
  return absl::StrCat(partition.first, "/", partition.second, "/", idx, ":");
}

absl::StatusOr<LogHistory> ReadHistory(const RocksLogOptions& options, RocksLogStore& store) {
  LogHistory history;
  for (const PartitionOfLog& partition : PartitionsOf(options)) {
    EventLog* const log = store.log(partition.first);
    if (log == nullptr) return Broken("a log is gone");
    SIP_ASSIGN_OR_RETURN(const std::unique_ptr<LogTail> tail, log->Tail({{partition.second, {}}}));
    std::vector<std::string>& payloads = history[partition];
    for (bool at_end = false; !at_end;) {
      SIP_ASSIGN_OR_RETURN(const TailBatch batch, tail->Read(kReadAtOnce, absl::ZeroDuration()));
      for (const ValidRecordPtr& record : batch.records) payloads.push_back(record->payload);
      at_end = batch.at_end;
    }
    absl::StatusOr<LogEnd> end = LogEnd{};
    log->End(partition.second, [&](absl::StatusOr<LogEnd> found) { end = std::move(found); });
    SIP_RETURN_IF_ERROR(end.status());
    if (end->next_idx != payloads.size()) return Broken("the log does not end where its records do");
  }
  return history;
}

absl::Status CheckPromises(const LogHistory& promised, const LogHistory& found) {
  for (const auto& [partition, payloads] : found) {
    for (size_t i = 0; i < payloads.size(); ++i) {
      const std::string place = PlaceOf(partition, i);
      if (!absl::StartsWith(payloads[i], place)) return Broken(absl::StrCat(place, " is another record"));
    }
  }
  for (const auto& [partition, payloads] : promised) {
    const auto there = found.find(partition);
    for (size_t i = 0; i < payloads.size(); ++i) {
      if (there == found.end() || i >= there->second.size()) return Broken(absl::StrCat(PlaceOf(partition, i), " is gone"));
      if (there->second[i] != payloads[i]) return Broken(absl::StrCat(PlaceOf(partition, i), " has changed"));
    }
  }
  return absl::OkStatus();
}

absl::Status LiveLog(const LogLifeOptions& options, std::mt19937_64& random, LogHistory& promised) {
  SIP_ASSIGN_OR_RETURN(const std::unique_ptr<RocksLogStore> store, RocksLogStore::Open(options.log));
  SIP_ASSIGN_OR_RETURN(LogHistory found, ReadHistory(options.log, *store));
  SIP_RETURN_IF_ERROR(CheckPromises(promised, found));
  promised = std::move(found);
  SIP_RETURN_IF_ERROR(AppendAll(options, *store, random, promised));
  return options.closes ? store->Close() : absl::OkStatus();
}

}  // namespace sip

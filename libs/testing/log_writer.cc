#include "libs/testing/log_writer.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/pause.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(1);
// Before an owner whose log is away asks again.
constexpr absl::Duration kBackOff = absl::Milliseconds(20);

}  // namespace

LogWriter::LogWriter(EventLog& log, Options options)
    : log_(log), options_(std::move(options)), known_({log.identity().log_id, options_.partition}, {}), ahead_({}) {
  thread_ = std::thread([this] { Work(); });
}

LogWriter::~LogWriter() { Stop(); }

void LogWriter::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

bool LogWriter::AwaitAcknowledged(uint64_t count) {
  const absl::Duration until = MonotonicNow() + kPatience;
  MutexLock lock(mutex_);
  while (acknowledged_ < count && !ended_ && MonotonicNow() < until) changed_.WaitWithTimeout(mutex_, kPatience);
  return acknowledged_ >= count;
}

absl::Status LogWriter::AwaitEnd() {
  const absl::Duration until = MonotonicNow() + kPatience;
  MutexLock lock(mutex_);
  while (!ended_ && MonotonicNow() < until) changed_.WaitWithTimeout(mutex_, kPatience);
  return ended_ ? verdict_ : absl::DeadlineExceededError("the writer goes on");
}

uint64_t LogWriter::acknowledged() const {
  MutexLock lock(mutex_);
  return acknowledged_;
}

uint64_t LogWriter::doubts() const {
  MutexLock lock(mutex_);
  return doubts_;
}

void LogWriter::Work() {
  absl::Status status;
  Pause pause;
  while (true) {
    {
      MutexLock lock(mutex_);
      if (stopping_) break;
    }
    status = TakeOver();
    if (status.ok()) status = WriteUntilOver();
    session_ = nullptr;
    if (status.ok()) continue;
    if (!absl::IsUnavailable(status)) break;
    CountDoubt();
    pause.Take(kBackOff);
  }
  MutexLock lock(mutex_);
  ended_ = true;
  verdict_ = status;
  changed_.NotifyAll();
}

void LogWriter::CountDoubt() {
  MutexLock lock(mutex_);
  if (!stopping_) ++doubts_;
}

absl::Status LogWriter::TakeOver() {
  ReaderCheckpoint from;
  {
    MutexLock lock(mutex_);
    from = known_.checkpoint();
    lost_ = false;
  }
  const ClaimantInfo claimant = {options_.name, "endpoint", "build", own_claims_,
                                 [this](const std::string& claim_id) { own_claims_.push_back(claim_id); }};
  SIP_ASSIGN_OR_RETURN(
      session_, log_.Claim(options_.partition, from, claimant, [this](const ValidRecordPtr& record) { return Deliver(record); }));
  const FoldState& claimed = session_->claimed().fold;
  ahead_ = LogFold({claimed.log_id, options_.partition}, claimed);
  own_claims_ = {*claimed.claim};
  session_->SetOnLost([this](AppendOutcome /*outcome*/) {
    MutexLock lock(mutex_);
    lost_ = true;
    changed_.NotifyAll();
  });
  MutexLock lock(mutex_);
  known_ = PartitionReader({claimed.log_id, options_.partition}, session_->claimed());
  // What the log has not is sent again.
  for (Record& record : pending_) {
    record = NextCommand(ahead_.state(), record.payload);
    SIP_RETURN_IF_ERROR(ahead_.Step(ViewOf(record)).status());
  }
  return absl::OkStatus();
}

absl::Status LogWriter::Deliver(const ValidRecordPtr& record) {
  MutexLock lock(mutex_);
  if (record->idx < known_.state().next_idx) return absl::OkStatus();
  if (!pending_.empty() && pending_.front().payload == record->payload) Acknowledge();
  return absl::OkStatus();
}

void LogWriter::Acknowledge() {
  if (options_.acknowledged) options_.acknowledged(pending_.front().payload);
  pending_.pop_front();
  ++acknowledged_;
  changed_.NotifyAll();
}

void LogWriter::OnReport(const AppendReport& report) {
  MutexLock lock(mutex_);
  if (report.outcome != AppendOutcome::kDurable) {
    lost_ = true;
    changed_.NotifyAll();
    return;
  }
  if (!known_.Read(report.record_cursor, *ParseRecord(ViewOf(pending_.front()))).value_or(false)) return;
  Acknowledge();
}

absl::Status LogWriter::WriteUntilOver() {
  std::vector<Record> again;
  {
    MutexLock lock(mutex_);
    again.assign(pending_.begin(), pending_.end());
  }
  absl::Status sent;
  const auto report = [this](const AppendReport& reported) { OnReport(reported); };
  for (const Record& record : again) {
    if (sent.ok()) sent = session_->Append(Prepared(record), report);
  }
  while (sent.ok()) {
    Record next;
    {
      MutexLock lock(mutex_);
      const auto waits = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return pending_.size() >= options_.in_flight || acknowledged_ + pending_.size() >= options_.count;
      };
      while (!stopping_ && !lost_ && waits()) changed_.Wait(mutex_);
      if (stopping_ || lost_) break;
      next = NextCommand(ahead_.state(), absl::StrCat(options_.name, acknowledged_ + pending_.size()));
      pending_.push_back(next);
    }
    SIP_RETURN_IF_ERROR(ahead_.Step(ViewOf(next)).status());
    sent = session_->Append(Prepared(next), report);
  }
  session_ = nullptr;  // No report comes any more.
  CountDoubt();
  // Fenced or not: the next claim tells.
  return absl::IsAborted(sent) || absl::IsUnavailable(sent) || absl::IsResourceExhausted(sent) ? absl::OkStatus() : sent;
}

absl::StatusOr<std::vector<std::string>> ReadHistory(EventLog& log, uint32_t partition, size_t at_least) {
  const absl::Duration until = MonotonicNow() + kPatience;
  SIP_ASSIGN_OR_RETURN(const auto tail, log.Tail({{partition, {}}}));
  std::vector<std::string> history;
  while (true) {
    SIP_ASSIGN_OR_RETURN(const TailBatch batch, tail->Read(10'000, absl::Milliseconds(100)));
    for (const ValidRecordPtr& record : batch.records) history.push_back(record->payload);
    if (batch.at_end && (history.size() >= at_least || MonotonicNow() > until)) return history;
  }
}

absl::Status CheckHistory(const std::vector<std::string>& history, const std::vector<std::string>& acknowledged) {
  std::set<std::string> seen;
  size_t found = 0;
  for (const std::string& payload : history) {
    if (!seen.insert(payload).second) return absl::InternalError(absl::StrCat(payload, " is in the log twice"));
    if (found < acknowledged.size() && acknowledged[found] == payload) ++found;
  }
  if (found == acknowledged.size()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(acknowledged[found], " was acknowledged and is not in the log in its place; ", found,
                                          " of ", acknowledged.size(), " are"));
}

}  // namespace sip

#include "libs/log_kafka/kafka_session.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/telemetry/log.h"

namespace sip {

KafkaSessionCore::KafkaSessionCore(const KafkaLogOptions& options, KafkaPartitionCounters& counters, std::string name, LogFold fold,
                                   uint64_t claim_offset, GapReader read_gap)
    : options_(options),
      counters_(counters),
      name_(std::move(name)),
      read_gap_(std::move(read_gap)),
      judge_(fold, claim_offset),
      ahead_(std::move(fold)) {}

void KafkaSessionCore::Begin(ClaimProducer& producer) {
  {
    MutexLock lock(mutex_);
    producer_ = &producer;
  }
  producer.Start({[this](uint64_t number, rd_kafka_resp_err_t error, int64_t offset) { OnReport(number, error, offset); },
                  [this] { OnTick(); }});
}

void KafkaSessionCore::End() {
  {
    MutexLock lock(mutex_);
    producer_ = nullptr;
    if (over_ == Over::kNo) over_ = Over::kUnknown;
    on_lost_ = nullptr;
  }
  callbacks_.Close({});
}

absl::Status KafkaSessionCore::CheckTakes(const PreparedCommand& command) const {
  if (over_ == Over::kFenced) return absl::AbortedError(absl::StrCat(name_, ": another node took the partition over"));
  if (over_ == Over::kUnknown) return absl::UnavailableError(absl::StrCat(name_, ": the session is over"));
  const size_t size = FrameSize(command.view());
  if (size > kMaxRecordBytes) return absl::InvalidArgumentError("the record exceeds 4 MiB");
  if (!safe_) return RejectionStatus(Reason::REASON_LOG_NOT_SAFE);
  const bool full = in_flight_.size() >= options_.queue_records || in_flight_bytes_ + size > options_.queue_bytes;
  if (full || (options_.is_full && options_.is_full())) return RejectionStatus(Reason::REASON_OVERLOADED);
  return absl::OkStatus();
}

absl::Status KafkaSessionCore::Append(const PreparedCommand& command, LogSession::Done done) {
  absl::Status sent;
  {
    MutexLock lock(mutex_);
    SIP_RETURN_IF_ERROR(CheckTakes(command));
    SIP_RETURN_IF_ERROR(StepAhead(command.facts()));
    in_flight_.push_back({EncodeFrame(command.view()), command.facts(), MonotonicNow()});
    in_flight_bytes_ += in_flight_.back().frame.size();
    sent = producer_->Send(next_number_, in_flight_.back().frame);
    if (sent.ok()) {
      ++next_number_;
      // Before its report can be taken, which waits for the mutex.
      callbacks_.Add(std::move(done));
      return absl::OkStatus();
    }
    in_flight_bytes_ -= in_flight_.back().frame.size();
    in_flight_.pop_back();
  }
  Finish(Over::kUnknown);
  return sent;
}

absl::Status KafkaSessionCore::StepAhead(const RecordFacts& facts) {
  // With these two, what is not valid is an error, and errors leave the fold as it was.
  const absl::string_view claim_id(facts.claim_id.data(), facts.claim_id.size());
  if (facts.idx != ahead_.state().next_idx || claim_id != ahead_.state().claim) {
    return absl::InternalError(absl::StrCat(name_, ": not the next valid command: it is number ", facts.idx));
  }
  const absl::StatusOr<Verdict> verdict = ahead_.Step(facts);
  if (verdict.ok() && *verdict == Verdict::kValid) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("not the next valid command: ", verdict.status().message()));
}

void KafkaSessionCore::OnReport(uint64_t number, rd_kafka_resp_err_t code, int64_t offset) {
  bool error = code != RD_KAFKA_RESP_ERR_NO_ERROR;
  Over over = Over::kUnknown;
  {
    MutexLock judging(judging_);
    RecordFacts facts;
    {
      MutexLock lock(mutex_);
      if (over_ != Over::kNo) return;
      if (number != first_in_flight_ || in_flight_.empty()) error = true;
      if (!error) facts = in_flight_.front().facts;
    }
    const absl::StatusOr<Ruling> ruling = Judge(error, offset, facts);
    if (ruling.ok() && *ruling == Ruling::kDurable) return TellDurable(static_cast<uint64_t>(offset));
    // A history that has changed is found again, and reported, by whoever folds it to resolve the doubt.
    if (ruling.ok() && *ruling == Ruling::kFenced) over = Over::kFenced;
  }
  Finish(over);
}

void KafkaSessionCore::TellDurable(uint64_t offset) {
  {
    MutexLock lock(mutex_);
    if (over_ != Over::kNo) return;
    counters_.appends.Note(MonotonicNow() - in_flight_.front().sent);
    in_flight_bytes_ -= in_flight_.front().frame.size();
    in_flight_.pop_front();
    ++first_in_flight_;
  }
  callbacks_.Resolve(1, {AppendOutcome::kDurable, offset + 1, offset});
}

absl::StatusOr<Ruling> KafkaSessionCore::Judge(bool error, int64_t offset, const RecordFacts& facts) {
  SIP_ASSIGN_OR_RETURN(Ruling ruling, judge_.Report(error, offset, facts));
  if (ruling != Ruling::kReadGap) return ruling;
  if (const absl::Status read = ReadGap(static_cast<uint64_t>(offset)); !read.ok()) return Ruling::kDoubt;
  return judge_.Report(error, offset, facts);
}

absl::Status KafkaSessionCore::ReadGap(uint64_t to) {
  ++counters_.gaps;
  return read_gap_(judge_.next_offset(), to, [this](const RecordView& record) -> absl::Status {
    SIP_ASSIGN_OR_RETURN(const Verdict verdict, judge_.FoldGap(record));
    counters_.voids_met_by_owner.Note(verdict);
    return absl::OkStatus();
  });
}

void KafkaSessionCore::NoteEnd(uint64_t end) {
  Over over = Over::kNo;
  {
    MutexLock judging(judging_);
    {
      MutexLock lock(mutex_);
      if (over_ != Over::kNo || !in_flight_.empty() || end <= judge_.next_offset()) return;
    }
    // A record that is sent from now on lies behind `end`.
    const absl::Status read = ReadGap(end);
    if (judge_.fenced()) over = Over::kFenced;
    // What cannot be folded ends the session: whoever claims again meets it, and says what it is.
    if (!read.ok() && !absl::IsUnavailable(read)) over = Over::kUnknown;
  }
  if (over != Over::kNo) Finish(over);
}

void KafkaSessionCore::OnTick() {
  {
    MutexLock lock(mutex_);
    if (over_ != Over::kNo || in_flight_.empty()) return;
    if (MonotonicNow() - in_flight_.front().sent < options_.append_timeout) return;
  }
  Finish(Over::kUnknown);
}

void KafkaSessionCore::Finish(Over over) {
  const AppendOutcome outcome = over == Over::kFenced ? AppendOutcome::kFenced : AppendOutcome::kUnknown;
  {
    MutexLock lock(mutex_);
    if (over_ != Over::kNo) return;
    over_ = over;
    if (producer_ != nullptr) producer_->Purge();
    // Behind those of the appends; and End waits for it as for them.
    if (on_lost_) {
      callbacks_.Add([on_lost = std::exchange(on_lost_, nullptr), outcome](AppendReport /*report*/) mutable { on_lost(outcome); });
    }
  }
  ++(over == Over::kFenced ? counters_.fenced : counters_.doubts);
  LogWarning("log_session_over", {{"partition", LogCode(name_)}, {"fenced", over == Over::kFenced}});
  callbacks_.Resolve(SIZE_MAX, {outcome, 0, 0});
}

void KafkaSessionCore::SetOnLost(absl::AnyInvocable<void(AppendOutcome)> on_lost) {
  AppendOutcome outcome = AppendOutcome::kUnknown;
  {
    MutexLock lock(mutex_);
    if (over_ == Over::kNo) {
      on_lost_ = std::move(on_lost);
      return;
    }
    if (over_ == Over::kFenced) outcome = AppendOutcome::kFenced;
  }
  on_lost(outcome);
}

void KafkaSessionCore::SetSafe(bool safe) {
  MutexLock lock(mutex_);
  safe_ = safe;
}

KafkaSession::KafkaSession(ReaderCheckpoint claimed, std::shared_ptr<KafkaSessionCore> core,
                           std::unique_ptr<ClaimProducer> producer)
    : claimed_(std::move(claimed)), core_(std::move(core)), producer_(std::move(producer)) {
  core_->Begin(*producer_);
}

KafkaSession::~KafkaSession() {
  core_->End();
  producer_->Stop();
}

}  // namespace sip

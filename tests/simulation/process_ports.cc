#include "tests/simulation/process_ports.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/engine/memory_stream_store.h"

namespace sip {
namespace {

class ProcessSession final : public LogSession {
 public:
  ProcessSession(std::unique_ptr<LogSession> session, std::shared_ptr<Life> life)
      : session_(std::move(session)), life_(std::move(life)) {}

  const ReaderCheckpoint& claimed() const override { return session_->claimed(); }
  absl::Status Append(const PreparedCommand& command, Done done) override {
    SIP_RETURN_IF_ERROR(life_->Step());
    return session_->Append(command, std::move(done));
  }
  void BeginBatch() override { session_->BeginBatch(); }
  void EndBatch(bool write_here) override { session_->EndBatch(write_here); }

 private:
  const std::unique_ptr<LogSession> session_;
  const std::shared_ptr<Life> life_;
};

}  // namespace

absl::Status Life::Step() {
  if (!ended_ && environment_.Draw(environment_.weather.process_ends)) {
    ended_ = true;
    environment_.trace.Add("a process is killed within a call");
  }
  return ended_ ? absl::UnavailableError("the process has ended") : absl::OkStatus();
}

CrashableStore::CrashableStore() : stored_(NewMemoryStreamStore()) {}

void CrashableStore::Crash(Environment& environment) {
  failed_ = false;
  batches_.resize(flushed_ + environment.Below(batches_.size() - flushed_ + 1));
  flushed_ = batches_.size();
  stored_ = NewMemoryStreamStore();
  for (const StreamStoreBatch& batch : batches_) stored_->Apply(batch).IgnoreError();
}

void CrashableStore::Wipe() {
  batches_.clear();
  flushed_ = 0;
  stored_ = NewMemoryStreamStore();
}

absl::Status CrashableStore::Apply(const StreamStoreBatch& batch) {
  SIP_RETURN_IF_ERROR(life_->Step());
  Environment& environment = life_->environment();
  if (environment.Draw(environment.weather.store_fails)) {
    failed_ = true;
    environment.trace.Add("a stream store cannot write");
    return absl::UnavailableError("the stream store cannot write");
  }
  batches_.push_back(batch);
  return stored_->Apply(batch);
}

absl::Status CrashableStore::Flush() {
  SIP_RETURN_IF_ERROR(life_->Step());
  flushed_ = batches_.size();
  return stored_->Flush();
}

absl::StatusOr<ReaderCheckpoint> CrashableStore::LoadCheckpoint(uint32_t partition) const {
  return stored_->LoadCheckpoint(partition);
}
absl::StatusOr<ReaderCheckpoint> CrashableStore::LoadForeignCheckpoint(uint32_t partition, absl::string_view foreign_log_id) const {
  return stored_->LoadForeignCheckpoint(partition, foreign_log_id);
}
absl::StatusOr<std::optional<ImportedTo>> CrashableStore::LoadImportedTo(uint32_t partition,
                                                                         absl::string_view foreign_log_id) const {
  return stored_->LoadImportedTo(partition, foreign_log_id);
}
absl::Status CrashableStore::ReadScope(uint32_t partition, const Uuid& scope,
                                       const std::function<absl::Status(ValidRecord)>& visit) const {
  return stored_->ReadScope(partition, scope, visit);
}
absl::StatusOr<ValidRecord> CrashableStore::ReadRecord(const RecordPlace& place) const { return stored_->ReadRecord(place); }
absl::StatusOr<std::optional<RecordPlace>> CrashableStore::FindPosition(uint32_t partition, uint64_t idx) const {
  return stored_->FindPosition(partition, idx);
}
absl::StatusOr<std::optional<RecordPlace>> CrashableStore::FindRequest(absl::string_view request_key) const {
  return stored_->FindRequest(request_key);
}
absl::StatusOr<uint64_t> CrashableStore::LoadRememberedFrom(uint32_t partition) const {
  return stored_->LoadRememberedFrom(partition);
}

absl::StatusOr<std::unique_ptr<LogSession>> ProcessLog::Claim(uint32_t partition, const ReaderCheckpoint& from,
                                                              const ClaimantInfo& claimant,
                                                              const std::function<absl::Status(ValidRecordPtr)>& deliver) {
  SIP_RETURN_IF_ERROR(life_->Step());
  Environment& environment = life_->environment();
  if (environment.Draw(environment.weather.others_act)) meanwhile_();
  SIP_ASSIGN_OR_RETURN(std::unique_ptr<LogSession> session, log_.Claim(partition, from, claimant, [&](ValidRecordPtr record) {
    SIP_RETURN_IF_ERROR(life_->Step());
    if (environment.Draw(environment.weather.others_act)) meanwhile_();
    return deliver(std::move(record));
  }));
  if (environment.Draw(environment.weather.others_act)) meanwhile_();
  SIP_RETURN_IF_ERROR(life_->Step());
  return std::make_unique<ProcessSession>(std::move(session), life_);
}

absl::StatusOr<std::unique_ptr<LogTail>> ProcessLog::Tail(std::vector<TailStart> starts) {
  SIP_RETURN_IF_ERROR(life_->Step());
  return log_.Tail(std::move(starts));
}

void ProcessLog::End(uint32_t partition, absl::AnyInvocable<void(absl::StatusOr<LogEnd>)> done) {
  if (!life_->Step().ok()) return;
  Environment& environment = life_->environment();
  if (environment.Draw(environment.weather.end_fails)) return done(absl::UnavailableError("the foreign log is away"));
  log_.End(partition, [&](absl::StatusOr<LogEnd> end) {
    later_.push_back([done = std::move(done), end = std::move(end)]() mutable { done(std::move(end)); });
  });
}

}  // namespace sip

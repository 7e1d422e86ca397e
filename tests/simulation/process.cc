#include "tests/simulation/process.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/testing/notes_context.h"

namespace sip {
namespace {

EventLog& LogOf(Environment& environment, size_t context) { return *environment.logs.log(Contexts()[context].model->log_name()); }

}  // namespace

Process::Process(Environment& environment, size_t context, std::string name, std::function<void()> meanwhile)
    : environment_(environment),
      context_(context),
      name_(std::move(name)),
      meanwhile_(std::move(meanwhile)),
      clock_(environment, absl::Milliseconds(static_cast<int64_t>(environment.Below(6000)) - 3000)) {}

Process::Host::Host(Process& process, std::shared_ptr<Life> started, const EngineOptions& options)
    : life(std::move(started)),
      log(LogOf(process.environment_, process.context_), life, later, process.meanwhile_),
      foreign_log(LogOf(process.environment_, Contexts()[process.context_].foreign), life, later, process.meanwhile_),
      engine(EngineParts{*Contexts()[process.context_].model, log, process.store_, SimulationCodec(), process.clock_, executor,
                         timer, absl::UTCTimeZone(), process.agencies_, [] { return std::make_shared<EmptyRuleSets>(); },
                         ClaimantInfo{process.name_, "", ""}, options},
             std::vector<ForeignLog>{{foreign_log.identity().name, &foreign_log}}, SimulationCodec()) {}

EngineOptions Process::DrawOptions() {
  Environment& e = environment_;
  EngineOptions options;
  if (e.Draw(0.3)) options.mailbox_limit = 2 + e.Below(6);
  if (e.Draw(0.3)) options.in_flight_limit = 1 + e.Below(4);
  if (e.Draw(0.2)) options.parked_limit = 1 + e.Below(3);
  options.cached_cases = 1 + e.Below(4);
  options.imports_per_turn = 1 + e.Below(4);
  options.skipped_imports_per_marker = 1 + e.Below(4);
  options.foreign_checkpoint_every = 1 + e.Below(4);
  options.barrier_interval = e.barrier_interval;
  options.checkpoint_every = 1 + e.Below(8);
  return options;
}

absl::Status Process::Start(bool with_empty_store) {
  Destroy();
  paused_ = false;
  if (with_empty_store) store_.Wipe();
  auto life = std::make_shared<Life>(environment_);
  store_.Attach(life);
  host_ = std::make_unique<Host>(*this, life, DrawOptions());
  absl::Status started = host_->engine.Start();
  if (started.ok() && life->ended()) started = absl::UnavailableError("killed while it started");
  if (!started.ok()) Kill();
  return started;
}

void Process::Kill() {
  Destroy();
  store_.Crash(environment_);
}

void Process::Destroy() {
  if (host_ == nullptr) return;
  host_->life->End();
  host_ = nullptr;
}

void Process::ShutDown() {
  host_->shutting_down = true;
  host_->engine.Shutdown([host = host_.get()] { host->down = true; });
}

bool Process::Reap() {
  if (host_ == nullptr || (!host_->life->ended() && !host_->down)) return false;
  if (host_->life->ended()) {
    Kill();
  } else {
    Destroy();
  }
  return true;
}

bool Process::Serves() const {
  if (host_ == nullptr || host_->shutting_down) return false;
  for (uint32_t p = 0; p < kPartitions; ++p) {
    if (host_->engine.partition_status(p).phase != PartitionStatus::Phase::kServing) return false;
  }
  return true;
}

bool Process::NeedsRestart() const {
  if (host_ == nullptr || host_->shutting_down) return false;
  for (uint32_t p = 0; p < kPartitions; ++p) {
    const PartitionStatus::Phase phase = host_->engine.partition_status(p).phase;
    if (phase == PartitionStatus::Phase::kFenced || phase == PartitionStatus::Phase::kStopped) return true;
  }
  return !host_->imports.ok();
}

std::string Process::Defect() const {
  if (host_ == nullptr || host_->life->ended() || store_.failed()) return "";
  if (!host_->imports.ok()) return absl::StrCat(name_, " cannot import: ", host_->imports.ToString());
  for (uint32_t p = 0; p < kPartitions; ++p) {
    const PartitionStatus status = host_->engine.partition_status(p);
    if (!status.imports.ok()) return absl::StrCat(name_, ", imports of partition ", p, ": ", status.imports.ToString());
    if (status.phase != PartitionStatus::Phase::kStopped) continue;
    return absl::StrCat(name_, ", partition ", p, " has stopped: ", status.stopped.ToString());
  }
  return "";
}

bool Process::RunTask() {
  if (host_ == nullptr) return false;
  if (!host_->later.empty() && (environment_.Below(2) == 0 || !host_->executor.RunOne())) {
    Task task = std::move(host_->later.front());
    host_->later.pop_front();
    task();
    return true;
  }
  return host_->executor.RunOne();
}

bool Process::PollImports() {
  if (host_ == nullptr || host_->shutting_down) return false;
  const absl::StatusOr<bool> polled = host_->engine.PollImports();
  if (!polled.ok() && !host_->life->ended()) host_->imports = polled.status();
  return polled.ok() && *polled;
}

void Process::FireTimers() {
  if (host_ != nullptr) host_->timer.Fire(clock_.Now());
}

}  // namespace sip

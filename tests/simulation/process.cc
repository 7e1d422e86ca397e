#include "tests/simulation/process.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/testing/notes_context.h"

namespace sip {
namespace {

EventLog& LogOf(Environment& environment, size_t context) { return *environment.logs.log(Contexts()[context].model->log_name()); }

}  // namespace

Process::Process(Environment& environment, Ownership ownership, size_t context, std::string name, std::function<void()> meanwhile)
    : environment_(environment),
      ownership_(ownership),
      context_(context),
      name_(std::move(name)),
      meanwhile_(std::move(meanwhile)),
      clock_(environment, absl::Milliseconds(static_cast<int64_t>(environment.Below(6000)) - 3000)) {}

Process::Host::Host(Process& process, std::shared_ptr<Life> started, const EngineOptions& options)
    : life(std::move(started)),
      log(LogOf(process.environment_, process.context_), life, later, [&process] { process.Meanwhile(); }),
      foreign_log(LogOf(process.environment_, Contexts()[process.context_].foreign), life, later, [] {}),
      standby(process.ownership_ == Ownership::kMoving ? std::make_unique<Standby>(log, process.store_) : nullptr),
      engine(EngineParts{*Contexts()[process.context_].model, log, process.store_, SimulationCodec(), process.clock_, executor,
                         timer, absl::UTCTimeZone(), process.agencies_, [] { return std::make_shared<EmptyRuleSets>(); },
                         ClaimantInfo{process.name_, "", ""}, options, standby != nullptr ? &claims : nullptr, standby.get()},
             std::vector<ForeignLog>{{foreign_log.identity().name, &foreign_log}}, SimulationCodec()) {
  if (standby != nullptr) keeper = OwnershipKeeper::Make(engine, process.clock_, timer, process.DrawKeeperOptions());
}

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

OwnershipKeeper::Options Process::DrawKeeperOptions() {
  OwnershipKeeper::Options options;
  // Shorter than in a service: little time passes here.
  options.interval = absl::Milliseconds(static_cast<int64_t>(1 + environment_.Below(50)));
  options.first_delay = absl::Milliseconds(static_cast<int64_t>(1 + environment_.Below(50)));
  options.longest_delay = absl::Milliseconds(400);
  options.jitter_seed = environment_.random();
  return options;
}

void Process::Meanwhile() {
  const uint64_t who = ownership_ == Ownership::kMoving ? environment_.Below(3) : 0;
  if (who == 1) {
    host_->executor.RunOne();
  } else if (who == 2) {
    Follow();
  } else {
    meanwhile_();
  }
}

absl::Status Process::Start(bool with_empty_store) {
  Destroy();
  paused_ = false;
  if (with_empty_store) store_.Wipe();
  auto life = std::make_shared<Life>(environment_);
  store_.Attach(life);
  host_ = std::make_unique<Host>(*this, life, DrawOptions());
  absl::Status started = absl::OkStatus();
  if (host_->keeper == nullptr) {
    started = host_->engine.Start();
  } else {
    host_->keeper->Want(wanted_);
  }
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
  if (host_->keeper != nullptr) host_->keeper->Stop();
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

bool Process::Serves(uint32_t partition) const {
  if (host_ == nullptr || host_->shutting_down) return false;
  return host_->engine.partition_status(partition).phase == PartitionStatus::Phase::kServing;
}

bool Process::NeedsRestart() const {
  if (host_ == nullptr || host_->shutting_down) return false;
  for (uint32_t p = 0; p < kPartitions; ++p) {
    const PartitionStatus::Phase phase = host_->engine.partition_status(p).phase;
    // Where ownership moves a partition that another node has is nothing unusual.
    if (phase == PartitionStatus::Phase::kFenced && host_->keeper == nullptr) return true;
    if (phase == PartitionStatus::Phase::kStopped) return true;
  }
  return !host_->imports.ok() || !host_->followed.ok();
}

std::string Process::Defect() const {
  if (host_ == nullptr || host_->life->ended() || store_.failed()) return "";
  if (!host_->imports.ok()) return absl::StrCat(name_, " cannot import: ", host_->imports.ToString());
  if (!host_->followed.ok()) return absl::StrCat(name_, " cannot follow: ", host_->followed.ToString());
  for (uint32_t p = 0; p < kPartitions; ++p) {
    const PartitionStatus status = host_->engine.partition_status(p);
    // The foreign log that was away is read again.
    const bool stand_still = !status.imports.ok() && !absl::IsUnavailable(status.imports);
    if (stand_still) return absl::StrCat(name_, ", imports of partition ", p, ": ", status.imports.ToString());
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
  if (environment_.Below(2) == 0 && host_->claims.RunOne()) return true;
  return host_->executor.RunOne() || host_->claims.RunOne();
}

bool Process::PollImports() {
  if (host_ == nullptr || host_->shutting_down) return false;
  const absl::StatusOr<bool> polled = host_->engine.PollImports();
  // The next one begins anew.
  if (!polled.ok() && !absl::IsUnavailable(polled.status())) host_->imports = polled.status();
  return polled.ok() && *polled;
}

void Process::FireTimers() {
  if (host_ != nullptr) host_->timer.Fire(clock_.Now());
}

bool Process::Follow() {
  if (host_ == nullptr || host_->standby == nullptr) return false;
  const absl::StatusOr<bool> polled = host_->standby->PollOnce();
  if (!polled.ok() && !absl::IsUnavailable(polled.status())) host_->followed = polled.status();
  return polled.ok() && *polled;
}

void Process::Want(std::set<uint32_t> partitions) {
  WantOnly(std::move(partitions), [] {});
}

void Process::WantOnly(std::set<uint32_t> partitions, Task done) {
  wanted_ = std::move(partitions);
  if (host_ == nullptr) return;
  host_->keeper->WantOnly(wanted_, std::move(done));
}

}  // namespace sip

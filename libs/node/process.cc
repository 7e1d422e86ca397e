#include "libs/node/process.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/node/signals.h"
#include "libs/node/version.h"
#include "libs/rpc/log_handlers.h"
#include "libs/telemetry/log.h"

namespace sip {
namespace {

constexpr int kStopped = 0;
constexpr int kBadConfiguration = 2;
constexpr int kCouldNotStart = 3;
constexpr int kCouldNotRecord = 4;
constexpr absl::Duration kHealthInterval = absl::Milliseconds(250);

std::vector<std::string> Environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  return variables;
}

std::string HostOf(const std::string& address) { return address.substr(0, address.rfind(':')); }

void Complain(const std::string& name, absl::string_view what, const absl::Status& status) {
  std::fprintf(stderr, "%s: %s\n", name.c_str(), absl::StrCat(what, status.message()).c_str());
}

int Run(const Config& config, const std::string& name, std::vector<ServicePart> parts) {
  StopSignals signals;  // Before any thread, so that all inherit the mask.
  SetLogLevel(*ParseLogLevel(config.log_level));
  RedirectLibraryLogs();
  // Debian's Abseil is built with assertions: each of gRPC's locks would be entered into one graph of all, under one lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  auto process =
      Process::Start(config, SystemClock(), name, std::move(parts), [&](const absl::Status& why) { signals.StopBecause(why); });
  if (!process.ok()) {
    Complain(name, "cannot start: ", process.status());
    return kCouldNotStart;
  }
  const absl::Status why = signals.Wait();
  (*process)->Stop();
  if (why.ok()) return kStopped;
  Complain(name, "stopped: ", why);
  return kCouldNotRecord;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Process>> Process::Start(const Config& config, Clock& clock, const std::string& name,
                                                        std::vector<ServicePart> parts,
                                                        const std::function<void(absl::Status)>& on_stopped) {
  std::unique_ptr<Process> process(new Process(config, clock));
  const absl::Time start = clock.Now();
  SIP_RETURN_IF_ERROR(process->OpenNode(name, std::move(parts), on_stopped));
  SIP_RETURN_IF_ERROR(process->StartRpc());
  SIP_RETURN_IF_ERROR(process->StartHttp());
  process->WatchHealth();
  process->PrintStarted(clock.Now() - start);
  return process;
}

Process::Process(const Config& config, Clock& clock) : config_(config), clock_(clock), metrics_(NewMetrics()) {}

Process::~Process() { Stop(); }

absl::Status Process::OpenNode(const std::string& name, std::vector<ServicePart> parts,
                               const std::function<void(absl::Status)>& on_stopped) {
  Node::Definition definition;
  definition.process = name;
  for (ServicePart& part : parts) {
    std::move(part.contexts.begin(), part.contexts.end(), std::back_inserter(definition.contexts));
    definition.reads_all_logs = definition.reads_all_logs || part.reads_all_logs;
  }
  SIP_ASSIGN_OR_RETURN(node_, Node::Open(config_, clock_, std::move(definition), on_stopped));
  for (const ServicePart& part : parts) {
    SIP_ASSIGN_OR_RETURN(std::unique_ptr<RunningPart> running, part.open(*node_));
    parts_.push_back(std::move(running));
  }
  return absl::OkStatus();
}

absl::Status Process::StartRpc() {
  SIP_ASSIGN_OR_RETURN(rpc_, RpcServer::Create(ServerOptionsOf(config_), node_->agencies(), *metrics_, clock_));
  for (const auto& part : parts_) part->AddServices(*rpc_);
  return rpc_->Start();
}

absl::Status Process::StartHttp() {
  HttpEndpointOptions options;
  options.address = config_.http_address;
  const auto metrics = [this] {
    node_->UpdateMetrics(*metrics_);
    for (const auto& part : parts_) part->UpdateMetrics(*metrics_);
    return metrics_->Exposition();
  };
  SIP_ASSIGN_OR_RETURN(http_, NewHttpEndpoint(options, {metrics, [this] { return Health(); }}));
  return absl::OkStatus();
}

absl::Status Process::Health() const {
  SIP_RETURN_IF_ERROR(node_->Health());
  for (const auto& part : parts_) SIP_RETURN_IF_ERROR(part->Health());
  return absl::OkStatus();
}

void Process::WatchHealth() {
  const auto tell = [this](const absl::Status& health) {
    rpc_->SetAllServing(health.ok());
    if (health.ok()) {
      LogInfo("serving");
    } else {
      LogWarning("not_serving", {{"why", OperatorText(health.message())}});
    }
  };
  health_ = std::make_unique<HealthWatch>([this] { return Health(); }, tell, kHealthInterval);
}

void Process::PrintStarted(absl::Duration took) const {
  for (const std::string& line : node_->Found()) std::printf("%s\n", line.c_str());
  std::printf("started in %s\n", absl::FormatDuration(absl::Trunc(took, absl::Milliseconds(1))).c_str());
  std::printf("metrics http://%s:%d/metrics\n", HostOf(config_.http_address).c_str(), static_cast<int>(http_->port()));
  std::printf("listening %s:%d\n", HostOf(config_.listen_address).c_str(), rpc_->port());
  std::fflush(stdout);
}

void Process::Stop() {
  if (std::exchange(stopped_, true)) return;
  health_.reset();
  if (rpc_ != nullptr) rpc_->Stop(config_.drain_timeout);
  http_.reset();
  for (const auto& part : parts_) part->Stop();
  if (node_ != nullptr) node_->Shutdown();
  rpc_.reset();
  parts_.clear();
  FlushLog();
}

int RunProcess(int argc, char** argv, const std::string& name, std::vector<ServicePart> parts) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto loaded = LoadConfig(name, arguments, Environment(), kVersion);
  if (!loaded.ok()) {
    Complain(name, "", loaded.status());
    return kBadConfiguration;
  }
  if (const auto* print = std::get_if<PrintAndExit>(&*loaded)) {
    std::fputs(print->text.c_str(), stdout);
    return kStopped;
  }
  return Run(std::get<Config>(*loaded), name, std::move(parts));
}

}  // namespace sip

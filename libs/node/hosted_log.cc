#include "libs/node/hosted_log.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/rocks/files.h"
#include "libs/stream_store/stream_store_rocks.h"

namespace sip {
namespace {

EngineOptions EngineOptionsOf(const Config& config) {
  EngineOptions options;
  options.mailbox_limit = config.engine_mailbox_limit;
  options.in_flight_limit = config.engine_in_flight_limit;
  options.import_queue_limit = config.engine_import_queue_limit;
  options.parked_limit = config.engine_parked_limit;
  options.cached_cases = config.engine_cached_cases;
  options.idempotency_window = config.engine_idempotency_window;
  options.idempotency_positions = config.engine_idempotency_positions;
  options.import_gather = config.engine_import_gather;
  options.clock_bound = config.engine_clock_bound;
  return options;
}

// Each once.
std::set<std::string> ImportedLogs(const ContextModel& model) {
  std::set<std::string> names;
  for (const ImportedKind& kind : model.Imports()) names.insert(kind.foreign_log);
  return names;
}

absl::StatusOr<std::unique_ptr<StreamStore>> OpenStreams(const Config& config, const std::string& log, RocksResources& resources) {
  SIP_RETURN_IF_ERROR(RocksFiles().MakeFolder(config.data_dir + "/streams"));
  RocksDatabase::Options options;
  options.path = absl::StrCat(config.data_dir, "/streams/", log);
  options.resources = &resources;
  SIP_ASSIGN_OR_RETURN(std::unique_ptr<RocksDatabase> database, RocksDatabase::Open(options));
  return NewRocksStreamStore(std::move(database));
}

}  // namespace

absl::StatusOr<std::unique_ptr<HostedLog>> HostedLog::Open(const Parts& parts, std::unique_ptr<ContextModel> model) {
  std::unique_ptr<HostedLog> hosted(new HostedLog(parts.clock));
  hosted->model_ = std::move(model);
  SIP_ASSIGN_OR_RETURN(hosted->streams_, OpenStreams(parts.config, hosted->model_->log_name(), parts.resources));
  if (parts.log.OthersCanOwn()) hosted->standby_ = std::make_unique<Standby>(parts.log, *hosted->streams_);
  std::vector<ForeignLog> foreign;
  for (const std::string& name : ImportedLogs(*hosted->model_)) foreign.push_back({name, &parts.other_log(name)});
  EngineParts engine_parts{*hosted->model_,   parts.log,
                           *hosted->streams_, parts.codec,
                           parts.clock,       parts.executor,
                           parts.timer,       parts.zone,
                           parts.agencies,    parts.rule_sets,
                           parts.claimant,    EngineOptionsOf(parts.config),
                           &parts.claims,     hosted->standby_.get()};
  hosted->engine_ = std::make_unique<ContextEngine>(std::move(engine_parts), foreign, parts.codec);
  if (parts.log.OthersCanOwn()) {
    OwnershipKeeper::Options options;
    options.jitter_seed = std::random_device()();
    hosted->keeper_ = OwnershipKeeper::Make(*hosted->engine_, parts.clock, parts.timer, options);
  }
  return hosted;
}

HostedLog::~HostedLog() {
  StopKeeping();
  if (standby_ != nullptr) standby_->Stop();
}

void HostedLog::StartStandby() {
  if (standby_ != nullptr) standby_->Start();
}

void HostedLog::Want(std::set<uint32_t> partitions, Task given_up) {
  keeper_->WantOnly(std::move(partitions), std::move(given_up));
}

void HostedLog::StopKeeping() {
  if (keeper_ != nullptr) keeper_->Stop();
}

absl::Status HostedLog::HealthOf(uint32_t partition) const {
  const PartitionStatus status = engine_->partition_status(partition);
  const std::string name = absl::StrCat(engine_->log_name(), " partition ", partition);
  if (status.phase == PartitionStatus::Phase::kStopped) {
    return absl::UnavailableError(absl::StrCat(name, " is stopped: ", status.stopped.message()));
  }
  if (keeper_ != nullptr && !keeper_->Wants(partition)) return absl::OkStatus();
  if (status.phase != PartitionStatus::Phase::kServing) {
    const absl::Status why = keeper_ == nullptr ? status.stopped : keeper_->StatusOf(partition);
    return absl::UnavailableError(absl::StrCat(name, " does not serve: ", why.ok() ? "it is being taken over" : why.message()));
  }
  if (!status.imports.ok()) return absl::UnavailableError(absl::StrCat(name, " does not import: ", status.imports.message()));
  return absl::OkStatus();
}

absl::Status HostedLog::Health() const {
  for (uint32_t p = 0; p < engine_->partition_count(); ++p) SIP_RETURN_IF_ERROR(HealthOf(p));
  if (standby_ == nullptr || standby_->status().ok()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(engine_->log_name(), " is not followed: ", standby_->status().message()));
}

void HostedLog::UpdateMetrics(Metrics& metrics) const {
  for (uint32_t p = 0; p < engine_->partition_count(); ++p) {
    const PartitionStatus status = engine_->partition_status(p);
    const MetricLabels labels = {{"log", engine_->log_name()}, {"partition", absl::StrCat(p)}};
    const auto set = [&](StaticText name, StaticText help, double value) { metrics.GetGauge(name, help, labels).Set(value); };
    set("sip_partition_next_index", "Valid commands in the partition.", static_cast<double>(status.next_idx));
    set("sip_partition_waiting", "Commands that wait to be decided.", static_cast<double>(status.waiting));
    set("sip_partition_in_flight", "Records appended and not yet durable.", static_cast<double>(status.in_flight));
    set("sip_partition_parked", "Commands that wait for tokens or imports.", static_cast<double>(status.parked));
    set("sip_partition_doubts", "How often the fate of appends had to be found out.", static_cast<double>(status.doubts));
    set("sip_partition_take_overs", "How often this node took the partition over.", static_cast<double>(status.take_overs));
    set("sip_partition_barriers", "Empty commands recorded to be sure of the ownership.", static_cast<double>(status.barriers));
    set("sip_partition_serving", "1 if this node owns the partition and serves it.",
        status.phase == PartitionStatus::Phase::kServing ? 1 : 0);
    set("sip_partition_importing", "1 if imports go on.", status.imports.ok() ? 1 : 0);
  }
  UpdateLags(metrics);
}

void HostedLog::UpdateLags(Metrics& metrics) const {
  const absl::Time now = clock_.Now();
  for (uint32_t p = 0; standby_ != nullptr && p < engine_->partition_count(); ++p) {
    // Who serves it has recorded all that there is.
    const bool serving = engine_->partition_status(p).phase == PartitionStatus::Phase::kServing;
    metrics
        .GetGauge("sip_partition_lag_seconds",
                  "How long ago this node knew all that was recorded in the partition; 0 if it serves it.",
                  {{"log", engine_->log_name()}, {"partition", absl::StrCat(p)}})
        .Set(serving ? 0 : LagSeconds(standby_->known_until().Of(p), now));
  }
  for (const auto& [from, known_until] : engine_->imports_known_until()) {
    metrics
        .GetGauge("sip_import_lag_seconds",
                  "How long ago all that was recorded in the other log had been handed to the partitions.",
                  {{"log", engine_->log_name()}, {"from", from}})
        .Set(LagSeconds(known_until, now));
  }
}

}  // namespace sip

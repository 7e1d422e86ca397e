#include "services/sipd/write_side.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/config/secret_file.h"
#include "libs/rocks/files.h"
#include "libs/rules/load.h"
#include "libs/stream_store/stream_store_rocks.h"
#include "libs/telemetry/log.h"
#include "services/consent/domain/consent.h"
#include "services/deviations/domain/deviations.h"
#include "services/meetings/domain/meetings_context.h"
#include "services/plans/domain/plans_context.h"
#include "services/plans/domain/rule_set.h"
#include "services/plans/domain/subject.h"
#include "sip/rules/v1/rule_set_events.pb.h"
#include "sip/rules/v1/rule_set_service.pb.h"

namespace sip {
namespace {

constexpr int kEngineThreads = 2;
constexpr char kTimeZone[] = "Europe/Stockholm";
constexpr char kBuild[] = "sipd 0.1.0";

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

// Carries a command out and waits for its answer.
absl::StatusOr<CommandAnswer> ExecuteAndWait(CommandExecutor& executor, CommandRequest request) {
  Mutex mutex;
  CondVar answered;
  std::optional<absl::StatusOr<CommandAnswer>> answer;
  executor.Execute(std::move(request), [&](absl::StatusOr<CommandAnswer> value) {
    MutexLock lock(mutex);
    answer = std::move(value);
    answered.NotifyAll();
  });
  mutex.Lock();
  while (!answer.has_value()) answered.Wait(mutex);
  mutex.Unlock();
  return *std::move(answer);
}

bool ImportsFrom(const ContextModel& model, absl::string_view log_name) {
  const std::vector<ImportedKind> imports = model.Imports();
  return std::any_of(imports.begin(), imports.end(), [&](const ImportedKind& kind) { return kind.foreign_log == log_name; });
}

}  // namespace

absl::StatusOr<std::unique_ptr<WriteSide>> WriteSide::Open(const Config& config, Clock& clock,
                                                           const std::function<void(absl::Status)>& on_stopped) {
  std::unique_ptr<WriteSide> side(new WriteSide(config, clock));
  SIP_RETURN_IF_ERROR(side->Load(on_stopped));
  return side;
}

WriteSide::WriteSide(const Config& config, Clock& clock) : config_(config), clock_(clock) {
  const auto add = [this](std::unique_ptr<ContextModel> model) {
    codec_.AddModel(*model);
    log_names_.push_back(model->log_name());
    models_[model->log_name()] = std::move(model);
  };
  add(MakeContextModel<RulesContext>());
  add(MakeContextModel<SubjectsContext>());
  add(MakeContextModel<PlansContext>());
  add(MakeContextModel<ConsentContext>());
  add(MakeContextModel<MeetingsContext>());
  add(MakeContextModel<DeviationsContext>());
}

WriteSide::~WriteSide() { Shutdown(); }

absl::Status WriteSide::Load(const std::function<void(absl::Status)>& on_stopped) {
  if (!absl::LoadTimeZone(kTimeZone, &zone_)) {
    return absl::FailedPreconditionError(absl::StrCat("the time zone ", kTimeZone, " is not installed; install tzdata"));
  }
  SIP_ASSIGN_OR_RETURN(const rules::v1::AgencyDirectory directory, LoadAgencyDirectory(config_.agencies_file));
  agencies_ = AgencyDirectory(directory);
  SIP_RETURN_IF_ERROR(RocksFiles().MakeFolder(config_.data_dir));
  SIP_ASSIGN_OR_RETURN(installation_key_, LoadOrCreateSecret(config_.SecretFile()));
  SIP_RETURN_IF_ERROR(OpenLog(on_stopped));
  timer_ = std::make_unique<ThreadTimer>(clock_);
  pool_ = std::make_unique<ThreadPool>(kEngineThreads);
  for (const std::string& log_name : log_names_) {
    SIP_RETURN_IF_ERROR(StartEngine(log_name));
    engines_[log_name]->SetOnStopped(on_stopped);
  }
  SIP_RETURN_IF_ERROR(CatchUpRuleBook());
  SIP_RETURN_IF_ERROR(PublishRuleSets());
  for (const auto& [log_name, engine] : engines_) engine->StartImports();
  return absl::OkStatus();
}

absl::Status WriteSide::OpenLog(std::function<void(absl::Status)> on_stopped) {
  RocksResources::Limits limits;
  limits.block_cache_bytes = config_.storage_cache_bytes;
  resources_ = std::make_unique<RocksResources>(limits);
  RocksLogOptions options;
  options.path = config_.data_dir + "/log";
  options.resources = resources_.get();
  options.anchor_path = config_.storage_anchor_file;
  options.anchor_interval = config_.storage_anchor_interval;
  options.disk_reserve_bytes = config_.storage_disk_reserve_bytes;
  options.on_failure = std::move(on_stopped);
  options.on_warning = [](const absl::Status& status) {
    LogWarning("anchor_not_written", {{"why", OperatorText(status.message())}});
  };
  for (const std::string& name : log_names_) {
    const bool shared = name == RulesContext::kLogName || name == SubjectsContext::kLogName;
    options.logs.push_back({name, shared ? 1 : static_cast<uint32_t>(config_.partitions)});
  }
  SIP_ASSIGN_OR_RETURN(store_, RocksLogStore::Open(options));
  return absl::OkStatus();
}

absl::Status WriteSide::StartEngine(const std::string& log_name) {
  SIP_RETURN_IF_ERROR(RocksFiles().MakeFolder(config_.data_dir + "/streams"));
  RocksDatabase::Options options;
  options.path = absl::StrCat(config_.data_dir, "/streams/", log_name);
  options.resources = resources_.get();
  SIP_ASSIGN_OR_RETURN(std::unique_ptr<RocksDatabase> database, RocksDatabase::Open(options));
  streams_[log_name] = NewRocksStreamStore(std::move(database));
  const ContextModel& model = *models_[log_name];
  std::vector<ForeignLog> foreign;
  for (const std::string& other : log_names_) {
    if (ImportsFrom(model, other)) foreign.push_back({other, store_->log(other)});
  }
  EngineParts parts{model,
                    *store_->log(log_name),
                    *streams_[log_name],
                    codec_,
                    clock_,
                    *pool_,
                    *timer_,
                    zone_,
                    agencies_,
                    [this] { return rule_book_.Snapshot(); },
                    ClaimantInfo{config_.node_name, config_.listen_address, kBuild},
                    EngineOptionsOf(config_)};
  auto engine = std::make_unique<ContextEngine>(std::move(parts), std::move(foreign), codec_);
  SIP_RETURN_IF_ERROR(engine->Start());
  engines_[log_name] = std::move(engine);
  return absl::OkStatus();
}

absl::Status WriteSide::CatchUpRuleBook() {
  rule_follower_ = std::make_unique<LogFollower>(
      *store_->log(RulesContext::kLogName),
      LogFollower::Handlers{[] { return std::vector<TailStart>{TailStart{}}; },
                            [this](const TailBatch& batch) -> absl::Status {
                              for (const ValidRecordPtr& stored : batch.records) {
                                SIP_ASSIGN_OR_RETURN(const RecordedCommand record,
                                                     codec_.Decode(*stored, RulesContext::kLogName, DecodeOptions{}));
                                for (const RecordedEvent& event : record.events) {
                                  rule_book_.Apply(static_cast<const rules::v1::RuleSetEvent&>(*event.event));
                                }
                              }
                              return absl::OkStatus();
                            },
                            [](const absl::Status& why) {
                              LogError("rule_sets_stand_still", {{"why", OperatorText(why.message())}});
                            }});
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) more = rule_follower_->PollOnce(absl::ZeroDuration());
  SIP_RETURN_IF_ERROR(more.status());
  rule_follower_->StartThread();
  return absl::OkStatus();
}

absl::Status WriteSide::PublishRuleSets() {
  SIP_ASSIGN_OR_RETURN(const std::vector<rules::v1::RuleSet> rule_sets, LoadRuleSets(config_.rules_dir));
  for (const rules::v1::RuleSet& rule_set : rule_sets) {
    if (rule_book_.FindByDigest(RuleSetDigest(rule_set)) != nullptr) continue;
    CommandRequest request;
    request.request_id = NewUuidV7();
    request.actor.set_assurance(common::v1::IDENTITY_ASSURANCE_SYSTEM);
    auto command = std::make_shared<rules::v1::RuleSetCommand>();
    command->mutable_publish_rule_set()->set_request_id(request.request_id.ToString());
    *command->mutable_publish_rule_set()->mutable_rule_set() = rule_set;
    request.command = std::move(command);
    const absl::StatusOr<CommandAnswer> answer = ExecuteAndWait(engine(RulesContext::kLogName), std::move(request));
    if (!answer.ok()) {
      return absl::Status(answer.status().code(),
                          absl::StrCat("rule set ", rule_set.id(), " of ", config_.rules_dir, ": ", answer.status().message()));
    }
    // What the log now holds is applied at once; the follower meets it again without effect.
    for (const RecordedEvent& event : answer->record->events) {
      rule_book_.Apply(static_cast<const rules::v1::RuleSetEvent&>(*event.event));
    }
  }
  return absl::OkStatus();
}

ContextEngine& WriteSide::engine(absl::string_view log_name) {
  const auto it = engines_.find(log_name);
  SIP_CHECK(it != engines_.end());
  return *it->second;
}

EventLog& WriteSide::log(absl::string_view log_name) {
  EventLog* log = store_->log(log_name);
  SIP_CHECK(log != nullptr);
  return *log;
}

StreamStore& WriteSide::streams(absl::string_view log_name) {
  const auto it = streams_.find(log_name);
  SIP_CHECK(it != streams_.end());
  return *it->second;
}

absl::Status WriteSide::Health() const {
  SIP_RETURN_IF_ERROR(store_->health());
  for (const auto& [log_name, engine] : engines_) {
    for (uint32_t p = 0; p < engine->partition_count(); ++p) {
      const PartitionStatus status = engine->partition_status(p);
      if (status.phase != PartitionStatus::Phase::kServing) {
        return absl::UnavailableError(absl::StrCat(log_name, " partition ", p, " does not serve: ", status.stopped.message()));
      }
      if (!status.imports.ok()) {
        return absl::UnavailableError(absl::StrCat(log_name, " partition ", p, " does not import: ", status.imports.message()));
      }
    }
  }
  return absl::OkStatus();
}

void WriteSide::UpdateMetrics(Metrics& metrics) const {
  for (const auto& [log_name, engine] : engines_) {
    for (uint32_t p = 0; p < engine->partition_count(); ++p) {
      const PartitionStatus status = engine->partition_status(p);
      const MetricLabels labels = {{"log", log_name}, {"partition", absl::StrCat(p)}};
      const auto set = [&](StaticText name, StaticText help, double value) { metrics.GetGauge(name, help, labels).Set(value); };
      set("sip_partition_next_index", "Valid commands in the partition.", static_cast<double>(status.next_idx));
      set("sip_partition_waiting", "Commands that wait to be decided.", static_cast<double>(status.waiting));
      set("sip_partition_in_flight", "Records appended and not yet durable.", static_cast<double>(status.in_flight));
      set("sip_partition_parked", "Commands that wait for tokens or imports.", static_cast<double>(status.parked));
      set("sip_partition_doubts", "How often the fate of appends had to be found out.", static_cast<double>(status.doubts));
      set("sip_partition_serving", "1 if the partition serves.", status.phase == PartitionStatus::Phase::kServing ? 1 : 0);
      set("sip_partition_importing", "1 if imports go on.", status.imports.ok() ? 1 : 0);
    }
  }
}

void WriteSide::Shutdown() {
  if (std::exchange(shut_down_, true)) return;
  if (rule_follower_ != nullptr) rule_follower_->Stop();
  Mutex mutex;
  CondVar changed;
  size_t left = engines_.size();
  for (const auto& [log_name, engine] : engines_) {
    engine->Shutdown([&] {
      MutexLock lock(mutex);
      --left;
      changed.NotifyAll();
    });
  }
  mutex.Lock();
  while (left > 0) changed.Wait(mutex);
  mutex.Unlock();
  // The pool's last tasks may still hold a partition; join it while everything they use is there.
  pool_.reset();
  timer_.reset();
  engines_.clear();
  rule_follower_.reset();
  if (store_ != nullptr) {
    if (const absl::Status closed = store_->Close(); !closed.ok()) {
      LogError("log_not_closed", {{"why", OperatorText(closed.message())}});
    }
  }
}

}  // namespace sip

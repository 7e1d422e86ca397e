#include "libs/node/node.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/config/secret_file.h"
#include "libs/domain/stored_logs.h"
#include "libs/engine/store_failure.h"
#include "libs/node/version.h"
#include "libs/rocks/files.h"
#include "libs/rules/load.h"
#include "libs/telemetry/log.h"

namespace sip {
namespace {

constexpr int kEngineThreads = 2;
// Claims wait for brokers most of the time.
constexpr int kClaimThreads = 4;
constexpr char kTimeZone[] = "Europe/Stockholm";
constexpr char kRulesLog[] = "sip.rules";
constexpr char kSubjectsLog[] = "sip.subjects";
constexpr absl::Duration kRulesCatchUp = absl::Minutes(1);
// For nodes that start at the same time, and the group that must agree first.
constexpr absl::Duration kPublishWithin = absl::Minutes(2);

// Runs `done` when it has been called so many times.
std::function<void()> AfterCalls(size_t times, Task done) {
  auto left = std::make_shared<std::atomic<size_t>>(times);
  auto shared_done = std::make_shared<Task>(std::move(done));
  return [left, shared_done] {
    if (left->fetch_sub(1) == 1) (*shared_done)();
  };
}

// Calls `start` with a task, and waits until that has run.
void RunAndWait(const std::function<void(Task done)>& start) {
  Mutex mutex;
  CondVar changed;
  bool finished = false;
  start([&] {
    MutexLock lock(mutex);
    finished = true;
    changed.NotifyAll();
  });
  MutexLock lock(mutex);
  while (!finished) changed.Wait(mutex);
}

// The logs that a process reads: its own, what these import from, and the rule sets.
std::vector<std::string> LogsToRead(const std::vector<std::unique_ptr<ContextModel>>& contexts, bool all) {
  std::set<std::string> names = {kRulesLog};
  for (const auto& context : contexts) {
    names.insert(context->log_name());
    for (const ImportedKind& kind : context->Imports()) names.insert(kind.foreign_log);
  }
  std::vector<std::string> in_order;
  for (const StoredLog& log : StoredLogs()) {
    if (all || names.count(log.name) > 0) in_order.push_back(log.name);
  }
  return in_order;
}

bool HostsAllLogs(const std::vector<std::unique_ptr<ContextModel>>& contexts) { return contexts.size() == StoredLogs().size(); }

}  // namespace

absl::StatusOr<std::unique_ptr<Node>> Node::Open(const Config& config, Clock& clock, Definition definition,
                                                 const std::function<void(absl::Status)>& on_stopped) {
  if (!config.OnKafka() && !HostsAllLogs(definition.contexts)) {
    return absl::InvalidArgumentError(
        absl::StrCat(definition.process, " needs kafka.brokers; on the embedded log all services are in one process, sipd"));
  }
  std::unique_ptr<Node> node(new Node(config, clock, definition.process));
  SIP_RETURN_IF_ERROR(node->Load(std::move(definition), on_stopped));
  return node;
}

Node::Node(const Config& config, Clock& clock, std::string process)
    : config_(config), clock_(clock), process_(std::move(process)), codec_(StoredCommands(), StoredEvents()) {}

Node::~Node() { Shutdown(); }

absl::Status Node::Load(Definition definition, const std::function<void(absl::Status)>& on_stopped) {
  if (!absl::LoadTimeZone(kTimeZone, &zone_)) {
    return absl::FailedPreconditionError(absl::StrCat("the time zone ", kTimeZone, " is not installed; install tzdata"));
  }
  SIP_ASSIGN_OR_RETURN(const rules::v1::AgencyDirectory directory, LoadAgencyDirectory(config_.agencies_file));
  agencies_ = AgencyDirectory(directory);
  SIP_RETURN_IF_ERROR(RocksFiles().MakeFolder(config_.data_dir));
  log_names_ = LogsToRead(definition.contexts, definition.reads_all_logs);
  for (const auto& context : definition.contexts) hosted_names_.push_back(context->log_name());
  if (std::count(hosted_names_.begin(), hosted_names_.end(), kSubjectsLog) > 0) SIP_RETURN_IF_ERROR(LoadInstallationKey());
  std::string endpoint = config_.listen_address;
  if (config_.OnKafka()) {
    SIP_ASSIGN_OR_RETURN(endpoint, AddressOfThisNode(config_, process_));
  }
  RocksResources::Limits limits;
  limits.block_cache_bytes = config_.storage_cache_bytes;
  resources_ = std::make_unique<RocksResources>(limits);
  SIP_RETURN_IF_ERROR(OpenLogs(on_stopped));
  timer_ = std::make_unique<ThreadTimer>(clock_);
  claims_ = std::make_unique<ThreadPool>(kClaimThreads);
  pool_ = std::make_unique<ThreadPool>(kEngineThreads);
  rule_follower_ = std::make_unique<RuleSetFollower>(log(kRulesLog), codec_, rule_book_);
  SIP_RETURN_IF_ERROR(OpenHostedLogs(std::move(definition.contexts), endpoint));
  SIP_RETURN_IF_ERROR(config_.OnKafka() ? StartInCluster(on_stopped) : StartAlone(on_stopped));
  return PublishOwnRuleSets();
}

// Another key would give a known person another id.
absl::Status Node::LoadInstallationKey() {
  const std::string file = config_.SecretFile();
  SIP_ASSIGN_OR_RETURN(installation_key_, config_.OnKafka() ? LoadSecret(file) : LoadOrCreateSecret(file));
  return absl::OkStatus();
}

absl::Status Node::OpenLogs(const std::function<void(absl::Status)>& on_stopped) {
  if (!config_.OnKafka()) {
    SIP_ASSIGN_OR_RETURN(logs_, OpenEmbeddedLogs(config_, log_names_, *resources_, on_stopped));
    return absl::OkStatus();
  }
  SIP_ASSIGN_OR_RETURN(logs_, OpenKafkaLogs(config_, log_names_, [this](const auto& log, uint32_t partition, auto done) {
                         AskOwner(log, partition, std::move(done));
                       }));
  return absl::OkStatus();
}

absl::Status Node::OpenHostedLogs(std::vector<std::unique_ptr<ContextModel>> contexts, const std::string& endpoint) {
  for (std::unique_ptr<ContextModel>& context : contexts) {
    const std::string name = context->log_name();
    const HostedLog::Parts parts{config_,
                                 log(name),
                                 *resources_,
                                 codec_,
                                 clock_,
                                 *pool_,
                                 *claims_,
                                 *timer_,
                                 zone_,
                                 agencies_,
                                 [this] { return rule_book_.Snapshot(); },
                                 ClaimantInfo{config_.node_name, endpoint, absl::StrCat(process_, " ", kVersion)},
                                 [this](absl::string_view other) -> EventLog& { return log(other); }};
    SIP_ASSIGN_OR_RETURN(hosted_[name], HostedLog::Open(parts, std::move(context)));
    local_.Add(hosted_[name]->engine(), hosted_[name]->streams());
  }
  return absl::OkStatus();
}

absl::Status Node::StartAlone(const std::function<void(absl::Status)>& on_stopped) {
  for (const std::string& name : hosted_names_) {
    SIP_RETURN_IF_ERROR(hosted_[name]->Start());
    hosted_[name]->engine().SetOnStopped(on_stopped);
  }
  SIP_RETURN_IF_ERROR(rule_follower_->CatchUpAndFollow(kRulesCatchUp));
  for (const std::string& name : hosted_names_) hosted_[name]->StartImports();
  return absl::OkStatus();
}

absl::Status Node::StartInCluster(const std::function<void(absl::Status)>& on_stopped) {
  SIP_RETURN_IF_ERROR(rule_follower_->CatchUpAndFollow(kRulesCatchUp));
  std::map<std::string, uint32_t> counts;
  for (const std::string& name : log_names_) counts[name] = log(name).identity().partition_count;
  const auto last_owner = [this](const std::string& name, uint32_t partition) { return log(name).LastOwner(partition); };
  SIP_ASSIGN_OR_RETURN(link_, ClusterLink::Open({config_, process_, local_, clock_, *timer_, std::move(counts), last_owner}));
  for (const std::string& name : hosted_names_) {
    routed_[name] = std::make_unique<RoutedExecutor>(link_->router(), name);
    // A partition whose log cannot be read takes no others with it; health says so. If our own disk fails, others must take over.
    hosted_[name]->engine().SetOnStopped([name, on_stopped](const absl::Status& why) {
      LogError("partition_stopped", {{"log", LogCode(name)}, {"why", OperatorText(why.message())}});
      if (IsStoreFailure(why)) on_stopped(why);
    });
    hosted_[name]->StartStandby();
    hosted_[name]->StartImports();
  }
  if (hosted_names_.empty()) return absl::OkStatus();
  if (config_.cluster_ownership == "group") return JoinGroup();
  SIP_ASSIGN_OR_RETURN(const std::set<uint32_t> partitions, ParsePartitions(config_.cluster_partitions));
  OwnershipGroup::Shares shares;
  for (const std::string& name : hosted_names_) shares[name] = PartitionsOfLog(partitions, log(name).identity().partition_count);
  WantShares(shares, [] {});
  return absl::OkStatus();
}

absl::Status Node::JoinGroup() {
  OwnershipGroup::Options options;
  options.process = process_;
  options.node = config_.node_name;
  options.logs = hosted_names_;
  options.session_timeout = config_.cluster_session_timeout;
  options.on_change = [this](const OwnershipGroup::Shares& shares, Task given_up) { WantShares(shares, std::move(given_up)); };
  SIP_ASSIGN_OR_RETURN(group_, OwnershipGroup::Join(KafkaLogOptionsOf(config_), std::move(options)));
  return absl::OkStatus();
}

void Node::WantShares(const OwnershipGroup::Shares& shares, Task given_up) {
  const std::function<void()> each = AfterCalls(hosted_names_.size(), std::move(given_up));
  for (const std::string& name : hosted_names_) {
    const auto share = shares.find(name);
    hosted_[name]->Want(share == shares.end() ? std::set<uint32_t>{} : share->second, each);
  }
}

absl::Status Node::PublishOwnRuleSets() {
  if (!Hosts(kRulesLog)) return absl::OkStatus();
  return PublishRuleSets(config_.rules_dir, commands(kRulesLog), rule_book_, clock_.Now() + kPublishWithin);
}

void Node::AskOwner(const std::string& log, uint32_t partition, KafkaLogOptions::EndDone done) {
  if (link_ == nullptr) return done(absl::UnavailableError("the node is starting"));
  link_->router().Barrier(log, partition, clock_.Now() + config_.kafka_request_timeout,
                          [done = std::move(done)](const absl::StatusOr<Watermark>& watermark) mutable {
                            if (!watermark.ok()) return done(watermark.status());
                            done(LogEnd{watermark->next_idx});
                          });
}

CommandExecutor& Node::commands(absl::string_view log_name) {
  const auto routed = routed_.find(log_name);
  if (routed != routed_.end()) return *routed->second;
  const auto hosted = hosted_.find(log_name);
  SIP_CHECK(hosted != hosted_.end());
  return hosted->second->engine();
}

PartitionAccess& Node::partitions() { return link_ != nullptr ? link_->router() : static_cast<PartitionAccess&>(local_); }

const StreamStore* Node::streams(absl::string_view log_name) const {
  const auto hosted = hosted_.find(log_name);
  return hosted == hosted_.end() ? nullptr : &hosted->second->streams();
}

absl::Status Node::Health() const {
  SIP_RETURN_IF_ERROR(logs_->Health());
  if (group_ != nullptr && !group_->joined()) {
    return absl::UnavailableError("the group that shares out the partitions has given this node no share yet");
  }
  for (const std::string& name : hosted_names_) SIP_RETURN_IF_ERROR(hosted_.at(name)->Health());
  const absl::Status rules = rule_follower_->status();
  if (!rules.ok()) return absl::UnavailableError(absl::StrCat("the rule sets are not followed: ", rules.message()));
  return absl::OkStatus();
}

void Node::UpdateMetrics(Metrics& metrics) const {
  logs_->UpdateMetrics(metrics);
  if (link_ != nullptr) link_->UpdateMetrics(metrics);
  for (const std::string& name : hosted_names_) hosted_.at(name)->UpdateMetrics(metrics);
}

void Node::GiveUpPartitions() {
  for (const auto& [name, hosted] : hosted_) hosted->StopKeeping();
  if (group_ != nullptr) return group_->Leave();
  if (link_ != nullptr && !hosted_.empty()) RunAndWait([this](Task done) { WantShares({}, std::move(done)); });
}

void Node::Shutdown() {
  if (std::exchange(shut_down_, true)) return;
  if (rule_follower_ != nullptr) rule_follower_->Stop();
  GiveUpPartitions();
  if (link_ != nullptr) link_->Stop(config_.drain_timeout);
  if (!hosted_.empty()) {
    RunAndWait([this](Task done) {
      const std::function<void()> each = AfterCalls(hosted_.size(), std::move(done));
      for (const auto& [name, hosted] : hosted_) hosted->Shutdown(each);
    });
  }
  if (link_ != nullptr) link_->AwaitQuiet(config_.kafka_request_timeout);
  // The pools' last tasks may still hold a partition; join them while everything they use is there.
  claims_.reset();
  pool_.reset();
  timer_.reset();
  link_.reset();
  hosted_.clear();
  rule_follower_.reset();
  if (logs_ == nullptr) return;
  if (const absl::Status closed = logs_->Close(); !closed.ok()) {
    LogError("log_not_closed", {{"why", OperatorText(closed.message())}});
  }
}

}  // namespace sip

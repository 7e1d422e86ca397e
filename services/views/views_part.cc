#include "services/views/views_part.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/domain/stored_logs.h"
#include "libs/engine/known_until.h"
#include "libs/eventsourcing/record.h"
#include "libs/eventsourcing/rejection.h"
#include "services/views/projections/registry.h"
#include "services/views/server/case_memos.h"
#include "services/views/server/case_views.h"
#include "services/views/server/consent_views.h"
#include "services/views/server/deadline_views.h"
#include "services/views/server/deviation_views.h"
#include "services/views/server/history_service.h"
#include "services/views/server/meeting_views.h"
#include "services/views/server/plan_views.h"
#include "services/views/server/view_set.h"

namespace sip {
namespace {

// History tells who acted and on what; a fold does without.
constexpr DecodeOptions kWithDecision{.command = true, .decision = true};

// Of the log that the record was imported from; empty if it is a client's command.
std::string ImportedLogName(Node& node, const log::v1::CommandHeader& header) {
  if (!header.has_imports()) return "";
  for (const StoredLog& log : StoredLogs()) {
    if (node.log(log.name).identity().log_id == header.imports().log_id()) return log.name;
  }
  return "";
}

absl::StatusOr<std::vector<RecordOfCase>> Understand(Node& node, const CaseRecordsQuestion& question,
                                                     std::vector<ValidRecord> stored) {
  std::vector<RecordOfCase> records;
  records.reserve(stored.size());
  for (ValidRecord& record : stored) {
    SIP_ASSIGN_OR_RETURN(RecordedCommand decoded, node.codec().Decode(record, question.log_name, kWithDecision));
    if (question.as_of.has_value() && decoded.recorded_at > *question.as_of) continue;
    std::string imported_log_name = ImportedLogName(node, *decoded.header);
    records.push_back({std::move(record), std::move(decoded), std::move(imported_log_name)});
  }
  return records;
}

using RecordsDone = absl::AnyInvocable<void(absl::StatusOr<std::vector<RecordOfCase>>)>;

void ReadRecords(Node& node, CaseRecordsQuestion question, RecordsDone done) {
  const std::string log_name = question.log_name;
  const Uuid case_id = question.case_id;
  const absl::Time deadline = question.deadline;
  node.partitions().ReadScope(
      log_name, case_id, deadline,
      [&node, question = std::move(question), done = std::move(done)](absl::StatusOr<std::vector<ValidRecord>> stored) mutable {
        if (!stored.ok()) return done(stored.status());
        done(Understand(node, question, *std::move(stored)));
      });
}

class RunningViews final : public RunningPart {
 public:
  explicit RunningViews(Node& node) : node_(node), memos_(node.config().views_memo_bytes) {}
  absl::Status Open();

  void AddServices(RpcServer& server) override;
  absl::Status Health() const override { return views_->Health(); }
  void UpdateMetrics(Metrics& metrics) const override;
  void Stop() override { views_->Stop(); }

 private:
  Node& node_;
  CaseMemos memos_;
  std::unique_ptr<ViewSet> views_;
};

absl::Status RunningViews::Open() {
  ViewSet::Parts parts{
      node_.codec(),
      node_.timer(),
      node_.clock(),
      memos_,
      &node_.resources(),
      node_.config().views_gather,
      node_.config().data_dir + "/views",
      [this](absl::string_view name) -> EventLog& { return node_.log(name); },
      [this](absl::string_view name) { return node_.streams(name); },
      [this](absl::string_view name, const ConsistencyToken& token, absl::Time deadline, ViewSet::Parts::ImportDone done) {
        node_.partitions().AwaitImport(std::string(name), token, deadline, std::move(done));
      }};
  std::error_code error;
  std::filesystem::create_directories(parts.root, error);
  if (error) return absl::UnavailableError(absl::StrCat("cannot make the folder ", parts.root, ": ", error.message()));
  SIP_ASSIGN_OR_RETURN(views_, ViewSet::Open(std::move(parts), AllProjections(node_.rule_book(), node_.zone())));
  return absl::OkStatus();
}

void RunningViews::AddServices(RpcServer& server) {
  const CallEnvironment& environment = server.environment();
  const CaseRecords records = CaseRecordsOf(node_);
  std::vector<std::string> logs_of_cases;
  for (const StoredLog& log : StoredLogs()) {
    if (!log.shared) logs_of_cases.push_back(log.name);
  }
  server.AddService(NewCaseViews(environment, *views_, records));
  server.AddService(NewConsentViews(environment, *views_));
  server.AddService(NewMeetingViews(environment, *views_));
  server.AddService(NewDeadlineViews(environment, *views_, node_.zone()));
  server.AddService(NewDeviationViews(environment, *views_));
  server.AddService(NewPlanViews(environment, *views_, records, node_.rule_book(), node_.zone()));
  server.AddService(NewHistoryService(environment, *views_, records, std::move(logs_of_cases)));
}

void RunningViews::UpdateMetrics(Metrics& metrics) const {
  const auto update_memo = [&](const char* kind, const auto& memo) {
    const auto counts = memo.counts();
    const auto set = [&](StaticText name, StaticText help, double value) {
      metrics.GetGauge(name, help, {{"kind", kind}}).Set(value);
    };
    set("sip_view_memo_bytes", "Memory that is taken by what is kept of cases that are asked for.",
        static_cast<double>(counts.bytes));
    set("sip_view_memo_found", "Questions since the start that were answered from memory.", static_cast<double>(counts.found));
    set("sip_view_memo_missed", "Questions since the start for which rows were read.", static_cast<double>(counts.missed));
  };
  update_memo("facts", memos_.facts);
  update_memo("current_plan", memos_.current_plans);
  for (const std::string& name : views_->Names()) {
    const ViewProgress& progress = views_->progress(name);
    const MetricLabels labels = {{"view", name}};
    metrics.GetGauge("sip_view_waiting", "Queries that wait for the view.", labels).Set(static_cast<double>(progress.waiting()));
    metrics.GetGauge("sip_view_running", "1 if the view follows its logs.", labels).Set(progress.status().ok() ? 1 : 0);
    for (const auto& [log, known_until] : views_->KnownUntilOfLogs(name)) {
      metrics
          .GetGauge("sip_view_lag_seconds", "How long ago all that was recorded in the log was in the view's rows.",
                    {{"view", name}, {"log", log}})
          .Set(LagSeconds(known_until, node_.clock().Now()));
    }
  }
}

}  // namespace

CaseRecords CaseRecordsOf(Node& node) {
  return [&node](CaseRecordsQuestion question, RecordsDone done) {
    if (!question.as_of.has_value()) return ReadRecords(node, std::move(question), std::move(done));
    const std::string log_name = question.log_name;
    const uint32_t partition = PartitionOf(question.case_id, node.log(log_name).identity().partition_count);
    const absl::Time deadline = question.deadline;
    node.partitions().Barrier(
        log_name, partition, deadline,
        [&node, question = std::move(question), done = std::move(done)](const absl::StatusOr<Watermark>& watermark) mutable {
          if (!watermark.ok()) return done(watermark.status());
          if (*question.as_of > watermark->recorded_until) {
            return done(RejectionStatus(Reason::REASON_NOT_CAUGHT_UP, "", "as_of", "The time has not passed yet."));
          }
          ReadRecords(node, std::move(question), std::move(done));
        });
  };
}

ServicePart ViewsPart() {
  ServicePart part;
  part.reads_all_logs = true;
  part.open = [](Node& node) -> absl::StatusOr<std::unique_ptr<RunningPart>> {
    auto views = std::make_unique<RunningViews>(node);
    SIP_RETURN_IF_ERROR(views->Open());
    return views;
  };
  return part;
}

}  // namespace sip

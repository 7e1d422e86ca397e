#include "services/sipd/read_side.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/record.h"
#include "libs/eventsourcing/rejection.h"
#include "services/consent/domain/consent.h"
#include "services/deviations/domain/deviations.h"
#include "services/meetings/domain/meetings_context.h"
#include "services/plans/domain/plans_context.h"
#include "services/plans/domain/subject.h"
#include "services/views/projections/registry.h"
#include "services/views/server/case_views.h"
#include "services/views/server/consent_views.h"
#include "services/views/server/deadline_views.h"
#include "services/views/server/deviation_views.h"
#include "services/views/server/history_service.h"
#include "services/views/server/meeting_views.h"
#include "services/views/server/plan_views.h"

namespace sip {
namespace {

// History tells who acted and on what; a fold does without.
constexpr DecodeOptions kWithDecision{.command = true, .decision = true};

// Of the log that the record was imported from; empty if it is a client's command.
std::string ImportedLogName(WriteSide& side, const log::v1::CommandHeader& header) {
  if (!header.has_imports()) return "";
  for (const char* name : {PlansContext::kLogName, ConsentContext::kLogName, MeetingsContext::kLogName, DeviationsContext::kLogName,
                           SubjectsContext::kLogName}) {
    if (side.log(name).identity().log_id == header.imports().log_id()) return name;
  }
  return "";
}

absl::StatusOr<std::vector<RecordOfCase>> ReadRecords(WriteSide& side, const CaseRecordsQuestion& question) {
  const uint32_t partition = PartitionOf(question.case_id, side.log(question.log_name).identity().partition_count);
  std::vector<RecordOfCase> records;
  const absl::Status read =
      side.streams(question.log_name).ReadScope(partition, question.case_id, [&](ValidRecord stored) -> absl::Status {
        absl::StatusOr<RecordedCommand> decoded = side.codec().Decode(stored, question.log_name, kWithDecision);
        if (!decoded.ok()) return decoded.status();
        if (question.as_of.has_value() && decoded->recorded_at > *question.as_of) return absl::OkStatus();
        std::string imported_log_name = ImportedLogName(side, decoded->header);
        records.push_back({std::move(stored), *std::move(decoded), std::move(imported_log_name)});
        return absl::OkStatus();
      });
  if (!read.ok()) return read;
  return records;
}

// Reads once everything of the case that is in flight is durable.
void ReadWhenDurable(WriteSide& side, CaseRecordsQuestion question,
                     absl::AnyInvocable<void(absl::StatusOr<std::vector<RecordOfCase>>)> done) {
  ContextEngine& engine = side.engine(question.log_name);
  const Uuid case_id = question.case_id;
  engine.ReadState(case_id, [&side, question = std::move(question),
                             done = std::move(done)](const absl::StatusOr<const CaseState*>& state) mutable {
    if (!state.ok()) return done(state.status());
    done(ReadRecords(side, question));
  });
}

}  // namespace

CaseRecords CaseRecordsOf(WriteSide& write_side) {
  return [&write_side](CaseRecordsQuestion question, absl::AnyInvocable<void(absl::StatusOr<std::vector<RecordOfCase>>)> done) {
    if (!question.as_of.has_value()) return ReadWhenDurable(write_side, std::move(question), std::move(done));
    ContextEngine& engine = write_side.engine(question.log_name);
    const uint32_t partition = PartitionOf(question.case_id, engine.partition_count());
    engine.PromiseWatermark(partition, [&write_side, question = std::move(question),
                                        done = std::move(done)](absl::StatusOr<Watermark> watermark) mutable {
      if (!watermark.ok()) return done(watermark.status());
      if (*question.as_of > watermark->recorded_until) {
        return done(RejectionStatus(Reason::REASON_NOT_CAUGHT_UP, "", "as_of", "The time has not passed yet."));
      }
      ReadWhenDurable(write_side, std::move(question), std::move(done));
    });
  };
}

absl::StatusOr<std::unique_ptr<ReadSide>> ReadSide::Open(const Config& config, Clock& clock, WriteSide& write_side) {
  std::unique_ptr<ReadSide> side(new ReadSide(config, write_side));
  ViewSet::Parts parts{
      write_side.codec(),
      write_side.timer(),
      clock,
      side->memos_,
      &write_side.resources(),
      config.views_gather,
      config.data_dir + "/views",
      [&write_side](absl::string_view name) -> EventLog& { return write_side.log(name); },
      [&write_side](absl::string_view name) -> StreamStore& { return write_side.streams(name); },
      [&write_side](absl::string_view name, const ConsistencyToken& token, absl::Time deadline, ViewSet::Parts::ImportDone done) {
        write_side.engine(name).AwaitImport(token, deadline, std::move(done));
      }};
  std::error_code error;
  std::filesystem::create_directories(parts.root, error);
  if (error) return absl::UnavailableError(absl::StrCat("cannot make the folder ", parts.root, ": ", error.message()));
  SIP_ASSIGN_OR_RETURN(side->views_, ViewSet::Open(std::move(parts), AllProjections(write_side.rule_book(), write_side.zone())));
  return side;
}

void ReadSide::AddServices(RpcServer& server) const {
  const CallEnvironment& environment = server.environment();
  const CaseRecords records = CaseRecordsOf(write_side_);
  server.AddService(NewCaseViews(environment, *views_, records));
  server.AddService(NewConsentViews(environment, *views_));
  server.AddService(NewMeetingViews(environment, *views_));
  server.AddService(NewDeadlineViews(environment, *views_, write_side_.zone()));
  server.AddService(NewDeviationViews(environment, *views_));
  server.AddService(NewPlanViews(environment, *views_, records, write_side_.rule_book(), write_side_.zone()));
  server.AddService(NewHistoryService(
      environment, *views_, records,
      {PlansContext::kLogName, ConsentContext::kLogName, MeetingsContext::kLogName, DeviationsContext::kLogName}));
}

void ReadSide::UpdateMetrics(Metrics& metrics) const {
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
  }
}

}  // namespace sip

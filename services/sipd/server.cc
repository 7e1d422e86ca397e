#include "services/sipd/server.h"

#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/telemetry/log.h"
#include "services/consent/domain/consent.h"
#include "services/consent/server/consent_service.h"
#include "services/deviations/domain/deviations.h"
#include "services/deviations/server/deviation_service.h"
#include "services/meetings/domain/meetings_context.h"
#include "services/meetings/server/meeting_service.h"
#include "services/plans/domain/plans_context.h"
#include "services/plans/domain/rule_set.h"
#include "services/plans/domain/subject.h"
#include "services/plans/server/case_service.h"
#include "services/plans/server/plan_service.h"
#include "services/plans/server/rule_set_service.h"
#include "services/plans/server/subject_service.h"

namespace sip {
namespace {

SubjectLookup LookupIn(ContextEngine& subjects) {
  return
      [&subjects](const Uuid& subject_id, absl::AnyInvocable<void(absl::StatusOr<std::optional<cases::v1::SubjectFacts>>)> done) {
        subjects.ReadState(subject_id, [found = std::move(done)](absl::StatusOr<const CaseState*> state) mutable {
          if (!state.ok()) return found(state.status());
          found(StateAs<SubjectState>(**state).facts);
        });
      };
}

}  // namespace

absl::StatusOr<std::unique_ptr<SipServer>> SipServer::Start(const Config& config, Clock& clock,
                                                            const std::function<void(absl::Status)>& on_stopped) {
  std::unique_ptr<SipServer> server(new SipServer(config, clock));
  const absl::Time start = clock.Now();
  SIP_ASSIGN_OR_RETURN(server->write_side_, WriteSide::Open(config, clock, on_stopped));
  SIP_ASSIGN_OR_RETURN(server->read_side_, ReadSide::Open(config, clock, *server->write_side_));
  SIP_RETURN_IF_ERROR(server->StartRpc());
  SIP_RETURN_IF_ERROR(server->StartHttp());
  server->rpc_->SetAllServing(true);
  server->PrintStarted(clock.Now() - start);
  return server;
}

SipServer::SipServer(const Config& config, Clock& clock) : config_(config), clock_(clock), metrics_(NewMetrics()) {}

SipServer::~SipServer() { Stop(); }

absl::Status SipServer::StartRpc() {
  SIP_ASSIGN_OR_RETURN(rpc_, RpcServer::Create(ServerOptionsOf(config_), write_side_->agencies(), *metrics_, clock_));
  AddServices();
  return rpc_->Start();
}

void SipServer::AddServices() {
  const CallEnvironment& environment = rpc_->environment();
  ContextEngine& plans = write_side_->engine(PlansContext::kLogName);
  ContextEngine& subjects = write_side_->engine(SubjectsContext::kLogName);
  rpc_->AddService(NewSubjectService(environment, subjects, write_side_->installation_key()));
  rpc_->AddService(NewRuleSetService(environment, write_side_->engine(RulesContext::kLogName), write_side_->rule_book()));
  rpc_->AddService(NewCaseService(environment, plans, LookupIn(subjects)));
  rpc_->AddService(NewPlanService(environment, plans));
  rpc_->AddService(NewConsentService(environment, write_side_->engine(ConsentContext::kLogName)));
  rpc_->AddService(NewMeetingService(environment, write_side_->engine(MeetingsContext::kLogName)));
  rpc_->AddService(NewDeviationService(environment, write_side_->engine(DeviationsContext::kLogName)));
  read_side_->AddServices(*rpc_);
}

absl::Status SipServer::StartHttp() {
  HttpEndpointOptions options;
  options.address = config_.http_address;
  SIP_ASSIGN_OR_RETURN(http_, NewHttpEndpoint(options, *metrics_, [this] {
                         write_side_->UpdateMetrics(*metrics_);
                         read_side_->UpdateMetrics(*metrics_);
                         const absl::Status records = write_side_->Health();
                         return records.ok() ? read_side_->Health() : records;
                       }));
  return absl::OkStatus();
}

void SipServer::PrintStarted(absl::Duration took) const {
  const RocksLogFound& found = write_side_->found();
  for (const RocksLogFound::Log& log : found.logs) {
    std::printf("found     %-15s %llu records in %u partitions\n", log.name.c_str(), static_cast<unsigned long long>(log.commands),
                log.partition_count);
  }
  std::printf("%s %s in %s\n", found.created ? "created  " : "recovered", config_.data_dir.c_str(),
              absl::FormatDuration(absl::Trunc(took, absl::Milliseconds(1))).c_str());
  const std::string host = config_.listen_address.substr(0, config_.listen_address.rfind(':'));
  std::printf("metrics   http://%s:%d/metrics\n", config_.http_address.substr(0, config_.http_address.rfind(':')).c_str(),
              static_cast<int>(http_->port()));
  std::printf("listening %s:%d\n", host.c_str(), rpc_->port());
  std::fflush(stdout);
}

void SipServer::Stop() {
  if (std::exchange(stopped_, true)) return;
  if (rpc_ != nullptr) rpc_->Stop(config_.drain_timeout);
  http_.reset();
  if (read_side_ != nullptr) read_side_->Stop();
  if (write_side_ != nullptr) write_side_->Shutdown();
  rpc_.reset();
  read_side_.reset();
  FlushLog();
}

}  // namespace sip

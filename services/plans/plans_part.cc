#include "services/plans/plans_part.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/engine/case_loader.h"
#include "services/plans/domain/plans_context.h"
#include "services/plans/domain/rule_set.h"
#include "services/plans/domain/subject.h"
#include "services/plans/server/case_service.h"
#include "services/plans/server/plan_service.h"
#include "services/plans/server/rule_set_service.h"
#include "services/plans/server/subject_service.h"

namespace sip {
namespace {

using FactsDone = absl::AnyInvocable<void(absl::StatusOr<std::optional<cases::v1::SubjectFacts>>)>;

absl::StatusOr<std::optional<cases::v1::SubjectFacts>> FactsIn(const Codec& codec, const Uuid& subject_id,
                                                               const std::vector<ValidRecord>& records) {
  const std::unique_ptr<ContextModel> model = MakeContextModel<SubjectsContext>();
  CaseEntry entry;
  entry.state = model->InitialState();
  for (const ValidRecord& stored : records) {
    SIP_ASSIGN_OR_RETURN(const RecordedCommand record, codec.Decode(stored, SubjectsContext::kLogName, DecodeOptions{}));
    EvolveCase(*model, record, subject_id, entry);
  }
  return StateAs<SubjectState>(*entry.state).facts;
}

// Whoever owns the subjects is asked: it may be another node.
SubjectLookup LookupIn(Node& node) {
  return [&node](const Uuid& subject_id, FactsDone done) {
    const absl::Time deadline = node.clock().Now() + node.config().limits_deadline;
    node.partitions().ReadScope(SubjectsContext::kLogName, subject_id, deadline,
                                [&node, subject_id, done = std::move(done)](const auto& records) mutable {
                                  if (!records.ok()) return done(records.status());
                                  done(FactsIn(node.codec(), subject_id, *records));
                                });
  };
}

}  // namespace

ServicePart PlansPart() {
  ServicePart part;
  part.contexts.push_back(MakeContextModel<RulesContext>());
  part.contexts.push_back(MakeContextModel<SubjectsContext>());
  part.contexts.push_back(MakeContextModel<PlansContext>());
  part.open = ServicesOnly([](Node& node, RpcServer& server) {
    const CallEnvironment& environment = server.environment();
    CommandExecutor& plans = node.commands(PlansContext::kLogName);
    server.AddService(NewSubjectService(environment, node.commands(SubjectsContext::kLogName), node.installation_key()));
    server.AddService(NewRuleSetService(environment, node.commands(RulesContext::kLogName), node.rule_book()));
    server.AddService(NewCaseService(environment, plans, LookupIn(node)));
    server.AddService(NewPlanService(environment, plans));
  });
  return part;
}

}  // namespace sip

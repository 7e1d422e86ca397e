// The decider of plans: commands of sip.plans.v1.PlanService, events of the streams plan/<id>. One file for each group of commands;
// plan_decisions.h declares their functions.
#ifndef SIP_SERVICES_PLANS_DOMAIN_PLAN_H_
#define SIP_SERVICES_PLANS_DOMAIN_PLAN_H_

#include "libs/eventsourcing/decider.h"
#include "sip/plans/v1/plan_events.pb.h"
#include "sip/plans/v1/plan_service.pb.h"

namespace sip {

struct PlansState;

struct PlanDecider {
  using State = PlansState;
  using Command = plans::v1::PlanCommand;
  using Event = plans::v1::PlanEvent;
  static StreamId StreamOf(const Command& command, const DecisionContext& context);
  static Decision<Event> Decide(const State& state, const Command& command, const DecisionContext& context);
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
  static void NoteLeaf(State& state, const StreamId& stream, const Event& event, absl::string_view leaf);
};

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_PLAN_H_

// The decider of cases (ärenden): commands of sip.cases.v1.CaseService, events of the stream case/<case id>. Its state is the plans
// context's (plans_state.h). One file for each group of commands; case_decisions.h declares their functions.
#ifndef SIP_SERVICES_PLANS_DOMAIN_CASE_H_
#define SIP_SERVICES_PLANS_DOMAIN_CASE_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "libs/eventsourcing/decider.h"
#include "sip/cases/v1/case_events.pb.h"
#include "sip/cases/v1/case_service.pb.h"

namespace sip {

struct PlansState;

struct CaseDecider {
  using State = PlansState;
  using Command = cases::v1::CaseCommand;
  using Event = cases::v1::CaseEvent;
  static StreamId StreamOf(const Command& command, const DecisionContext& context);
  static Decision<Event> Decide(const State& state, const Command& command, const DecisionContext& context);
  static void Evolve(State& state, const StreamId& stream, const Event& event, const EventMeta& meta);
};

// The stream of a case.
StreamId CaseStream(const Uuid& case_id);

// The id of a case whose opener chose none: equal for a repeated request.
Uuid DerivedCaseId(absl::string_view acting_agency, const Uuid& request_id);

// The event that makes the agency party to the case, with the facts from then on; absent if it is party already.
std::optional<cases::v1::CaseEvent> PartyAdded(const common::v1::CaseFacts& facts, absl::string_view agency_id,
                                               cases::v1::PartyAddedCause cause);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_CASE_H_

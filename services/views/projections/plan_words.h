// How parts of a plan are said in Swedish. Pure.
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_PLAN_WORDS_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_PLAN_WORDS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sip/common/v1/values.pb.h"
#include "sip/plans/v1/plan_content.pb.h"
#include "sip/plans/v1/plan_events.pb.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip {

// Name, title and the like; `individual` stands for the person herself. Never empty for a party with a kind.
std::string PartyWords(const common::v1::Party& party, absl::string_view individual);
// With contact details, mode and "fast vårdkontakt".
std::string ParticipantWords(const plans::v1::Participant& participant, absl::string_view individual);
// "2018-03-22"; empty for a date that is not set.
std::string DateWords(const google::type::Date& date);
std::string DateWords(const common::v1::Occurred& occurred, absl::TimeZone zone);
// The original text, else the codes in words.
std::string ScheduleWords(const plans::v1::Schedule& schedule);
std::string StatusWords(plans::v1::ActionStatus status);
std::string FulfilmentWords(plans::v1::GoalFulfilment fulfilment);
std::string OutcomeWords(plans::v1::FollowUpOutcome outcome);
std::string YesNoWords(plans::v1::YesNo answer);
std::string MethodWords(rules::v1::SignatureMethodKind method);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_PLAN_WORDS_H_

// What every decision of the meetings context begins with: whether the caller may see the meeting at all, which rules apply, and
// whether the meeting can still change.
#ifndef SIP_SERVICES_MEETINGS_DOMAIN_DECIDE_H_
#define SIP_SERVICES_MEETINGS_DOMAIN_DECIDE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message_lite.h"
#include "google/protobuf/timestamp.pb.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/decider.h"
#include "services/meetings/domain/meetings_state.h"
#include "sip/meetings/v1/meeting_service.pb.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip::meetings {

// The one answer to whoever may not see, or names what is not there.
Rejection NotDisclosed();

// The meeting, if the acting agency is party to the case and the meeting exists; else null.
const Meeting* DisclosedMeeting(const MeetingsState& state, absl::string_view meeting_id, const DecisionContext& context);

// The rule set that the case has pinned. Null with a violation if it is not known here.
const rules::v1::RuleSet* CaseRules(const MeetingsState& state, const DecisionContext& context, Violations& violations);

// Adds CASE_CLOSED.
void CheckCaseOpen(const MeetingsState& state, Violations& violations);
// Adds MEETING_ALREADY_HELD or MEETING_IS_CANCELLED.
void CheckStillPlanned(const Meeting& meeting, Violations& violations);

// The given time lies within the years that a time can have.
bool IsValidInstant(const google::protobuf::Timestamp& instant);

// Whether a call to a meeting of this kind binds, and whether the person's consent is needed to hold it: SIP meetings and
// follow-ups.
bool IsAboutPlan(v1::MeetingKind kind);

// Information and motivation are possible without any consent; all other kinds are not (CON-01).
bool NeedsConsent(v1::MeetingKind kind);

// `length` is more than the rule set recommends (DL-03).
bool ExceedsRecommendation(const rules::v1::RuleSet& rule_set, absl::Duration length);

// Equal in every field.
bool Same(const google::protobuf::MessageLite& a, const google::protobuf::MessageLite& b);

// The id chosen by the caller, or the one minted for `kind`. Nil for what is no id.
Uuid ChosenOrMinted(absl::string_view chosen, absl::string_view kind, const DecisionContext& context);

// One event.
template <typename Fill>
Decision<v1::MeetingEvent> OneEvent(const Fill& fill) {
  std::vector<v1::MeetingEvent> events(1);
  fill(events[0]);
  return events;
}

// What is already so.
inline Decision<v1::MeetingEvent> NothingNew() { return std::vector<v1::MeetingEvent>(); }

}  // namespace sip::meetings

#endif  // SIP_SERVICES_MEETINGS_DOMAIN_DECIDE_H_

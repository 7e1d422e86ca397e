// What the meetings context knows of one case: the facts imported from the other contexts, and every meeting with its calls.
#ifndef SIP_SERVICES_MEETINGS_DOMAIN_MEETINGS_STATE_H_
#define SIP_SERVICES_MEETINGS_DOMAIN_MEETINGS_STATE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"
#include "libs/domain/facts.h"
#include "libs/domain/latest_occurrence.h"
#include "libs/eventsourcing/recorded.h"
#include "sip/meetings/v1/meeting_events.pb.h"

namespace sip::meetings {

// One call or invitation.
struct Call {
  v1::PartyCalled called;
  bool withdrawn = false;
  bool acknowledged = false;
  std::optional<v1::CallAnswered> answer;  // The last one; none after the meeting was moved.
  std::vector<v1::DeliveryRecorded> deliveries;
  LatestOccurrence latest;  // Of what has happened to it.
};

enum class MeetingPhase { kPlanned, kHeld, kCancelled };

struct Meeting {
  MeetingPhase phase = MeetingPhase::kPlanned;
  v1::MeetingPlanned planned;  // As first planned.
  // As planned now.
  absl::Time starts_at;
  absl::Time ends_at;
  v1::MeetingPlace place;
  std::optional<v1::MeetingHeld> held;
  std::map<std::string, Call> calls;  // By call id.
  std::set<std::string> consulted;    // KeyText of those with whom it was prepared.
  LatestOccurrence latest;            // Of its planning and moving.
};

struct MeetingsState {
  ImportedFacts facts;
  std::map<Uuid, Meeting> meetings;
  std::map<std::string, v1::ContactConfirmed> contacts;  // By KeyText; the last word on each party.
};

// Null if there is none.
const Meeting* FindMeeting(const MeetingsState& state, absl::string_view meeting_id);
const Call* FindCall(const Meeting& meeting, absl::string_view call_id);

// The calls and invitations that hold, by call id.
std::vector<v1::CalledParty> ActiveCalls(const Meeting& meeting);

// Folds an event of the stream meeting/<id>.
void ApplyMeetingEvent(MeetingsState& state, const Uuid& meeting_id, const v1::MeetingEvent& event, const EventMeta& meta);

}  // namespace sip::meetings

#endif  // SIP_SERVICES_MEETINGS_DOMAIN_MEETINGS_STATE_H_

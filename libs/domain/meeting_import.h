// What other contexts take over from the log sip.meetings: calls and invitations, times, and who came.
#ifndef SIP_LIBS_DOMAIN_MEETING_IMPORT_H_
#define SIP_LIBS_DOMAIN_MEETING_IMPORT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/eventsourcing/recorded.h"
#include "sip/common/v1/facts.pb.h"
#include "sip/meetings/v1/meeting_events.pb.h"

namespace sip {

// The log that meetings are recorded in.
inline constexpr char kMeetingLogName[] = "sip.meetings";

// The facts in a record, in its order; none if it is not one of the meetings log or holds nothing that concerns others.
std::vector<common::v1::FactEvent> MeetingFactsIn(const RecordedCommand& foreign, absl::TimeZone zone);

// The fact that a meeting was held.
common::v1::FactEvent MeetingHeldFact(const meetings::v1::MeetingHeld& held);

// The kinds of meeting events that give a fact of one kind, full names: MeetingCallImported, MeetingTimeImported,
// MeetingHeldImported.
std::vector<std::string> MeetingCallKinds();
std::vector<std::string> MeetingTimeKinds();
std::vector<std::string> MeetingHeldKinds();

}  // namespace sip

#endif  // SIP_LIBS_DOMAIN_MEETING_IMPORT_H_

// What people ask for most, in one word or two: each calls one or two RPCs and prints what matters.
#ifndef SIP_TOOLS_SIPCTL_SHORTCUTS_H_
#define SIP_TOOLS_SIPCTL_SHORTCUTS_H_

#include "tools/sipctl/command.h"

namespace sip {

// `plan show --case-id ID`: the current plan as a document and where it stands. Flags are those of GetCurrentPlan.
ExitCode ShowPlan(const CommandLine& line);
// `deadlines`: flags are those of ListDeadlines.
ExitCode ShowDeadlines(const CommandLine& line);
// `case timeline --case-id ID`: flags are those of GetTimeline.
ExitCode ShowTimeline(const CommandLine& line);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_SHORTCUTS_H_

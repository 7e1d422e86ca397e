// What the events of each log do to the deadlines of a case.
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_DEADLINE_FOLDS_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_DEADLINE_FOLDS_H_

#include "absl/time/time.h"
#include "libs/eventsourcing/context.h"
#include "services/views/projections/deadline_book.h"

namespace sip {

// DL-01 first contact, DL-02 meeting, DL-13 follow-up, DL-14 end of a consent.
void FoldPlansRecord(const RuleSetSource& rule_sets, absl::TimeZone zone, DeadlineBook& book);
// DL-03 length of a meeting.
void FoldMeetingsRecord(DeadlineBook& book);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_DEADLINE_FOLDS_H_

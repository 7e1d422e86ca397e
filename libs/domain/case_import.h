// The case's facts as the other contexts take them over from the log sip.plans: every case event that changes what others need
// carries them complete, so importing is copying the last ones of a record.
#ifndef SIP_LIBS_DOMAIN_CASE_IMPORT_H_
#define SIP_LIBS_DOMAIN_CASE_IMPORT_H_

#include <optional>
#include <vector>

#include "libs/eventsourcing/decider.h"
#include "sip/common/v1/facts.pb.h"

namespace sip {

// The log that cases are recorded in.
inline constexpr char kCaseLogName[] = "sip.plans";

// The kinds of case events that carry facts, as edges of the graph of kinds: each causes a CaseFactsImported.
std::vector<ImportedKind> CaseFactKinds();

// The case's facts after the record, if it is one of the case log that changes them.
std::optional<common::v1::CaseFacts> CaseFactsIn(const RecordedCommand& foreign);

// The imported fact as an event of the stream facts/<case>.
NewEvent CaseFactsImportedEvent(const Uuid& case_id, common::v1::CaseFacts facts);

}  // namespace sip

#endif  // SIP_LIBS_DOMAIN_CASE_IMPORT_H_

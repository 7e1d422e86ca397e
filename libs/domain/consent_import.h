// The consent scope as the other contexts take it over from the log sip.consent: every consent event carries it complete, so
// importing is copying the last one of a record.
#ifndef SIP_LIBS_DOMAIN_CONSENT_IMPORT_H_
#define SIP_LIBS_DOMAIN_CONSENT_IMPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "libs/eventsourcing/decider.h"
#include "sip/common/v1/facts.pb.h"

namespace sip {

// The log that consents are recorded in.
inline constexpr char kConsentLogName[] = "sip.consent";

// Every kind of consent event, as edges of the graph of kinds: each causes a ConsentScopeImported and can cause `also`.
std::vector<ImportedKind> ConsentScopeKinds(const std::vector<std::string>& also);

// The scope after the record; absent if it is not one of the consent log.
std::optional<common::v1::ConsentScope> ConsentScopeIn(const RecordedCommand& foreign);

// The imported fact as an event of the stream facts/<case>.
NewEvent ConsentScopeImportedEvent(const Uuid& case_id, common::v1::ConsentScope scope);

}  // namespace sip

#endif  // SIP_LIBS_DOMAIN_CONSENT_IMPORT_H_

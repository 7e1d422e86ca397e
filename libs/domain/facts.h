// What a context knows from the others: the case's facts and the consent scope, folded from the stream facts/<case> of its own log.
// The questions that decisions ask of them stand here, so that no context repeats another's logic.
#ifndef SIP_LIBS_DOMAIN_FACTS_H_
#define SIP_LIBS_DOMAIN_FACTS_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/eventsourcing/stream.h"
#include "sip/common/v1/facts.pb.h"

namespace sip {

// The stream that imported facts are stored in.
StreamId FactsStream(const Uuid& case_id);

struct ImportedFacts {
  std::optional<common::v1::CaseFacts> case_facts;  // Absent: the case is not known here.
  common::v1::ConsentScope consent;                 // Empty: no consent is known.
};

// Folds case facts and consent scope; the other kinds are for the stream types that need them and change nothing here.
void ApplyFact(ImportedFacts& facts, const common::v1::FactEvent& event);

// The agency is party to the case. False when the case is not known here.
bool IsParty(const ImportedFacts& facts, absl::string_view agency_id);

// A consent of the kind is in force at `now`, for anybody (CON-01, CON-02, CON-08).
bool ConsentApplies(const common::v1::ConsentScope& scope, common::v1::ConsentKind kind, absl::Time now);

// A consent of the kind that is in force at `now` names the party and does not exclude it (CON-06, CON-11). The individual herself
// is always covered.
bool ConsentCovers(const common::v1::ConsentScope& scope, common::v1::ConsentKind kind, const common::v1::PartyKey& party,
                   absl::Time now);

// Some consent in force at `now` excludes the party, whatever its kind (CON-06, CON-09).
bool ConsentExcludes(const common::v1::ConsentScope& scope, const common::v1::PartyKey& party, absl::Time now);

// As ConsentCovers, and the information category is covered too (CON-06). An empty category is one that nobody has limited.
bool ConsentCoversCategory(const common::v1::ConsentScope& scope, common::v1::ConsentKind kind, const common::v1::PartyKey& party,
                           absl::string_view category, absl::Time now);

}  // namespace sip

#endif  // SIP_LIBS_DOMAIN_FACTS_H_

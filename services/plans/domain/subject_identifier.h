// Identifiers of persons (personnummer, samordningsnummer, reservnummer): their stored form, check digits, and the birth date that
// they tell (domain.md §4.6). Pure.
#ifndef SIP_SERVICES_PLANS_DOMAIN_SUBJECT_IDENTIFIER_H_
#define SIP_SERVICES_PLANS_DOMAIN_SUBJECT_IDENTIFIER_H_

#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "libs/eventsourcing/rejection.h"
#include "sip/subjects/v1/identifier.pb.h"

namespace sip {

// No person is older than this.
inline constexpr int kMaxAgeYears = 130;

// The stored form: without hyphen, plus or space, letters upper case. Total; what is malformed stays malformed.
subjects::v1::PersonIdentifier Normalized(const subjects::v1::PersonIdentifier& identifier);

// What the subject id is derived from: domain (OID) and number of the normalized identifier, as identifiers are told apart. Equal
// for every way of writing the same one. Personal data: never a key, a header or a log line.
std::string CanonicalIdentifier(const subjects::v1::PersonIdentifier& identifier);

// What a valid identifier tells.
struct IdentifierFacts {
  // Absent for reserve numbers.
  std::optional<absl::CivilDay> birth_date;
};

// Checks a normalized identifier. Adds IDENTIFIER_INVALID or IDENTIFIER_CHECK_DIGIT_WRONG with paths below `field`. `today` bounds
// birth dates.
IdentifierFacts CheckIdentifier(const subjects::v1::PersonIdentifier& identifier, absl::CivilDay today, absl::string_view field,
                                Violations& violations);

}  // namespace sip

#endif  // SIP_SERVICES_PLANS_DOMAIN_SUBJECT_IDENTIFIER_H_

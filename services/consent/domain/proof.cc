#include "services/consent/domain/proof.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/calendar/period.h"
#include "libs/eventsourcing/occurred.h"

namespace sip::consent {
namespace {

using common::v1::CaseFacts;
using consent::v1::ConsentForm;
using consent::v1::ConsentGiver;
using consent::v1::ConsentProof;
using rules::v1::ConsentFormKind;
using rules::v1::RuleSet;

bool IsMinor(const CaseFacts& facts, absl::CivilDay day) {
  const std::optional<int> age = AgeOn(facts, day);
  return age.has_value() && *age < kAdultAge;
}

ConsentFormKind FormKind(ConsentForm form) {
  switch (form) {
    case consent::v1::CONSENT_FORM_ORAL:
      return rules::v1::CONSENT_FORM_KIND_ORAL;
    case consent::v1::CONSENT_FORM_WRITTEN:
      return rules::v1::CONSENT_FORM_KIND_WRITTEN;
    case consent::v1::CONSENT_FORM_GESTURE:
      return rules::v1::CONSENT_FORM_KIND_GESTURE;
    case consent::v1::CONSENT_FORM_PRESUMED:
      return rules::v1::CONSENT_FORM_KIND_PRESUMED;
    default:  // An enum of proto3 is open.
      return rules::v1::CONSENT_FORM_KIND_UNSPECIFIED;
  }
}

bool Allows(const RuleSet& rules, ConsentFormKind form) {
  const auto& allowed = rules.consent().allowed_forms();
  return std::find(allowed.begin(), allowed.end(), form) != allowed.end();
}

// What is not on paper must be documented: who took it, and what the person was informed of (CON-05).
void CheckDocumented(const ConsentProof& proof, absl::string_view field, Violations& violations) {
  if (proof.taken_by().unit().agency_id().empty()) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "CON-05", absl::StrCat(field, ".taken_by"));
  }
  if (proof.informed_of().text().empty() && proof.informed_of().version().empty()) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "CON-05", absl::StrCat(field, ".informed_of"));
  }
}

void CheckForm(const ConsentProof& proof, const RuleSet& rules, absl::string_view field, Violations& violations) {
  const ConsentFormKind form = FormKind(proof.form());
  if (form == rules::v1::CONSENT_FORM_KIND_UNSPECIFIED) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, "CON-04", absl::StrCat(field, ".form"));
    return;
  }
  if (!Allows(rules, form)) {
    violations.Add(Reason::REASON_CONSENT_FORM_NOT_ALLOWED, "CON-04", absl::StrCat(field, ".form"));
  }
  if (form != rules::v1::CONSENT_FORM_KIND_WRITTEN) CheckDocumented(proof, field, violations);
  if (form == rules::v1::CONSENT_FORM_KIND_PRESUMED && !proof.no_unwillingness_shown()) {
    violations.Add(Reason::REASON_CONSENT_UNWILLINGNESS_NOT_EXCLUDED, "CON-04", absl::StrCat(field, ".no_unwillingness_shown"));
  }
}

}  // namespace

std::optional<int> AgeOn(const CaseFacts& facts, absl::CivilDay day) {
  if (!IsValid(facts.birth_date())) return std::nullopt;
  const absl::CivilDay birth = FromProto(facts.birth_date());
  const bool birthday_passed = day.month() != birth.month() ? day.month() > birth.month() : day.day() >= birth.day();
  return static_cast<int>(day.year() - birth.year()) - (birthday_passed ? 0 : 1);
}

void CheckMayDecline(const ConsentGiver& giver, const CaseFacts& facts, const DecisionContext& context, absl::string_view field,
                     Violations& violations) {
  const std::string capacity = absl::StrCat(field, ".capacity");
  switch (giver.capacity()) {
    case consent::v1::CONSENT_CAPACITY_SELF:
      return;
    case consent::v1::CONSENT_CAPACITY_GUARDIAN:
      if (!IsMinor(facts, LocalDay(context.occurred_at, context.zone))) {
        violations.Add(Reason::REASON_CONSENT_ONLY_BY_SELF, "REP-01", capacity, "The person is an adult.");
      }
      return;
    case consent::v1::CONSENT_CAPACITY_NEXT_OF_KIN:
      violations.Add(Reason::REASON_CONSENT_NOT_BY_KIN, "REP-08", capacity);
      return;
    case consent::v1::CONSENT_CAPACITY_TRUSTEE:
    case consent::v1::CONSENT_CAPACITY_ADMINISTRATOR:
    case consent::v1::CONSENT_CAPACITY_LASTING_POWER_OF_ATTORNEY:
    case consent::v1::CONSENT_CAPACITY_POWER_OF_ATTORNEY:
      violations.Add(Reason::REASON_CONSENT_ONLY_BY_SELF, "REP-01", capacity,
                     "Nothing recorded says that the person cannot decide.");
      return;
    default:  // An enum of proto3 is open.
      violations.Add(Reason::REASON_FIELD_REQUIRED, "CON-16", capacity);
  }
}

void CheckMayConsent(const ConsentGiver& giver, const CaseFacts& facts, const RuleSet& rules, const DecisionContext& context,
                     absl::string_view field, Violations& violations) {
  CheckMayDecline(giver, facts, context, field, violations);
  const absl::CivilDay day = LocalDay(context.occurred_at, context.zone);
  const bool self = giver.capacity() == consent::v1::CONSENT_CAPACITY_SELF;
  if (self && IsMinor(facts, day) && *AgeOn(facts, day) < static_cast<int>(rules.child().own_consent_age())) {
    violations.Add(Reason::REASON_CONSENT_BY_GUARDIAN_NEEDED, "REP-03", absl::StrCat(field, ".capacity"),
                   absl::StrCat("The rule set's age is ", rules.child().own_consent_age(), "."));
  }
}

void CheckProof(const ConsentProof& proof, const CaseFacts& facts, const RuleSet& rules, const DecisionContext& context,
                absl::string_view field, Violations& violations) {
  CheckMayConsent(proof.given_by(), facts, rules, context, absl::StrCat(field, ".given_by"), violations);
  CheckForm(proof, rules, field, violations);
}

}  // namespace sip::consent

#include "services/plans/domain/subject_identifier.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/calendar/period.h"
#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

using subjects::v1::PersonIdentifier;

constexpr char kPersonalNumberOid[] = "1.2.752.129.2.1.3.1";
constexpr char kCoordinationNumberOid[] = "1.2.752.129.2.1.3.3";
constexpr size_t kNumberLength = 12;
constexpr int kCoordinationDays = 60;

bool IsDigits(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

bool IsAlphanumeric(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); });
}

std::string Squeezed(absl::string_view text) {
  std::string squeezed;
  for (const char c : text) {
    if (c != '-' && c != '+' && c != ' ') squeezed.push_back(absl::ascii_toupper(static_cast<unsigned char>(c)));
  }
  return squeezed;
}

// Västra Götaland's letters stand for digits; every other letter has no check digit.
int DigitOf(char c) {
  switch (c) {
    case 'K':
      return 5;
    case 'M':
      return 7;
    case 'X':
      return 8;
    default:
      return absl::ascii_isdigit(static_cast<unsigned char>(c)) ? c - '0' : -1;
  }
}

// Weights 2, 1, 2, … from the left, digits of products added. Absent if there is something else than digits.
std::optional<char> LuhnDigit(absl::string_view digits) {
  int sum = 0;
  int weight = 2;
  for (const char c : digits) {
    const int digit = DigitOf(c);
    if (digit < 0) return std::nullopt;
    const int product = digit * weight;
    sum += product / 10 + product % 10;
    weight = 3 - weight;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

// The day in a number's first eight digits, if it is one.
std::optional<absl::CivilDay> DayIn(absl::string_view number, int added_days) {
  const auto digits = [&](size_t from, size_t count) {
    int value = 0;
    for (const char c : number.substr(from, count)) value = value * 10 + (c - '0');
    return value;
  };
  google::type::Date date;
  date.set_year(digits(0, 4));
  date.set_month(digits(4, 2));
  date.set_day(digits(6, 2) - added_days);
  if (!IsValid(date)) return std::nullopt;
  return FromProto(date);
}

IdentifierFacts CheckNumber(absl::string_view number, int added_days, absl::CivilDay today, absl::string_view field,
                            Violations& violations) {
  if (number.size() != kNumberLength || !IsDigits(number)) {
    violations.Add(Reason::REASON_IDENTIFIER_INVALID, "", field, "Twelve digits are needed: YYYYMMDDNNNC.");
    return {};
  }
  const auto day = DayIn(number, added_days);
  if (!day.has_value() || *day > today || AgeOn(*day, today) > kMaxAgeYears) {
    violations.Add(Reason::REASON_IDENTIFIER_INVALID, "", field, "Its date is no day on which a living person can be born.");
    return {};
  }
  if (LuhnDigit(number.substr(2, 9)) != number.back()) {
    violations.Add(Reason::REASON_IDENTIFIER_CHECK_DIGIT_WRONG, "", field);
    return {};
  }
  return {day};
}

// An issuer whose numbers have a check digit that is known: the Luhn digit of these characters.
struct CheckedIssuer {
  absl::string_view oid;
  size_t from;
  size_t count;
  bool letters;
};

constexpr CheckedIssuer kCheckedIssuers[] = {
    {"1.2.752.97.3.1.3", 4, 7, false},         // Stockholm: 99yyyyNNNNNC.
    {"1.2.752.113.11.0.2.1.1.1", 2, 9, true},  // Västra Götaland: yyyymmddGggC.
    {"1.2.752.129.2.1.3.2", 2, 9, false},      // Inera: yyyymmxxNNNC.
};

bool IsOid(absl::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.';
  });
}

void CheckReserveNumber(const subjects::v1::ReserveNumber& reserve, absl::string_view field, Violations& violations) {
  if (!IsOid(reserve.issuer_oid())) {
    violations.Add(Reason::REASON_IDENTIFIER_INVALID, "", absl::StrCat(field, ".issuer_oid"), "Digits and dots are needed.");
  }
  const absl::string_view value = reserve.value();
  if (value.empty() || !IsAlphanumeric(value)) {
    violations.Add(Reason::REASON_IDENTIFIER_INVALID, "", absl::StrCat(field, ".value"), "Letters and digits are needed.");
    return;
  }
  for (const CheckedIssuer& issuer : kCheckedIssuers) {
    if (issuer.oid != reserve.issuer_oid()) continue;
    if (value.size() != kNumberLength || (!issuer.letters && !IsDigits(value))) {
      violations.Add(Reason::REASON_IDENTIFIER_INVALID, "", absl::StrCat(field, ".value"), "The issuer's numbers look otherwise.");
    } else if (LuhnDigit(value.substr(issuer.from, issuer.count)) != value.back()) {
      violations.Add(Reason::REASON_IDENTIFIER_CHECK_DIGIT_WRONG, "", absl::StrCat(field, ".value"));
    }
  }
}

}  // namespace

PersonIdentifier Normalized(const PersonIdentifier& identifier) {
  PersonIdentifier normalized = identifier;
  switch (identifier.kind_case()) {
    case PersonIdentifier::kPersonalNumber:
      normalized.set_personal_number(Squeezed(identifier.personal_number()));
      break;
    case PersonIdentifier::kCoordinationNumber:
      normalized.set_coordination_number(Squeezed(identifier.coordination_number()));
      break;
    case PersonIdentifier::kReserveNumber:
      normalized.mutable_reserve_number()->set_value(Squeezed(identifier.reserve_number().value()));
      break;
    case PersonIdentifier::KIND_NOT_SET:
      break;
  }
  return normalized;
}

std::string CanonicalIdentifier(const PersonIdentifier& identifier) {
  const PersonIdentifier normalized = Normalized(identifier);
  switch (normalized.kind_case()) {
    case PersonIdentifier::kPersonalNumber:
      return absl::StrCat(kPersonalNumberOid, ":", normalized.personal_number());
    case PersonIdentifier::kCoordinationNumber:
      return absl::StrCat(kCoordinationNumberOid, ":", normalized.coordination_number());
    case PersonIdentifier::kReserveNumber:
      return absl::StrCat(normalized.reserve_number().issuer_oid(), ":", normalized.reserve_number().value());
    case PersonIdentifier::KIND_NOT_SET:
      break;
  }
  return "";
}

IdentifierFacts CheckIdentifier(const PersonIdentifier& identifier, absl::CivilDay today, absl::string_view field,
                                Violations& violations) {
  switch (identifier.kind_case()) {
    case PersonIdentifier::kPersonalNumber:
      return CheckNumber(identifier.personal_number(), 0, today, absl::StrCat(field, ".personal_number"), violations);
    case PersonIdentifier::kCoordinationNumber:
      return CheckNumber(identifier.coordination_number(), kCoordinationDays, today, absl::StrCat(field, ".coordination_number"),
                         violations);
    case PersonIdentifier::kReserveNumber:
      CheckReserveNumber(identifier.reserve_number(), absl::StrCat(field, ".reserve_number"), violations);
      return {};
    case PersonIdentifier::KIND_NOT_SET:
      violations.Add(Reason::REASON_FIELD_REQUIRED, "", field);
      return {};
  }
  return {};
}

}  // namespace sip

#include "libs/rules/rule_set_check.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/calendar/period.h"
#include "libs/eventsourcing/occurred.h"
#include "sip/common/v1/options.pb.h"

namespace sip {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using rules::v1::RuleSet;

constexpr uint32_t kMaxDays = 3650;
constexpr uint32_t kMaxMinutes = 24 * 60;

// One check's report, always under the same prefix.
class Report {
 public:
  Report(absl::string_view prefix, Violations& violations) : prefix_(prefix), violations_(violations) {}
  void Add(absl::string_view field, absl::string_view detail, absl::string_view rule = "") {
    violations_.Add(Reason::REASON_RULE_SET_INVALID, rule, absl::StrCat(prefix_, field), detail);
  }

 private:
  const std::string prefix_;
  Violations& violations_;
};

bool IsSet(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  return field.is_repeated() ? reflection.FieldSize(message, &field) > 0 : reflection.HasField(message, &field);
}

// A number that no name of the enum belongs to; UNSPECIFIED counts as unset, not as unknown.
bool IsUnknownEnum(const Message& message, const FieldDescriptor& field, int index) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_ENUM) return false;
  const Reflection& reflection = *message.GetReflection();
  const int value =
      field.is_repeated() ? reflection.GetRepeatedEnumValue(message, &field, index) : reflection.GetEnumValue(message, &field);
  const bool unspecified_element = field.is_repeated() && value == 0;
  return unspecified_element || field.enum_type()->FindValueByNumber(value) == nullptr;
}

void CheckFields(const Message& message, const std::string& path, Report& report);

void CheckField(const Message& message, const FieldDescriptor& field, const std::string& path, Report& report) {
  const Reflection& reflection = *message.GetReflection();
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (!IsSet(message, field)) {
    if (field.options().GetExtension(common::v1::rules).required()) report.Add(path, "It is required.");
    if (!field.is_repeated() && IsUnknownEnum(message, field, 0)) report.Add(path, "The value is not known.");
    return;
  }
  const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  for (int i = 0; i < count; ++i) {
    const std::string at = field.is_repeated() ? absl::StrCat(path, "[", i, "]") : path;
    if (IsUnknownEnum(message, field, i)) report.Add(at, "The value is not known.");
    if (!is_message) continue;
    CheckFields(field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, i) : reflection.GetMessage(message, &field),
                absl::StrCat(at, "."), report);
  }
}

// What the schema's options demand: required fields, and enum values that have a name.
void CheckFields(const Message& message, const std::string& path, Report& report) {
  const auto& descriptor = *message.GetDescriptor();
  if (descriptor.full_name() == google::type::Date::descriptor()->full_name()) return;
  for (int i = 0; i < descriptor.field_count(); ++i) {
    CheckField(message, *descriptor.field(i), absl::StrCat(path, descriptor.field(i)->name()), report);
  }
}

bool IsCode(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) || absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '_' ||
           c == '-' || c == '.';
  });
}

// `entries` have distinct keys. `key_of` gives what must be distinct as a text.
template <typename Entries, typename KeyOf>
void CheckDistinct(const Entries& entries, absl::string_view list, absl::string_view key, KeyOf key_of, Report& report) {
  std::set<std::string> seen;
  for (int i = 0; i < entries.size(); ++i) {
    if (!seen.insert(key_of(entries[i])).second) {
      report.Add(absl::StrCat(list, "[", i, "].", key), "It stands there already.");
    }
  }
}

// `entries` have a `code` each, well formed and distinct.
template <typename Entries>
void CheckCodes(const Entries& entries, absl::string_view list, Report& report, bool own_form = false) {
  for (int i = 0; i < entries.size(); ++i) {
    if (!own_form && !entries[i].code().empty() && !IsCode(entries[i].code())) {
      report.Add(absl::StrCat(list, "[", i, "].code"), "A code has lower case letters, digits, '_', '-' and '.' only.");
    }
  }
  CheckDistinct(
      entries, list, "code", [](const auto& entry) { return entry.code(); }, report);
}

void CheckIdentity(const RuleSet& rule_set, Report& report) {
  if (!rule_set.owner().empty() && !IsCode(rule_set.owner())) {
    report.Add("owner", "An owner has lower case letters, digits, '_', '-' and '.' only.");
  }
  if (!rule_set.has_valid_from()) return;
  const google::type::Date& day = rule_set.valid_from();
  if (!IsValid(day)) {
    report.Add("valid_from", "It is not a day of the calendar.");
    return;
  }
  const std::string id = absl::StrFormat("%s/%04d-%02d-%02d", rule_set.owner(), day.year(), day.month(), day.day());
  if (rule_set.id() != id) report.Add("id", absl::StrCat("It must be '", id, "': owner and first day."));
}

void CheckPeriod(const rules::v1::Period& period, absl::string_view field, Report& report) {
  if (period.max_days() > kMaxDays) report.Add(absl::StrCat(field, ".max_days"), absl::StrCat("At most ", kMaxDays, "."));
  if (period.warning_days() > period.max_days()) {
    report.Add(absl::StrCat(field, ".warning_days"), "A warning cannot begin before the period.");
  }
}

void CheckUpTo(uint32_t value, uint32_t limit, absl::string_view field, Report& report) {
  if (value > limit) report.Add(field, absl::StrCat("At most ", limit, "."));
}

void CheckNumbers(const RuleSet& rule_set, Report& report) {
  CheckPeriod(rule_set.start().first_contact(), "start.first_contact", report);
  CheckPeriod(rule_set.meeting().held_within(), "meeting.held_within", report);
  CheckUpTo(rule_set.meeting().max_minutes(), kMaxMinutes, "meeting.max_minutes", report);
  CheckUpTo(rule_set.meeting().consultation_days(), kMaxDays, "meeting.consultation_days", report);
  CheckUpTo(rule_set.consent().default_days(), kMaxDays, "consent.default_days", report);
  CheckUpTo(rule_set.consent().warning_days(), kMaxDays, "consent.warning_days", report);
  CheckUpTo(rule_set.child().own_consent_age(), uint32_t{kAdultAge}, "child.own_consent_age", report);
  CheckUpTo(rule_set.follow_up().max_days(), kMaxDays, "follow_up.max_days", report);
  CheckUpTo(rule_set.follow_up().warning_days(), kMaxDays, "follow_up.warning_days", report);
  CheckUpTo(rule_set.deviations().answer_days(), kMaxDays, "deviations.answer_days", report);
}

void CheckCodeSets(const RuleSet& rule_set, Report& report) {
  CheckCodes(rule_set.need().indications(), "need.indications", report);
  CheckCodes(rule_set.party_types(), "party_types", report);
  CheckCodes(rule_set.closing().plan_reasons(), "closing.plan_reasons", report);
  CheckCodes(rule_set.closing().case_reasons(), "closing.case_reasons", report);
  CheckCodes(rule_set.deviations().grounds(), "deviations.grounds", report);
  CheckCodes(rule_set.deviations().hand_offs(), "deviations.hand_offs", report);
  CheckCodes(rule_set.target_groups(), "target_groups", report);
  CheckCodes(rule_set.information_categories(), "information_categories", report);
  CheckCodes(rule_set.legal_frames(), "legal_frames", report);
  CheckCodes(rule_set.care_measure_codes(), "care_measure_codes", report, /*own_form=*/true);
  CheckCodes(rule_set.reserve_number_issuers(), "reserve_number_issuers", report, /*own_form=*/true);
  CheckDistinct(
      rule_set.role_labels(), "role_labels", "role", [](const auto& label) { return absl::StrCat(label.role()); }, report);
  CheckDistinct(
      rule_set.plan_template().fields(), "plan_template.fields", "field",
      [](const auto& field) { return absl::StrCat(field.field()); }, report);
}

void CheckPartyTypes(const RuleSet& rule_set, Report& report) {
  std::set<int> seen;
  for (int i = 0; i < rule_set.party_types_size(); ++i) {
    const rules::v1::PartyType& type = rule_set.party_types(i);
    for (int j = 0; j < type.agency_kinds_size(); ++j) {
      if (seen.insert(type.agency_kinds(j)).second) continue;
      report.Add(absl::StrCat("party_types[", i, "].agency_kinds[", j, "]"), "Another party type has this kind already.");
    }
  }
  for (const rules::v1::AgencyKind kind : {rules::v1::AGENCY_KIND_REGION, rules::v1::AGENCY_KIND_MUNICIPALITY}) {
    const bool obliged = std::any_of(rule_set.party_types().begin(), rule_set.party_types().end(), [kind](const auto& type) {
      const auto& kinds = type.agency_kinds();
      return type.obligation() == rules::v1::OBLIGATION_STATUTORY && std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
    });
    if (!obliged) report.Add("party_types", absl::StrCat(AgencyKind_Name(kind), " must be obliged by statute."), "INV-09");
  }
}

// What the law demands of consent, content and closing, whatever a region decides.
void CheckStatutoryMinimum(const RuleSet& rule_set, Report& report) {
  const auto& points = rule_set.consent().points();
  if (std::none_of(points.begin(), points.end(),
                   [](const auto& point) { return point.step() == rules::v1::GATED_STEP_DRAFT_PLAN; })) {
    report.Add("consent.points", "Drafting a plan must need a consent.", "CON-01");
  }
  for (const rules::v1::PlanField field :
       {rules::v1::PLAN_FIELD_ACTIONS, rules::v1::PLAN_FIELD_OTHERS_MEASURES, rules::v1::PLAN_FIELD_RESPONSIBLE_PRINCIPAL}) {
    const auto& fields = rule_set.plan_template().fields();
    if (std::none_of(fields.begin(), fields.end(),
                     [field](const auto& entry) { return entry.field() == field && entry.mandatory(); })) {
      report.Add("plan_template.fields", absl::StrCat(PlanField_Name(field), " must be there and mandatory."), "PLN-01");
    }
  }
  const auto& reasons = rule_set.closing().plan_reasons();
  if (std::count_if(reasons.begin(), reasons.end(),
                    [](const auto& reason) { return reason.ground() == rules::v1::CLOSING_GROUND_CONSENT_WITHDRAWN; }) != 1) {
    report.Add("closing.plan_reasons", "Exactly one must have the ground CONSENT_WITHDRAWN.", "CLO-04");
  }
}

void CheckDeviationGrounds(const RuleSet& rule_set, Report& report) {
  const auto& grounds = rule_set.deviations().grounds();
  for (const rules::v1::DeviationGroundKind kind :
       {rules::v1::DEVIATION_GROUND_KIND_NO_INITIATIVE, rules::v1::DEVIATION_GROUND_KIND_ABSENT,
        rules::v1::DEVIATION_GROUND_KIND_BAD_TREATMENT, rules::v1::DEVIATION_GROUND_KIND_PLAN_NOT_FOLLOWED}) {
    if (std::none_of(grounds.begin(), grounds.end(), [kind](const auto& ground) { return ground.kind() == kind; })) {
      report.Add("deviations.grounds", absl::StrCat(DeviationGroundKind_Name(kind), " is missing."), "DEV-01");
    }
  }
}

void CheckSignatures(const RuleSet& rule_set, Report& report) {
  const rules::v1::SignatureRules& signature = rule_set.signature();
  if (signature.activation() == rules::v1::ACTIVATION_SIGNED && signature.required_signers().empty()) {
    report.Add("signature.required_signers", "A plan that becomes active by signatures needs somebody who must sign.", "SIG-03");
  }
}

}  // namespace

void CheckRuleSet(const RuleSet& rule_set, absl::string_view prefix, Violations& violations) {
  Report report(prefix, violations);
  CheckFields(rule_set, "", report);
  CheckIdentity(rule_set, report);
  CheckNumbers(rule_set, report);
  CheckCodeSets(rule_set, report);
  CheckPartyTypes(rule_set, report);
  CheckStatutoryMinimum(rule_set, report);
  CheckDeviationGrounds(rule_set, report);
  CheckSignatures(rule_set, report);
}

}  // namespace sip

#include "libs/testing/scenario_text.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "libs/base/check.h"
#include "libs/base/sha256.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

absl::Status Malformed(absl::string_view word, absl::string_view argument) {
  return absl::InvalidArgumentError(absl::StrCat("cannot read @", word, "(", argument, ")"));
}

absl::StatusOr<absl::CivilDay> ParseDay(absl::string_view text) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day)) return Malformed("date", text);
  return day;
}

absl::StatusOr<std::string> Minted(absl::string_view argument) {
  std::vector<absl::string_view> parts = absl::StrSplit(argument, ',');
  uint32_t ordinal = 0;
  if (parts.size() < 2 || parts.size() > 3) return Malformed("minted", argument);
  if (parts.size() == 3 && !absl::SimpleAtoi(parts[2], &ordinal)) return Malformed("minted", argument);
  DecisionContext context;
  context.id_seed = NamedSeed(absl::StripAsciiWhitespace(parts[0]));
  return context.MintId(absl::StripAsciiWhitespace(parts[1]), ordinal).ToString();
}

absl::StatusOr<std::string> At(absl::string_view argument) {
  SIP_ASSIGN_OR_RETURN(const absl::Time time, ParseScenarioTime(argument));
  const google::protobuf::Timestamp timestamp = ToProto(time);
  return absl::StrCat("seconds: ", timestamp.seconds(), " nanos: ", timestamp.nanos());
}

absl::StatusOr<std::string> Date(absl::string_view argument) {
  SIP_ASSIGN_OR_RETURN(const absl::CivilDay day, ParseDay(argument));
  return absl::StrCat("year: ", day.year(), " month: ", day.month(), " day: ", day.day());
}

absl::StatusOr<std::string> Digest(absl::string_view argument, const RuleSetSource& rule_sets) {
  const rules::v1::RuleSet* rule_set = rule_sets.Find(argument);
  if (rule_set == nullptr) return absl::NotFoundError(absl::StrCat("@digest: there is no rule set \"", argument, "\""));
  return absl::CHexEscape(rule_sets.DigestOf(*rule_set));
}

absl::StatusOr<std::string> Expand(absl::string_view word, absl::string_view argument, const RuleSetSource& rule_sets) {
  if (word == "id") return NamedId(argument).ToString();
  if (word == "minted") return Minted(argument);
  if (word == "at") return At(argument);
  if (word == "date") return Date(argument);
  if (word == "digest") return Digest(argument, rule_sets);
  if (word == "leaf") return absl::CHexEscape(NamedLeaf(argument));
  return absl::InvalidArgumentError(absl::StrCat("unknown word @", word, "(…): known are id, minted, at, date, digest, leaf"));
}

// Replaces the words of one line. An @ that is not followed by a name and "(" is left alone.
absl::StatusOr<std::string> ExpandLine(absl::string_view line, const RuleSetSource& rule_sets) {
  std::string expanded;
  while (true) {
    const size_t at = line.find('@');
    if (at == absl::string_view::npos) break;
    absl::StrAppend(&expanded, line.substr(0, at));
    line.remove_prefix(at + 1);
    const size_t open = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
    if (open == 0 || open == absl::string_view::npos || line[open] != '(') {
      expanded += '@';
      continue;
    }
    const size_t close = line.find(')', open);
    if (close == absl::string_view::npos) return absl::InvalidArgumentError(absl::StrCat("no ) after @", line));
    const absl::string_view argument = absl::StripAsciiWhitespace(line.substr(open + 1, close - open - 1));
    SIP_ASSIGN_OR_RETURN(const std::string replacement, Expand(line.substr(0, open), argument, rule_sets));
    expanded += replacement;
    line.remove_prefix(close + 1);
  }
  absl::StrAppend(&expanded, line);
  return expanded;
}

}  // namespace

absl::TimeZone Stockholm() {
  static const absl::TimeZone kZone = [] {
    absl::TimeZone zone;
    SIP_CHECK(absl::LoadTimeZone("Europe/Stockholm", &zone));
    return zone;
  }();
  return kZone;
}

Uuid NamedId(absl::string_view name) { return MakeUuidV8(Sha256(absl::StrCat("scenario-id/", name))); }

std::string NamedSeed(absl::string_view step_name) { return Sha256(absl::StrCat("scenario-seed/", step_name)); }

std::string NamedLeaf(absl::string_view step_name) { return Sha256(absl::StrCat("scenario-leaf/", step_name)); }

absl::StatusOr<absl::Time> ParseScenarioTime(absl::string_view text) {
  for (const char* format : {"%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%E*S", absl::RFC3339_full}) {
    absl::Time time;
    std::string error;
    if (absl::ParseTime(format, text, Stockholm(), &time, &error)) return time;
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is no time; write \"2018-03-01 10:00\" or RFC 3339"));
}

absl::StatusOr<common::v1::Occurred> ParseScenarioOccurred(absl::string_view text) {
  common::v1::Occurred occurred;
  if (text.size() == 10) {
    SIP_ASSIGN_OR_RETURN(const absl::CivilDay day, ParseDay(text));
    *occurred.mutable_date() = ToProto(day);
    return occurred;
  }
  SIP_ASSIGN_OR_RETURN(const absl::Time time, ParseScenarioTime(text));
  return OccurredAtInstant(time);
}

absl::StatusOr<std::string> ExpandScenarioText(absl::string_view text, const RuleSetSource& rule_sets) {
  std::string expanded;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(line), "#")) {
      absl::StrAppend(&expanded, line, "\n");
      continue;
    }
    SIP_ASSIGN_OR_RETURN(const std::string line_expanded, ExpandLine(line, rule_sets));
    absl::StrAppend(&expanded, line_expanded, "\n");
  }
  return expanded;
}

}  // namespace sip

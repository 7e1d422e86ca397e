#include "libs/rules/load.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/rules/rule_set_check.h"

namespace sip {
namespace {

namespace fs = std::filesystem;
using rules::v1::Agency;
using rules::v1::RuleSet;

class CollectErrors final : public google::protobuf::io::ErrorCollector {
 public:
  explicit CollectErrors(absl::string_view name) : name_(name) {}
  void AddError(int line, int column, const std::string& message) override {
    errors_.push_back(absl::StrCat(name_, ":", line + 1, ":", column + 1, ": ", message));
  }
  std::string Joined() const { return absl::StrJoin(errors_, "\n"); }

 private:
  const std::string name_;
  std::vector<std::string> errors_;
};

absl::Status ParseText(absl::string_view text, absl::string_view name, google::protobuf::Message& message) {
  CollectErrors errors(name);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  if (!parser.ParseFromString(std::string(text), &message)) return absl::InvalidArgumentError(errors.Joined());
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void CheckAgency(const Agency& agency, const std::map<std::string, const Agency*>& by_id, std::vector<std::string>& errors) {
  const std::string who = absl::StrCat("agency '", agency.agency_id(), "': ");
  if (agency.agency_id().empty()) errors.push_back("an agency without agency_id");
  if (!AgencyKind_IsValid(agency.kind()) || agency.kind() == rules::v1::AGENCY_KIND_UNSPECIFIED) {
    errors.push_back(who + "kind is required");
  }
  if (agency.name().empty()) errors.push_back(who + "name is required");
  if (agency.rule_set_owner().empty()) errors.push_back(who + "rule_set_owner is required");
  const bool provider = agency.kind() == rules::v1::AGENCY_KIND_PRIVATE_PROVIDER;
  if (!agency.acts_for_agency_id().empty() && !provider) errors.push_back(who + "only a private provider acts for another agency");
  if (!provider) return;
  const auto principal = by_id.find(agency.acts_for_agency_id());
  if (principal == by_id.end() || (principal->second->kind() != rules::v1::AGENCY_KIND_REGION &&
                                   principal->second->kind() != rules::v1::AGENCY_KIND_MUNICIPALITY)) {
    errors.push_back(who + "acts_for_agency_id must name a region or municipality of the directory");
  }
}

}  // namespace

absl::StatusOr<RuleSet> ParseRuleSet(absl::string_view text, absl::string_view name) {
  RuleSet rule_set;
  SIP_RETURN_IF_ERROR(ParseText(text, name, rule_set));
  Violations violations;
  CheckRuleSet(rule_set, "", violations);
  if (violations.empty()) return rule_set;
  std::vector<std::string> errors;
  const Rejection rejection = violations.ToRejection();
  for (const Violation& violation : rejection.violations()) {
    errors.push_back(absl::StrCat(name, ": ", violation.field(), ": ", violation.detail(), violation.rule().empty() ? "" : " ",
                                  violation.rule()));
  }
  return absl::InvalidArgumentError(absl::StrJoin(errors, "\n"));
}

absl::StatusOr<rules::v1::AgencyDirectory> ParseAgencyDirectory(absl::string_view text, absl::string_view name) {
  rules::v1::AgencyDirectory directory;
  SIP_RETURN_IF_ERROR(ParseText(text, name, directory));
  std::vector<std::string> errors;
  std::map<std::string, const Agency*> by_id;
  for (const Agency& agency : directory.agencies()) {
    if (!by_id.emplace(agency.agency_id(), &agency).second) {
      errors.push_back(absl::StrCat("agency '", agency.agency_id(), "' stands there twice"));
    }
  }
  for (const Agency& agency : directory.agencies()) CheckAgency(agency, by_id, errors);
  if (errors.empty()) return directory;
  return absl::InvalidArgumentError(absl::StrCat(name, ": ", absl::StrJoin(errors, absl::StrCat("\n", name, ": "))));
}

absl::StatusOr<std::vector<RuleSet>> LoadRuleSets(const std::string& directory) {
  std::error_code error;
  std::vector<RuleSet> rule_sets;
  for (fs::recursive_directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    const fs::path& path = it->path();
    if (path.extension() != ".txtpb") continue;
    SIP_ASSIGN_OR_RETURN(const std::string text, ReadFile(path.string()));
    SIP_ASSIGN_OR_RETURN(RuleSet rule_set, ParseRuleSet(text, path.string()));
    const std::string id = absl::StrCat(path.parent_path().filename().string(), "/", path.stem().string());
    if (rule_set.id() != id) {
      return absl::InvalidArgumentError(absl::StrCat(path.string(), ": id: must be '", id, "', as the file's place says"));
    }
    rule_sets.push_back(std::move(rule_set));
  }
  if (error) return absl::NotFoundError(absl::StrCat("cannot read ", directory, ": ", error.message()));
  std::sort(rule_sets.begin(), rule_sets.end(), [](const RuleSet& a, const RuleSet& b) { return a.id() < b.id(); });
  return rule_sets;
}

absl::StatusOr<rules::v1::AgencyDirectory> LoadAgencyDirectory(const std::string& path) {
  SIP_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseAgencyDirectory(text, path);
}

}  // namespace sip

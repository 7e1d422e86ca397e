// Reads rule sets and the agency directory from protobuf text files.
#ifndef SIP_LIBS_RULES_LOAD_H_
#define SIP_LIBS_RULES_LOAD_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sip/rules/v1/agency_directory.pb.h"
#include "sip/rules/v1/rule_set.pb.h"

namespace sip {

// The sets in the files `<directory>/<owner>/<valid from>.txtpb`, checked, ordered by id. INVALID_ARGUMENT names file, line or
// field and what is wrong, every breach of a set at once; NOT_FOUND if the directory cannot be read.
absl::StatusOr<std::vector<rules::v1::RuleSet>> LoadRuleSets(const std::string& directory);

// The agencies in a file, checked: required fields, distinct ids, providers that act for a region or municipality of the file.
// INVALID_ARGUMENT names every breach; NOT_FOUND if the file cannot be read.
absl::StatusOr<rules::v1::AgencyDirectory> LoadAgencyDirectory(const std::string& path);

// From text; `name` is what errors call it.
absl::StatusOr<rules::v1::RuleSet> ParseRuleSet(absl::string_view text, absl::string_view name);
absl::StatusOr<rules::v1::AgencyDirectory> ParseAgencyDirectory(absl::string_view text, absl::string_view name);

}  // namespace sip

#endif  // SIP_LIBS_RULES_LOAD_H_

#include "libs/testing/scenario.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/text_format.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/testing/scenario_outcome.h"
#include "libs/testing/scenario_run.h"

namespace sip {
namespace {

// The comment that a file begins with.
std::string StoryOf(absl::string_view text) {
  std::string story;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StartsWith(line, "#")) break;
    absl::StrAppend(&story, line, "\n");
  }
  return story;
}

}  // namespace

absl::Status RunScenario(absl::string_view text, const ContextModel& model, const RuleSetSource& rule_sets) {
  SIP_ASSIGN_OR_RETURN(const testing::v1::Scenario scenario, ParseScenario(text, rule_sets));
  SIP_ASSIGN_OR_RETURN(const RanScenario ran, PlayScenario(scenario, model, rule_sets));
  return CheckOutcome(scenario, ran.outcome);
}

absl::Status RunScenarioFile(const std::string& path, const ContextModel& model, const RuleSetSource& rule_sets) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  std::ostringstream text;
  text << file.rdbuf();
  const std::string story = StoryOf(text.str());
  if (story.empty()) return absl::InvalidArgumentError(absl::StrCat(path, " must begin with its story, as a comment"));
  absl::Status status = RunScenario(text.str(), model, rule_sets);
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(path, "\n", story, status.message()));
}

std::vector<std::string> ScenarioFiles(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, error)) {
    if (entry.path().extension() == ".txtpb") files.push_back(entry.path().string());
  }
  if (files.empty()) return {directory + "/none.txtpb"};
  std::sort(files.begin(), files.end());
  return files;
}

std::string ScenarioName(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = std::filesystem::path(info.param).stem().string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

const AgencyDirectory& TestAgencies() {
  static const AgencyDirectory* const kAgencies = [] {
    constexpr char kText[] = R"pb(
      agencies { agency_id: "region-nord" kind: AGENCY_KIND_REGION name: "Region Nord" rule_set_owner: "skl" }
      agencies { agency_id: "region-syd" kind: AGENCY_KIND_REGION name: "Region Syd" rule_set_owner: "skl" }
      agencies { agency_id: "kommun-a" kind: AGENCY_KIND_MUNICIPALITY name: "Kommun A" rule_set_owner: "skl" }
      agencies { agency_id: "kommun-b" kind: AGENCY_KIND_MUNICIPALITY name: "Kommun B" rule_set_owner: "skl" }
      agencies { agency_id: "skola-x" kind: AGENCY_KIND_SCHOOL name: "Skola X" rule_set_owner: "skl" }
      agencies { agency_id: "fk" kind: AGENCY_KIND_STATE_AUTHORITY name: "Försäkringskassan" rule_set_owner: "skl" }
      agencies {
        agency_id: "vard-ab"
        kind: AGENCY_KIND_PRIVATE_PROVIDER
        name: "Vård AB"
        rule_set_owner: "skl"
        acts_for_agency_id: "region-nord"
      }
      agencies { agency_id: "forening-y" kind: AGENCY_KIND_OTHER name: "Förening Y" rule_set_owner: "skl" }
    )pb";
    rules::v1::AgencyDirectory directory;
    SIP_CHECK(google::protobuf::TextFormat::ParseFromString(kText, &directory));
    return new AgencyDirectory(directory);
  }();
  return *kAgencies;
}

const RuleSetSource& NoRuleSets() {
  class None final : public RuleSetSource {
   public:
    const rules::v1::RuleSet* Find(absl::string_view) const override { return nullptr; }
    const rules::v1::RuleSet* FindByDigest(absl::string_view) const override { return nullptr; }
    const rules::v1::RuleSet* ValidOn(absl::string_view, absl::CivilDay) const override { return nullptr; }
    std::string DigestOf(const rules::v1::RuleSet&) const override { return ""; }
  };
  static const None* const kNone = new None();
  return *kNone;
}

}  // namespace sip

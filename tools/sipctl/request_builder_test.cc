#include "tools/sipctl/request_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "libs/base/uuid.h"
#include "libs/testing/matchers.h"
#include "sip/consent/v1/consent_service.pb.h"
#include "sip/plans/v1/plan_service.pb.h"
#include "sip/views/v1/deadline_views.pb.h"

namespace sip {
namespace {

using consent::v1::GiveConsentRequest;

GiveConsentRequest Built(const std::vector<std::string>& arguments) {
  GiveConsentRequest request;
  EXPECT_THAT(ApplyArguments(arguments, request), IsOk());
  return request;
}

TEST(RequestBuilderTest, SetsTextsEnumsDatesAndNestedFields) {
  const GiveConsentRequest request =
      Built({"--case-id", "c", "--kind", "plan", "--proof.form=oral", "--proof.taken-by.unit.agency-id", "region-nord",
             "--starts-on", "2018-03-01", "--expected-stream-version", "7"});
  EXPECT_THAT(request, EqualsProto(ParseText<GiveConsentRequest>(R"(
    case_id: "c" kind: CONSENT_KIND_PLAN
    proof { form: CONSENT_FORM_ORAL taken_by { unit { agency_id: "region-nord" } } }
    starts_on { year: 2018 month: 3 day: 1 } expected_stream_version: 7)")));
}

TEST(RequestBuilderTest, TakesEnumsByFullNameAndInAnyCase) {
  EXPECT_EQ(Built({"--kind", "CONSENT_KIND_PLAN"}).kind(), common::v1::CONSENT_KIND_PLAN);
  EXPECT_EQ(Built({"--kind", "Information-Sharing"}).kind(), common::v1::CONSENT_KIND_INFORMATION_SHARING);
}

TEST(RequestBuilderTest, AppendsToListsAndTakesTheirElementsInBraces) {
  const GiveConsentRequest request = Built({"--categories", "a", "--categories", "b", "--parties", R"({agency_id: "kommun-a"})"});
  EXPECT_EQ(request.categories_size(), 2);
  EXPECT_EQ(request.parties(0).agency_id(), "kommun-a");
}

TEST(RequestBuilderTest, TakesOccurredAsDateOrAsInstant) {
  EXPECT_TRUE(Built({"--occurred-at", "2018-03-01"}).occurred_at().has_date());
  EXPECT_EQ(Built({"--occurred-at", "2018-03-01T12:00:00Z"}).occurred_at().instant().seconds(), 1519905600);
}

TEST(RequestBuilderTest, LaterArgumentsGoOnTopOfAFile) {
  const auto path = std::filesystem::temp_directory_path() / "sipctl_request_builder_test.txtpb";
  std::ofstream(path) << "purpose: \"from the file\" limits: \"none\"";
  const GiveConsentRequest request = Built({"--file", path.string(), "--purpose", "from the flag"});
  std::filesystem::remove(path);
  EXPECT_EQ(request.purpose(), "from the flag");
  EXPECT_EQ(request.limits(), "none");
}

TEST(RequestBuilderTest, SaysWhichFlagIsWrongAndWhatIsAllowed) {
  GiveConsentRequest request;
  const auto refused = [&](const std::vector<std::string>& arguments) { return ApplyArguments(arguments, request); };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(refused({"--kind", "plam"}), StatusIs(kInvalid, "one of: plan, process_start"));
  EXPECT_THAT(refused({"--nope", "1"}), StatusIs(kInvalid, "--nope: no field nope"));
  EXPECT_THAT(refused({"--starts-on", "soon"}), StatusIs(kInvalid, "a date such as"));
  EXPECT_THAT(refused({"--starts-on", "2018-03-01-02"}), StatusIs(kInvalid, "a date such as"));
  EXPECT_THAT(refused({"--expected-stream-version", "-1"}), StatusIs(kInvalid, "a number that fits"));
  EXPECT_THAT(refused({"--purpose"}), StatusIs(kInvalid, "is not a value"));
  EXPECT_THAT(refused({"--purpose.text", "x"}), StatusIs(kInvalid, "has no fields to set"));
  EXPECT_THAT(refused({"--parties.agency-id", "x"}), StatusIs(kInvalid, "in braces"));
  EXPECT_THAT(refused({"--parties", "{nope: 1}"}), StatusIs(kInvalid, "text format"));
  EXPECT_THAT(refused({"purpose"}), StatusIs(kInvalid, "is no flag"));
  EXPECT_THAT(refused({"--file", "/nowhere"}), StatusIs(absl::StatusCode::kNotFound, "/nowhere"));
}

TEST(RequestBuilderTest, MakesUpARequestIdOnlyWhereOneIsMissing) {
  GiveConsentRequest request;
  const auto made_up = Uuid::Parse(EnsureRequestId(request));
  ASSERT_TRUE(made_up.has_value());
  EXPECT_EQ(made_up->Version(), 7);
  EXPECT_EQ(EnsureRequestId(request), made_up->ToString());
  views::v1::ListDeadlinesRequest query;
  EXPECT_EQ(EnsureRequestId(query), "");
}

TEST(RequestBuilderTest, DescribesEveryFieldAsAFlag) {
  const std::string flags = DescribeFlags(*GiveConsentRequest::descriptor());
  EXPECT_NE(flags.find("--case-id (required)  string"), std::string::npos);
  EXPECT_NE(flags.find("--parties (repeatable)  sip.common.v1.PartyKey"), std::string::npos);
  EXPECT_EQ(std::count(flags.begin(), flags.end(), '\n'), GiveConsentRequest::descriptor()->field_count());
}

}  // namespace
}  // namespace sip

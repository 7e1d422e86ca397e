#include "tools/sipctl/service_catalog.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_replace.h"
#include "libs/testing/matchers.h"
#include "tools/sipctl/global_flags.h"

namespace sip {
namespace {

TEST(ServiceCatalogTest, KnowsEveryServiceOfThePublicApi) {
  std::set<std::string> names;
  for (const CatalogService& service : AllServices()) names.insert(service.name);
  EXPECT_EQ(names, (std::set<std::string>{"case-views", "cases", "consent", "consent-views", "deadline-views", "deviation-views",
                                          "deviations", "history", "meeting-views", "meetings", "plan-views", "plans", "rules",
                                          "subjects"}));
  EXPECT_EQ(names.size(), AllServices().size());
}

TEST(ServiceCatalogTest, FindsRpcsByTheNamesThatAreTyped) {
  const auto method = FindMethod("plans", "establish-plan");
  ASSERT_THAT(method, IsOk());
  EXPECT_EQ(MethodPath(**method), "/sip.plans.v1.PlanService/EstablishPlan");
  EXPECT_EQ(FindMethodByFullName("sip.plans.v1.PlanService", "EstablishPlan"), *method);
  EXPECT_EQ(FindMethodByFullName("sip.plans.v1.PlanService", "Establish"), nullptr);
  EXPECT_EQ(FindMethodByFullName("sip.plans.v1.Plans", "EstablishPlan"), nullptr);
}

TEST(ServiceCatalogTest, SuggestsTheNearestName) {
  EXPECT_THAT(FindMethod("plams", "x"), StatusIs(absl::StatusCode::kInvalidArgument, "did you mean \"plans\""));
  EXPECT_THAT(FindMethod("plans", "estblish-plan"),
              StatusIs(absl::StatusCode::kInvalidArgument, "did you mean \"establish-plan\""));
}

TEST(ServiceCatalogTest, NoRequestHasAFieldThatAGlobalFlagHides) {
  std::set<std::string> taken = {"file"};
  for (const std::string& name : GlobalFlagNames()) taken.insert(name);
  for (const CatalogService& service : AllServices()) {
    for (int i = 0; i < service.descriptor->method_count(); ++i) {
      const google::protobuf::Descriptor& request = *service.descriptor->method(i)->input_type();
      for (int j = 0; j < request.field_count(); ++j) {
        EXPECT_EQ(taken.count(absl::StrReplaceAll(request.field(j)->name(), {{"_", "-"}})), 0u) << request.field(j)->full_name();
      }
    }
  }
}

}  // namespace
}  // namespace sip

#include "tools/sipctl/text_mask.h"

#include <gtest/gtest.h>

#include "google/protobuf/any.pb.h"
#include "sip/cases/v1/case_service.pb.h"

namespace sip {
namespace {

cases::v1::RecordContactMadeRequest Contact() {
  cases::v1::RecordContactMadeRequest request;
  request.set_case_id("case");
  request.set_note("private");
  request.mutable_by()->set_name("private");
  request.mutable_by()->mutable_unit()->set_agency_id("kommun-a");
  return request;
}

TEST(TextMaskTest, TextsAreHiddenAndCodesAreNot) {
  cases::v1::RecordContactMadeRequest request = Contact();
  HideTexts(request);
  EXPECT_EQ(request.note(), kHiddenText);
  EXPECT_EQ(request.by().name(), kHiddenText);
  EXPECT_EQ(request.by().unit().agency_id(), "kommun-a");
  EXPECT_EQ(request.case_id(), "case");
}

TEST(TextMaskTest, TextsAreHiddenWithinAny) {
  google::protobuf::Any any;
  any.PackFrom(Contact());
  HideTexts(any);
  EXPECT_EQ(any.value().find("private"), std::string::npos);
  cases::v1::RecordContactMadeRequest request;
  ASSERT_TRUE(any.UnpackTo(&request));
  EXPECT_EQ(request.by().name(), kHiddenText);
}

TEST(TextMaskTest, ATextThatIsNotSetStaysSo) {
  cases::v1::RecordContactMadeRequest request = Contact();
  request.clear_note();
  HideTexts(request);
  EXPECT_EQ(request.note(), "");
}

}  // namespace
}  // namespace sip

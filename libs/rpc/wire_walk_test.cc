#include "libs/rpc/wire_walk.h"

#include <string>

#include "gtest/gtest.h"
#include "sip/testing/v1/echo_rpcs.pb.h"

namespace sip {
namespace {

using testing::v1::EchoRequest;

std::optional<WireFault> Walk(const std::string& bytes) { return FindWireFault(*EchoRequest::descriptor(), bytes); }

std::string WithText(const std::string& text) {
  std::string bytes = "\x0a";
  bytes.push_back(static_cast<char>(text.size()));
  return bytes + text;
}

TEST(WireWalk, FindsNothingInAGoodMessage) {
  EchoRequest request;
  request.set_text("hej");
  request.add_parts()->mutable_detail()->mutable_place()->set_number(-1);
  request.mutable_occurred_at()->mutable_instant()->set_seconds(5);
  request.add_channels(common::v1::CHANNEL_LETTER);
  EXPECT_FALSE(Walk(request.SerializeAsString()).has_value());
}

TEST(WireWalk, NamesTheFieldWhoseTextIsNotUtf8) {
  EXPECT_EQ(Walk(WithText("\xff"))->field, "text");
  EXPECT_TRUE(Walk(WithText("\xff"))->bad_text);
}

TEST(WireWalk, NamesTheElementAndTheFieldWithin) {
  std::string part = WithText("\xc3");
  std::string bytes;
  for (const std::string& element : {WithText("ok"), part}) {
    bytes.push_back(0x32);  // Field 6, parts.
    bytes.push_back(static_cast<char>(element.size()));
    bytes += element;
  }
  EXPECT_EQ(Walk(bytes)->field, "parts[1].text");
}

TEST(WireWalk, NamesWhereTheEncodingBreaks) {
  EXPECT_EQ(Walk("\x0a\x05hi")->field, "text");  // Shorter than it says.
  EXPECT_FALSE(Walk("\x0a\x05hi")->bad_text);
  EXPECT_EQ(Walk("\x10\x80")->field, "channel");       // A varint that does not end.
  EXPECT_EQ(Walk(std::string("\x00", 1))->field, "");  // Field number 0.
  EXPECT_EQ(Walk("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")->field, "");
  EXPECT_EQ(Walk("\xa3\x06")->field, "#100");  // A group.
}

TEST(WireWalk, IsBoundedInDepth) {
  std::string bytes;
  for (int i = 0; i < 60; ++i) {
    std::string outer = "\x32";
    outer.push_back(static_cast<char>(bytes.size()));
    outer += bytes;
    bytes = outer;
  }
  EXPECT_FALSE(Walk(bytes).has_value());
  EchoRequest deep;
  EchoRequest* innermost = &deep;
  for (int i = 0; i < 101; ++i) innermost = innermost->add_parts();
  EXPECT_TRUE(Walk(deep.SerializeAsString()).has_value());
}

}  // namespace
}  // namespace sip

#include "libs/eventsourcing/consistency_token.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "absl/strings/escaping.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

const ConsistencyToken kToken{std::string(16, '\x11'), 3, 0x0102030405060708, std::string(8, '\x22')};

bool IsInvalid(absl::string_view text) {
  const auto token = DecodeToken(text);
  const auto rejection = RejectionOf(token.status());
  return rejection.has_value() && rejection->violations(0).reason() == Reason::REASON_TOKEN_INVALID;
}

TEST(ConsistencyTokenTest, HasItsPinnedText) {
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(EncodeToken(kToken), &bytes));
  EXPECT_EQ(absl::BytesToHexString(bytes), "01111111111111111111111111111111110000000301020304050607082222222222222222");
}

TEST(ConsistencyTokenTest, AnythingElseIsRefused) {
  std::string text = EncodeToken(kToken);
  EXPECT_FALSE(IsInvalid(text));
  EXPECT_TRUE(IsInvalid(""));
  EXPECT_TRUE(IsInvalid("not a token"));
  EXPECT_TRUE(IsInvalid(text + "AAAA"));
  EXPECT_TRUE(IsInvalid(text.substr(4)));
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(text, &bytes));
  bytes[0] = 2;
  EXPECT_TRUE(IsInvalid(absl::WebSafeBase64Escape(bytes)));
}

RC_GTEST_PROP(ConsistencyTokenProperty, DecodingGivesWhatWasEncoded, (uint32_t partition, uint64_t idx)) {
  const ConsistencyToken token{*rc::gen::container<std::string>(16, rc::gen::arbitrary<char>()), partition, idx,
                               *rc::gen::container<std::string>(8, rc::gen::arbitrary<char>())};
  const auto decoded = DecodeToken(EncodeToken(token));
  RC_ASSERT(decoded.ok());
  RC_ASSERT(*decoded == token);
}

}  // namespace
}  // namespace sip

#include "libs/log_kafka/bearer_token.h"

#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

std::string Write(const std::string& content) {
  std::string path = absl::StrCat(testing::TempDir(), "/token");
  std::ofstream(path) << content;
  return path;
}

std::string TokenWith(const std::string& claims) {
  return absl::StrCat(absl::WebSafeBase64Escape(R"({"alg":"RS256"})"), ".", absl::WebSafeBase64Escape(claims), ".c2lnbmVk");
}

TEST(BearerToken, TellsSubjectAndEnd) {
  const std::string text = TokenWith(R"({"sub":"sip-plans","exp":1700000060,"aud":["kafka"],"nested":{"a":1}})");
  const auto token = ReadBearerToken(Write(text + "\n"), kNow);
  ASSERT_THAT(token, IsOk());
  EXPECT_EQ(token->text, text);
  EXPECT_EQ(token->subject, "sip-plans");
  EXPECT_EQ(token->expires, kNow + absl::Seconds(60));
}

TEST(BearerToken, WhatIsNoneIsRefusedWithTheReasonAndWithoutItsContent) {
  const std::pair<std::string, const char*> bad[] = {
      {"", "cannot be read"},
      {std::string((64 << 10) + 1, 'x'), "64 KiB"},
      {"secret", "no JSON Web Token"},
      {"secret.%.secret", "no JSON Web Token"},
      {TokenWith(R"({"sub":"secret","exp":1700000060})") + "\n\x01", "no JSON Web Token"},
      {TokenWith("[]"), "no JSON Web Token"},
      {TokenWith(R"({"exp":1700000060})"), "no subject"},
      {TokenWith(R"({"sub":7,"exp":1700000060})"), "no subject"},
      {TokenWith(R"({"sub":"secret"})"), "when it expires"},
      {TokenWith(R"({"sub":"secret","exp":"soon"})"), "when it expires"},
      {TokenWith(R"({"sub":"secret","exp":1e13})"), "when it expires"},
      {TokenWith(R"({"sub":"secret","exp":1700000000})"), "has expired at 2023-11-14T22:13:20"},
  };
  for (const auto& [content, reason] : bad) {
    const absl::Status refused = ReadBearerToken(Write(content), kNow).status();
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument, reason));
    EXPECT_EQ(refused.message().find("secret"), absl::string_view::npos) << refused;
  }
  EXPECT_THAT(ReadBearerToken("/nowhere/token", kNow), StatusIs(absl::StatusCode::kInvalidArgument, "/nowhere/token"));
}

}  // namespace
}  // namespace sip

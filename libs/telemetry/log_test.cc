#include "libs/telemetry/log.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sip {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::string Rendered(const LogField& field) {
  std::string json;
  field.AppendTo(json);
  return json;
}

TEST(LogField, RendersEveryKindAsJson) {
  EXPECT_EQ(Rendered({"yes", true}), R"("yes":true)");
  EXPECT_EQ(Rendered({"n", -3}), R"("n":-3)");
  EXPECT_EQ(Rendered({"n", ~uint64_t{0}}), R"("n":18446744073709551615)");
  EXPECT_EQ(Rendered({"x", 0.5}), R"("x":0.5)");
  EXPECT_EQ(Rendered({"took_s", absl::Milliseconds(1500)}), R"("took_s":1.5)");
  EXPECT_EQ(Rendered({"at", absl::UnixEpoch()}), R"("at":"1970-01-01T00:00:00.000000Z")");
  EXPECT_EQ(Rendered({"id", Uuid()}), R"("id":"00000000-0000-0000-0000-000000000000")");
  EXPECT_EQ(Rendered({"why", "because \"so\""}), R"("why":"because \"so\"")");
  EXPECT_EQ(Rendered({"log", LogCode("sip.plans/3")}), R"("log":"sip.plans/3")");
}

TEST(LogField, ReplacesWhatIsNotACode) {
  EXPECT_EQ(Rendered({"code", LogCode("Karl Karlsson")}), R"("code":"?")");
  EXPECT_EQ(Rendered({"code", LogCode("samtycke\n")}), R"("code":"?")");
  EXPECT_EQ(Rendered({"code", LogCode(std::string(129, 'a'))}), R"("code":"?")");
}

TEST(LogField, MasksPersonalNumbersInEveryForm) {
  for (const char* number : {"19121212-1212", "121212-1212", "121212+1212", "191212121212", "1212121212"}) {
    EXPECT_THAT(Rendered({"code", LogCode(number)}), Not(HasSubstr("1212"))) << number;
    EXPECT_THAT(Rendered({"text", OperatorText(std::string("at ") + number + ".")}), Not(HasSubstr("1212"))) << number;
  }
  EXPECT_EQ(Rendered({"code", LogCode("12345678901")}), R"("code":"12345678901")");
}

TEST(LogField, CutsAndCleansOperatorText) {
  EXPECT_EQ(Rendered({"text", OperatorText("a\nb\x01")}), R"("text":"a b ")");
  EXPECT_EQ(Rendered({"t", OperatorText(std::string(1000, 'a'))}).size(), 512u + 6u);
}

TEST(Log, WritesOneJsonObjectALine) {
  const LogCapture capture;
  LogWarning("disk_low", {{"free_bytes", 17}, {"log", LogCode("sip.plans")}});
  const auto lines = capture.Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], StartsWith(R"({"time":"2)"));
  EXPECT_THAT(lines[0], EndsWith(R"("level":"warning","event":"disk_low","free_bytes":17,"log":"sip.plans"})"));
}

TEST(Log, DropsLinesBelowTheLevel) {
  const LogCapture capture;
  LogDebug("hidden");
  EXPECT_THAT(capture.Lines(), IsEmpty());
  SetLogLevel(LogLevel::kDebug);
  LogDebug("shown");
  SetLogLevel(LogLevel::kInfo);
  EXPECT_THAT(capture.Lines(), ElementsAre(HasSubstr("shown")));
}

TEST(Log, LevelsHaveNames) {
  EXPECT_EQ(ParseLogLevel("warning"), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("loud"), std::nullopt);
}

}  // namespace
}  // namespace sip

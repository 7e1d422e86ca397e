#include "tools/sipctl/run.h"

#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/sipctl/global_flags.h"
#include "tools/sipctl/service_catalog.h"

namespace sip {
namespace {

struct Ran {
  ExitCode code;
  std::string out;
  std::string err;
};

Ran Sipctl(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const ExitCode code = RunSipctl(arguments, out, err);
  return {code, out.str(), err.str()};
}

TEST(RunTest, HelpNamesCommandsServicesFlagsAndExitCodes) {
  const Ran ran = Sipctl({"--help"});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  for (const char* const text : {"plan show", "sip.plans.v1.PlanService", "--agency", "verify found damage"}) {
    EXPECT_TRUE(absl::StrContains(ran.out, text)) << text;
  }
}

TEST(RunTest, HelpOfAServiceListsItsRpcsAndOfAnRpcItsFlags) {
  EXPECT_TRUE(absl::StrContains(Sipctl({"plans", "--help"}).out, "establish-plan"));
  EXPECT_TRUE(absl::StrContains(Sipctl({"plans", "draft-plan", "-h"}).out, "--plan-type"));
  EXPECT_TRUE(absl::StrContains(Sipctl({"deadlines", "--help"}).out, "--due-before"));
}

TEST(RunTest, WrongCommandLinesAreUsageErrorsAndSendNothing) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"plams"},
                                             {"plans"},
                                             {"plans", "draft"},
                                             {"plans", "draft-plan", "--nope", "1"},
                                             {"plan", "show", "--nope", "1"},
                                             {"verify"},
                                             {"log", "cat", "--data-dir", "x", "--case-id", "y"},
                                             {"deadlines", "--timeout", "soon"},
                                             {"deadlines", "--output", "xml"},
                                             {"deadlines", "--cert", "x"}}) {
    const Ran ran = Sipctl(arguments);
    EXPECT_EQ(ran.code, ExitCode::kUsage) << ran.err;
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err, "");
  }
}

TEST(RunTest, AServerThatIsNotThereIsToBeTriedAgainWithTheSameRequestId) {
  const Ran ran = Sipctl({"plans", "draft-plan", "--address", "127.0.0.1:1", "--timeout", "5s", "--request-id", "r"});
  EXPECT_EQ(ran.code, ExitCode::kTryAgain) << ran.err;
  EXPECT_TRUE(absl::StrContains(ran.err, "--request-id r")) << ran.err;
  EXPECT_TRUE(absl::StrContains(ran.err, "what to do")) << ran.err;
}

TEST(RunTest, CompletionKnowsEveryRpc) {
  const Ran ran = Sipctl({"completion", "bash"});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  for (const CatalogService& service : AllServices()) {
    for (int i = 0; i < service.descriptor->method_count(); ++i) {
      const std::string rpc = KebabCase(service.descriptor->method(i)->name());
      EXPECT_TRUE(absl::StrContains(ran.out, absl::StrCat("\"", service.name, " ", rpc, "\")"))) << rpc;
    }
  }
}

TEST(RunTest, AFolderWithoutALogIsSaidSo) {
  const Ran ran = Sipctl({"verify", "--data-dir", "/nowhere"});
  EXPECT_EQ(ran.code, ExitCode::kFailed);
  EXPECT_TRUE(absl::StrContains(ran.err, "/nowhere")) << ran.err;
}

TEST(GlobalFlagsTest, AreTakenOutWhereverTheyStand) {
  const auto flags = ParseGlobalFlags({"plans", "--agency", "kommun-a", "draft-plan", "--case-id", "c", "-o", "json", "--token",
                                       "a", "--token", "b", "--plan-type", "sip"});
  ASSERT_TRUE(flags.ok()) << flags.status();
  EXPECT_EQ(flags->connection.agency, "kommun-a");
  EXPECT_EQ(flags->format, OutputFormat::kJson);
  EXPECT_EQ(flags->connection.consistency_tokens, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(flags->rest, (std::vector<std::string>{"plans", "draft-plan", "--case-id", "c", "--plan-type", "sip"}));
}

TEST(ExitCodeTest, TellsTheClassesOfRefusalsApart) {
  EXPECT_EQ(ExitCodeOf(absl::StatusCode::kInvalidArgument), ExitCode::kInvalid);
  EXPECT_EQ(ExitCodeOf(absl::StatusCode::kNotFound), ExitCode::kNotFound);
  EXPECT_EQ(ExitCodeOf(absl::StatusCode::kFailedPrecondition), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeOf(absl::StatusCode::kAborted), ExitCode::kMoved);
  EXPECT_EQ(ExitCodeOf(absl::StatusCode::kUnauthenticated), ExitCode::kNotAllowed);
  EXPECT_EQ(ExitCodeOf(absl::StatusCode::kUnavailable), ExitCode::kTryAgain);
  EXPECT_EQ(ExitCodeOf(absl::StatusCode::kInternal), ExitCode::kServerFailed);
}

}  // namespace
}  // namespace sip

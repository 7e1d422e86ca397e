#include "libs/config/config.h"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/config/options.h"
#include "libs/config/values.h"

namespace sip {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Loaded = absl::StatusOr<std::variant<Config, PrintAndExit>>;

std::string WriteFile(const std::string& name, const std::string& content) {
  std::string path = ::testing::TempDir() + "/" + name;
  std::ofstream(path) << content;
  return path;
}

Loaded Load(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {}) {
  return LoadConfig("sipd", arguments, environment, "1.2.3");
}

Config Good(const Loaded& loaded) {
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return loaded.ok() && std::holds_alternative<Config>(*loaded) ? std::get<Config>(*loaded) : Config{};
}

std::string Mistakes(const Loaded& loaded) {
  EXPECT_EQ(loaded.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(loaded.status().message());
}

std::string Printed(const Loaded& loaded) {
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return loaded.ok() && std::holds_alternative<PrintAndExit>(*loaded) ? std::get<PrintAndExit>(*loaded).text : "";
}

TEST(Config, DefaultsWithoutAnySource) {
  const Config config = Good(Load({}));
  EXPECT_EQ(config.listen_address, "127.0.0.1:7443");
  EXPECT_EQ(config.limits_request_bytes, 256u << 10);
  EXPECT_EQ(config.SecretFile(), "sipd-data/installation.key");
}

TEST(Config, EveryDefaultIsAValueThatMayBeSet) {
  for (const Option& option : AllOptions()) {
    Config config;
    EXPECT_TRUE(option.Set(option.Get(config), config).ok()) << option.key;
  }
}

TEST(Config, FlagBeatsEnvironmentBeatsFile) {
  const std::string file = WriteFile("precedence.conf", "partitions = 1\nnode_name = from-file\nlog_level = error\n");
  const Config config =
      Good(Load({"--config", file, "--partitions", "3"}, {"SIP_PARTITIONS=2", "SIP_NODE_NAME=from-environment", "HOME=/x"}));
  EXPECT_EQ(config.partitions, 3u);
  EXPECT_EQ(config.node_name, "from-environment");
  EXPECT_EQ(config.log_level, "error");
}

TEST(Config, TheFileIsAlsoNamedByTheEnvironment) {
  const std::string file = WriteFile("named.conf", "# A comment.\n\n  node_name = \" a # b \"  \n");
  EXPECT_EQ(Good(Load({}, {"SIP_CONFIG=" + file})).node_name, " a # b ");
}

TEST(Config, ReadsUnits) {
  const Config config = Good(Load({"--limits-text-bytes=1 KiB", "--engine-idempotency-window=30d", "--limits-deadline=1m30s"}));
  EXPECT_EQ(config.limits_text_bytes, 1024u);
  EXPECT_EQ(config.engine_idempotency_window, absl::Hours(720));
  EXPECT_EQ(config.limits_deadline, absl::Seconds(90));
}

TEST(Config, ASwitchAloneMeansTrue) {
  EXPECT_TRUE(Good(Load({"--development-identity"})).development_identity);
  EXPECT_TRUE(Good(Load({"--development-identity", "--partitions", "2"})).development_identity);
  EXPECT_FALSE(Good(Load({"--development-identity=false"}, {"SIP_DEVELOPMENT_IDENTITY=true"})).development_identity);
}

TEST(Config, UnknownNamesAreRefusedWithTheNearestKnownOne) {
  const std::string file = WriteFile("unknown.conf", "limits.request_byte = 1KiB\nquux_frobnication = 1\n");
  const std::string mistakes = Mistakes(Load({"--config", file, "--partition=3"}, {"SIP_DATADIR=/x"}));
  EXPECT_THAT(mistakes, HasSubstr("unknown.conf:1: unknown key 'limits.request_byte'. Did you mean 'limits.request_bytes'?"));
  EXPECT_THAT(mistakes, HasSubstr("unknown.conf:2: unknown key 'quux_frobnication'."));
  EXPECT_THAT(mistakes, HasSubstr("unknown variable 'SIP_DATADIR'. Did you mean 'SIP_DATA_DIR'?"));
  EXPECT_THAT(mistakes, HasSubstr("unknown argument '--partition'. Did you mean '--partitions'?"));
}

TEST(Config, MistakesNameKeyValueAndLimit) {
  const std::string mistakes = Mistakes(
      Load({"--partitions=0", "--limits-deadline=soon", "--log-level=loud", "--listen-address=x", "--cluster-listen-address=y"},
           {"SIP_LIMITS_TEXT_BYTES=5GiB", "SIP_DEVELOPMENT_IDENTITY=yes"}));
  EXPECT_THAT(mistakes, HasSubstr("flag --partitions: partitions = '0': allowed is 1 to 1024"));
  EXPECT_THAT(mistakes, HasSubstr("limits.deadline = 'soon': expected 100ms to 10m"));
  EXPECT_THAT(mistakes, HasSubstr("log_level = 'loud': expected debug, info, warning, error"));
  EXPECT_THAT(mistakes, HasSubstr("listen_address = 'x': expected host:port"));
  EXPECT_THAT(mistakes, HasSubstr("cluster.listen_address = 'y': expected host:port, may be empty"));
  EXPECT_THAT(mistakes, HasSubstr("environment SIP_LIMITS_TEXT_BYTES: limits.text_bytes = '5GiB': allowed is 100 to 1MiB"));
  EXPECT_THAT(mistakes, HasSubstr("development_identity = 'yes': expected true or false"));
}

TEST(Config, AFileThatIsMalformedOrAbsentIsRefused) {
  const std::string file = WriteFile("malformed.conf", "partitions\npartitions = 2\npartitions = 3\n");
  EXPECT_THAT(Mistakes(Load({"--config", file})),
              AllOf(HasSubstr(":1: expected 'key = value'"), HasSubstr(":3: partitions is already set at ")));
  EXPECT_THAT(Mistakes(Load({"--config", "/nowhere/sipd.conf"})), HasSubstr("/nowhere/sipd.conf: cannot be read"));
}

TEST(Config, WhatIsPrintedReadsBackTheSame) {
  const std::string printed = Printed(Load({"--print-config", "--partitions=5", "--node-name= x ", "--storage-cache-bytes=3MiB"}));
  const std::string file = WriteFile("printed.conf", printed);
  const Config config = Good(Load({"--config", file}));
  EXPECT_EQ(config.partitions, 5u);
  EXPECT_EQ(config.node_name, " x ");
  EXPECT_EQ(PrintConfig(config), printed);
}

TEST(Config, HelpAndVersionArePrinted) {
  EXPECT_EQ(Printed(Load({"--version"})), "sipd 1.2.3\n");
  EXPECT_THAT(Printed(Load({"--help"})), HasSubstr("--limits-request-bytes"));
}

TEST(Config, NamesAreUniqueAndInTheDocumentation) {
  std::set<std::string> names;
  const std::string documentation = ConfigDocumentation();
  for (const Option& option : AllOptions()) {
    EXPECT_TRUE(names.insert(option.Flag()).second) << option.key;
    EXPECT_TRUE(names.insert(option.Variable()).second) << option.key;
    EXPECT_THAT(documentation, HasSubstr("| `" + std::string(option.key) + "` |"));
  }
}

// tools/dev golden writes the file anew.
TEST(Config, TheDocumentationInTheRepositoryIsCurrent) {
  const std::string path = "docs/configuration.md";
  if (std::getenv("SIP_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << ConfigDocumentation();
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  EXPECT_EQ(content.str(), ConfigDocumentation());
}

TEST(Values, RefuseWhatIsNotANumberOfTheirUnit) {
  EXPECT_EQ(ParseCount("-1"), std::nullopt);
  EXPECT_EQ(ParseCount(""), std::nullopt);
  EXPECT_EQ(ParseCount("99999999999999999999"), std::nullopt);
  EXPECT_EQ(ParseBytes("99999999TiB"), std::nullopt);
  EXPECT_EQ(ParseBytes("1 kB"), std::nullopt);
  EXPECT_EQ(ParsePeriod("-1s"), std::nullopt);
  EXPECT_EQ(ParsePeriod("5"), std::nullopt);
  EXPECT_EQ(FormatBytes(1536), "1536");
  EXPECT_EQ(FormatPeriod(absl::Hours(48)), "2d");
}

TEST(Values, EditDistanceCountsSingleSteps) {
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("same", "same"), 0u);
}

}  // namespace
}  // namespace sip

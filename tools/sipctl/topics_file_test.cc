#include "tools/sipctl/topics_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/config/config.h"
#include "libs/log_kafka/topic_settings.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

constexpr char kFile[] = "deploy/topics.yaml";
constexpr auto kInvalidArgument = absl::StatusCode::kInvalidArgument;

std::string FileText() {
  std::ifstream file(kFile);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

absl::Status StatusOf(const std::string& text) { return ParseTopics(text, kFile, KafkaLogOptionsOf(Config{})).status(); }

// The file with something else in place of `old`, which it must have.
absl::Status StatusWith(const std::string& old, const std::string& other) {
  const std::string text = absl::StrReplaceAll(FileText(), {{old, other}});
  EXPECT_NE(text, FileText()) << old;
  return StatusOf(text);
}

TEST(TopicsFileTest, TheFileIsExactlyWhatTheServersAssert) {
  const Config config;
  const auto logs = ReadTopicsFile(kFile, KafkaLogOptionsOf(config));
  ASSERT_THAT(logs, IsOk());
  std::map<std::string, uint32_t> partitions;
  for (const NewKafkaLog& log : *logs) {
    partitions[log.name] = log.partition_count;
    EXPECT_EQ(log.settings, SafeTopicSettings(KafkaLogOptionsOf(config))) << log.name;
    EXPECT_EQ(log.replicas, static_cast<int>(config.kafka_replicas)) << log.name;
  }
  const auto of_cases = static_cast<uint32_t>(config.partitions);
  EXPECT_EQ(partitions, (std::map<std::string, uint32_t>{{"sip.rules", 1},
                                                         {"sip.subjects", 1},
                                                         {"sip.plans", of_cases},
                                                         {"sip.consent", of_cases},
                                                         {"sip.meetings", of_cases},
                                                         {"sip.deviations", of_cases}}));
}

TEST(TopicsFileTest, TheLineForFlushedRecordsIsWhatThatDurabilityNeeds) {
  Config config;
  config.kafka_durability = "flush-each-record";
  const KafkaLogOptions options = KafkaLogOptionsOf(config);
  EXPECT_THAT(ParseTopics(FileText(), kFile, options), StatusIs(kInvalidArgument, "flush.messages is not set"));
  const auto logs = ParseTopics(absl::StrReplaceAll(FileText(), {{"# flush.messages", "flush.messages"}}), kFile, options);
  ASSERT_THAT(logs, IsOk());
  EXPECT_EQ(logs->front().settings, SafeTopicSettings(options));
}

TEST(TopicsFileTest, WhatIsNotSafeIsRefusedWithWhatToWrite) {
  EXPECT_THAT(StatusWith("min.insync.replicas: 2", "min.insync.replicas: 1"), StatusIs(kInvalidArgument, "write 2"));
  EXPECT_THAT(StatusWith("retention.ms: -1", "retention.ms: 604800000"), StatusIs(kInvalidArgument, "retention.ms is 604800000"));
  EXPECT_THAT(StatusWith("cleanup.policy: delete", "cleanup.policy: compact"), StatusIs(kInvalidArgument, "cleanup.policy"));
  EXPECT_THAT(StatusWith("replicas: 3", "replicas: 1"), StatusIs(kInvalidArgument, "write 3 (kafka.replicas) or more"));
  EXPECT_THAT(StatusWith("  retention.bytes: -1\n", ""), StatusIs(kInvalidArgument, "retention.bytes is not set"));
}

TEST(TopicsFileTest, StricterIsTaken) {
  EXPECT_THAT(StatusWith("min.insync.replicas: 2", "min.insync.replicas: 3"), IsOk());
  EXPECT_THAT(StatusWith("replicas: 3", "replicas: 5"), IsOk());
}

TEST(TopicsFileTest, WhatIsUnknownMissingOrTwiceIsNamedWithItsLine) {
  EXPECT_THAT(StatusWith("retention.ms: -1", "retention.msec: -1"), StatusIs(kInvalidArgument, "unknown key 'retention.msec'"));
  EXPECT_THAT(StatusWith("replicas: 3", "replica: 3"), StatusIs(kInvalidArgument, "replicas is missing"));
  EXPECT_THAT(StatusWith("name: sip.subjects", "name: sip.rules"), StatusIs(kInvalidArgument, "sip.rules is there twice"));
  EXPECT_THAT(StatusWith("name: sip.subjects", "name: Sip"), StatusIs(kInvalidArgument, "'Sip' is no name of a log"));
  EXPECT_THAT(StatusOf("replicas: 3\nreplicas: 3\n"), StatusIs(kInvalidArgument, "topics.yaml:2: replicas is there twice"));
  EXPECT_THAT(StatusWith("partitions: 16", "partitions: 0"), StatusIs(kInvalidArgument, "a number from 1 to"));
  EXPECT_THAT(StatusWith("name: sip.plans\n    partitions: 16", "name: sip.plans\n    partitions: 8"),
              StatusIs(kInvalidArgument, "the same partition of each log"));
}

TEST(TopicsFileTest, WhatIsNoSuchFileIsRefused) {
  for (const char* const text :
       {"", "topics", "[1, 2]", "replicas: [", "topics: 3\nreplicas: {}\nsettings: []\n", "\"", "{{{{", "&a [*a]"}) {
    EXPECT_THAT(StatusOf(text), StatusIs(kInvalidArgument, "deploy/topics.yaml:")) << text;
  }
  EXPECT_THAT(ReadTopicsFile("nowhere.yaml", {}), StatusIs(absl::StatusCode::kNotFound, "--topics"));
}

}  // namespace
}  // namespace sip

#include "libs/log_kafka/topic_settings.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sip {
namespace {

TEST(TopicSettings, WhatWeSetIsSafe) {
  for (const auto durability :
       {KafkaLogOptions::Durability::kEligibleLeaderReplicas, KafkaLogOptions::Durability::kFlushEachRecord}) {
    KafkaLogOptions options;
    options.durability = durability;
    EXPECT_TRUE(CheckTopicSettings(options, "sip.plans", SafeTopicSettings(options)).ok());
  }
}

TEST(TopicSettings, EachSettingThatIsMissingOrUnsafeIsNamedWithItsRemedy) {
  const std::map<std::string, std::string> unsafe = {
      {"min.insync.replicas", "1"},      {"unclean.leader.election.enable", "true"},
      {"cleanup.policy", "compact"},     {"retention.ms", "604800000"},
      {"retention.bytes", "1000000000"}, {"message.timestamp.type", "LogAppendTime"},
      {"max.message.bytes", "1048588"},  {"message.timestamp.after.max.ms", "9223372036854775807"},
      {"flush.messages", "10000"},
  };
  KafkaLogOptions options;
  options.durability = KafkaLogOptions::Durability::kFlushEachRecord;
  for (const auto& [name, wanted] : SafeTopicSettings(options)) {
    std::map<std::string, std::string> found = SafeTopicSettings(options);
    found[name] = unsafe.at(name);
    const absl::Status changed = CheckTopicSettings(options, "sip.plans", found);
    EXPECT_EQ(changed.code(), absl::StatusCode::kFailedPrecondition) << name;
    EXPECT_TRUE(absl::StrContains(changed.message(), name + " is " + unsafe.at(name))) << changed;
    EXPECT_TRUE(absl::StrContains(changed.message(), absl::StrCat("--add-config ", name, "=", wanted))) << changed;
    found.erase(name);
    EXPECT_TRUE(absl::StrContains(CheckTopicSettings(options, "sip.plans", found).message(), name + " is not set"));
  }
}

TEST(TopicSettings, StricterOnesAreSafe) {
  const KafkaLogOptions options;
  std::map<std::string, std::string> found = SafeTopicSettings(options);
  found["min.insync.replicas"] = "3";
  found["max.message.bytes"] = "20000000";
  found["message.timestamp.after.max.ms"] = "1000";
  EXPECT_TRUE(CheckTopicSettings(options, "sip.plans", found).ok());
}

TEST(KafkaConnection, PlaintextStaysOnTheLoopback) {
  EXPECT_TRUE(ConnectionSettings({.brokers = "127.0.0.1:9092,localhost:9093"}).ok());
  const absl::Status refused = ConnectionSettings({.brokers = "127.0.0.1:9092,kafka.example:9092"}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(refused.message(), "kafka.example:9092")) << refused;
}

TEST(KafkaConnection, WhatIsMissingIsNamed) {
  KafkaConnection connection{.brokers = "kafka.example:9092", .protocol = KafkaConnection::Protocol::kSaslTls};
  EXPECT_TRUE(absl::StrContains(ConnectionSettings(connection).status().message(), "kafka.ca_file"));
  connection.ca_file = "ca.pem";
  EXPECT_TRUE(absl::StrContains(ConnectionSettings(connection).status().message(), "kafka.password_file"));
  connection.user = "sip";
  connection.password_file = "/nowhere";
  EXPECT_TRUE(absl::StrContains(ConnectionSettings(connection).status().message(), "/nowhere"));
  connection.mechanism = "GSSAPI";
  EXPECT_TRUE(absl::StrContains(ConnectionSettings(connection).status().message(), "GSSAPI"));
}

}  // namespace
}  // namespace sip

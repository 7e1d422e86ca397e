// What operators do with sipctl to the logs of a real cluster: make them, audit them, and move them in and out.
#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/uuid.h"
#include "libs/log_copy/copy_logs.h"
#include "libs/log_copy/file_copy.h"
#include "libs/log_copy/record_merge.h"
#include "libs/log_kafka/record_copy.h"
#include "libs/log_kafka/topic_settings.h"
#include "libs/log_rocks/record_copy.h"
#include "libs/testing/child_process.h"
#include "libs/testing/kafka_fixture.h"
#include "libs/testing/matchers.h"
#include "libs/testing/random_logs.h"
#include "sip/sipctl/v1/log_output.pb.h"
#include "tools/sipctl/run.h"

namespace sip {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

// Brokers that make every topic that a producer asks for: what only looks must not leave any behind.
[[maybe_unused]] testing::Environment* const kBrokers = UseKafkaCluster({.settings = {"auto.create.topics.enable=true"}});

constexpr char kTopics[] = R"(replicas: 1
settings:
  min.insync.replicas: 1
  unclean.leader.election.enable: false
  cleanup.policy: delete
  retention.ms: -1
  retention.bytes: -1
  message.timestamp.type: CreateTime
  message.timestamp.after.max.ms: 60000
  max.message.bytes: 5242880
topics:
  - {name: sip.plans, partitions: 3}
  - {name: sip.consent, partitions: 3}
  - {name: sip.rules, partitions: 1}
)";
const std::vector<NewKafkaLog>& Logs() {
  static const auto& logs = *new std::vector<NewKafkaLog>{{"sip.plans", 3}, {"sip.consent", 3}, {"sip.rules", 1}};
  return logs;
}

class KafkaToolsTest : public KafkaFixture {
 protected:
  KafkaToolsTest() {
    options_.logs = {"sip.plans", "sip.consent", "sip.rules"};
    std::filesystem::create_directories(folder_);
    WriteFile("topics.yaml", kTopics);
    WriteFile("sip.conf", ConfigText(options_.topic_prefix));
  }
  ~KafkaToolsTest() override { std::filesystem::remove_all(folder_); }

  static std::string ConfigText(const std::string& prefix) {
    return absl::StrCat("kafka.brokers = ", cluster().bootstrap(), "\nkafka.protocol = plaintext\nkafka.topic_prefix = ", prefix,
                        "\nkafka.replicas = 1\nkafka.replicas_in_sync = 1\nkafka.request_timeout = 30s\n");
  }
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  void WriteFile(const std::string& name, const std::string& text) const { std::ofstream(Path(name)) << text; }
  std::string Topic(const std::string& log) const { return options_.TopicOf(log); }

  ExitCode Sipctl(std::vector<std::string> arguments) {
    std::ostringstream out;
    arguments.insert(arguments.begin(), "log");
    const ExitCode code = RunSipctl(arguments, out, out);
    said_ = out.str();
    return code;
  }
  // With the configuration and the topics of this test.
  ExitCode OnKafka(std::vector<std::string> arguments) {
    for (const std::string& more : {std::string("--config"), Path("sip.conf"), std::string("--topics"), Path("topics.yaml")}) {
      arguments.push_back(more);
    }
    return Sipctl(std::move(arguments));
  }
  // A data folder with random logs.
  std::string DataFolder(const std::string& name, uint64_t seed, size_t steps) const {
    MemoryRecords logs = MakeRandomLogs(seed, steps);
    EXPECT_TRUE(CopyLogs(logs, *NewRocksRecordTarget(Path(name) + "/log")).ok());
    return Path(name);
  }
  // By partition, since backends have them in different orders.
  std::map<std::string, sipctl::v1::SummarizedPartition> PartitionsOf(const std::vector<std::string>& arguments, bool on_kafka) {
    std::vector<std::string> words = {"summary", "-o", "json"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    EXPECT_EQ(on_kafka ? OnKafka(words) : Sipctl(words), ExitCode::kOk) << said_;
    sipctl::v1::LogSummary summary;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(said_, &summary).ok()) << said_;
    std::map<std::string, sipctl::v1::SummarizedPartition> by_partition;
    for (const auto& partition : summary.partitions()) {
      by_partition[absl::StrCat(partition.log(), "/", partition.partition())] = partition;
    }
    EXPECT_EQ(by_partition.size(), 7u);
    return by_partition;
  }
  std::map<std::string, std::string> SummaryOf(const std::vector<std::string>& arguments, bool on_kafka = false) {
    std::map<std::string, std::string> texts;
    for (const auto& [name, partition] : PartitionsOf(arguments, on_kafka)) texts[name] = partition.ShortDebugString();
    return texts;
  }
  std::map<std::string, std::string> KafkaSummary() { return SummaryOf({}, true); }

  const std::string folder_ = ::testing::TempDir() + "/kafka_tools_" + NewUuidV7().ToString();
  std::string said_;
};

// A target that ends when `left` records have come to lie there.
class Interrupted final : public RecordTarget {
 public:
  Interrupted(std::unique_ptr<RecordTarget> target, size_t left) : target_(std::move(target)), left_(left) {}
  const std::vector<LogIdentity>& logs() const override { return target_->logs(); }
  absl::Status Visit(Visitor visit) override { return target_->Visit(visit); }
  absl::Status Begin(const std::vector<LogIdentity>& logs) override { return target_->Begin(logs); }
  absl::Status Append(const LogIdentity& log, uint32_t partition, const RecordView& record) override {
    if (left_-- == 0) {
      EXPECT_THAT(target_->Finish(), IsOk());
      return absl::CancelledError("interrupted");
    }
    return target_->Append(log, partition, record);
  }
  absl::Status Finish() override { return target_->Finish(); }

 private:
  const std::unique_ptr<RecordTarget> target_;
  size_t left_;
};

TEST_F(KafkaToolsTest, InitMakesTopicsAndGenesisOnceAndSaysWhatWasThere) {
  ASSERT_EQ(OnKafka({"init"}), ExitCode::kOk) << said_;
  EXPECT_THAT(said_, ContainsRegex("sip.plans +[^ ]*sip.plans +3 +[0-9a-f]+ +made +3 written, 0 were there"));
  ASSERT_EQ(OnKafka({"init"}), ExitCode::kOk) << said_;
  EXPECT_THAT(said_, ContainsRegex("sip.rules +[^ ]*sip.rules +1 +[0-9a-f]+ +was there +0 written, 1 were there"));
  const auto store = Open();
  ASSERT_THAT(store, IsOk());
  for (const NewKafkaLog& log : Logs()) {
    EXPECT_EQ((*store)->log(log.name)->identity().partition_count, log.partition_count);
  }
}

TEST_F(KafkaToolsTest, InitLeavesTheTopicsToOthersWhereItIsAskedTo) {
  EXPECT_EQ(OnKafka({"init", "--no-topics"}), ExitCode::kFailed);
  EXPECT_THAT(said_, HasSubstr(Topic("sip.plans")));
  for (const NewKafkaLog& log : Logs()) {
    ASSERT_THAT(operator_.CreateTopic(Topic(log.name), static_cast<int>(log.partition_count), 1, SafeTopicSettings(options_)),
                IsOk());
  }
  ASSERT_EQ(OnKafka({"init", "--no-topics"}), ExitCode::kOk) << said_;
  EXPECT_THAT(said_, ContainsRegex("sip.plans [^\n]* was there +3 written"));
  EXPECT_THAT(Open(), IsOk());
}

TEST_F(KafkaToolsTest, ATopicThatIsMadeIsAsStrictAsTheFileSays) {
  WriteFile("topics.yaml", absl::StrReplaceAll(kTopics, {{"max.message.bytes: 5242880", "max.message.bytes: 9999999"}}));
  ASSERT_EQ(OnKafka({"init"}), ExitCode::kOk) << said_;
  const auto client = NewKafkaClient(RD_KAFKA_CONSUMER, {{"bootstrap.servers", cluster().bootstrap()}});
  ASSERT_THAT(client, IsOk());
  const auto settings = FetchTopicSettings(client->get(), Topic("sip.plans"), absl::Seconds(30));
  ASSERT_THAT(settings, IsOk());
  EXPECT_EQ(settings->at("max.message.bytes"), "9999999");
}

TEST_F(KafkaToolsTest, InitRefusesWhatIsNotSafeAndWhatIsNotOurs) {
  WriteFile("topics.yaml", absl::StrReplaceAll(kTopics, {{"retention.ms: -1", "retention.ms: 1"}}));
  EXPECT_EQ(OnKafka({"init"}), ExitCode::kUsage);
  EXPECT_THAT(said_, HasSubstr("retention.ms is 1, which is not safe: write -1"));
  WriteFile("topics.yaml", kTopics);
  WriteFile("other.conf", "");
  EXPECT_EQ(Sipctl({"init", "--config", Path("other.conf"), "--topics", Path("topics.yaml")}), ExitCode::kUsage);
  EXPECT_THAT(said_, HasSubstr("there is no kafka.brokers"));
  ASSERT_THAT(operator_.CreateTopic(Topic("sip.consent"), 5, 1, SafeTopicSettings(options_)), IsOk());
  EXPECT_EQ(OnKafka({"init"}), ExitCode::kRefused);
  EXPECT_THAT(said_, HasSubstr("5 partitions instead of 3"));
  EXPECT_THAT(said_, HasSubstr("run this again"));
}

TEST_F(KafkaToolsTest, CheckFindsNothingInASoundClusterAndNamesItsOwners) {
  ASSERT_EQ(OnKafka({"init"}), ExitCode::kOk) << said_;
  const auto store = OpenStore();
  EventLog& log = *store->log("sip.plans");
  Write(log, 1, 5);
  ASSERT_THAT(log.Claim(2, {}, {"node-7", "10.0.0.7:7443", "1.0"}, [](const ValidRecordPtr&) { return absl::OkStatus(); }), IsOk());
  ASSERT_EQ(OnKafka({"check"}), ExitCode::kOk) << said_;
  EXPECT_THAT(said_, ContainsRegex("sip.plans +1 +5 +0 "));
  EXPECT_THAT(said_, ContainsRegex("sip.plans +2 [^\n]* node-7 +10.0.0.7:7443 [^\n]* sound"));
  EXPECT_THAT(said_, ContainsRegex(absl::StrCat("1 +", cluster().bootstrap(), " +answers")));
  EXPECT_THAT(said_, HasSubstr("durability: eligible leader replicas, as kafka.durability declares"));
  EXPECT_THAT(said_, HasSubstr("verdict: nothing found"));
  ASSERT_EQ(OnKafka({"check", "--heads"}), ExitCode::kOk) << said_;
  EXPECT_THAT(said_, ContainsRegex("sip.plans +1 +7 +command +4 "));
  EXPECT_THAT(said_, ContainsRegex("sip.plans +2 +2 +claim +- +node-7 +10.0.0.7:7443"));
  EXPECT_THAT(said_, ContainsRegex("sip.rules +0 +1 +genesis"));
}

TEST_F(KafkaToolsTest, CheckFindsTopicsThatAreMissingAndMakesNone) {
  EXPECT_EQ(OnKafka({"check"}), ExitCode::kFailed);
  for (const NewKafkaLog& log : Logs()) EXPECT_THAT(said_, HasSubstr(absl::StrCat("topic ", Topic(log.name), ": is not there")));
  EXPECT_THAT(said_, HasSubstr("what to do: make it with sipctl log init"));
  EXPECT_EQ(OnKafka({"summary"}), ExitCode::kFailed);
  EXPECT_EQ(OnKafka({"check"}), ExitCode::kFailed);
  EXPECT_THAT(said_, HasSubstr("verdict: 3 findings"));
}

TEST_F(KafkaToolsTest, CheckFindsEachUnsafeSettingWithTheCommandThatMendsIt) {
  ASSERT_EQ(OnKafka({"init"}), ExitCode::kOk) << said_;
  for (const auto& [name, value] : std::map<std::string, std::string>{{"unclean.leader.election.enable", "true"},
                                                                      {"cleanup.policy", "compact"},
                                                                      {"retention.ms", "604800000"},
                                                                      {"retention.bytes", "1000000000"},
                                                                      {"message.timestamp.type", "LogAppendTime"},
                                                                      {"message.timestamp.after.max.ms", "9223372036854775807"},
                                                                      {"max.message.bytes", "1048588"}}) {
    auto settings = SafeTopicSettings(options_);
    settings[name] = value;
    ASSERT_THAT(operator_.SetTopic(Topic("sip.consent"), settings), IsOk());
    // A broker hears of it a little later than the one that was told.
    EXPECT_TRUE(Await([&, &setting = name] {
      return OnKafka({"check"}) == ExitCode::kFailed && said_.find(setting) != std::string::npos;
    })) << said_;
    EXPECT_THAT(said_, HasSubstr(absl::StrCat(name, " is ", value, ", which is not safe")));
    EXPECT_THAT(said_, HasSubstr(absl::StrCat("--entity-name ", Topic("sip.consent"), " --add-config ", name, "=",
                                              SafeTopicSettings(options_).at(name), "\n")));
    EXPECT_THAT(said_, HasSubstr("verdict: 1 findings"));
  }
}

TEST_F(KafkaToolsTest, CheckFindsPartitionsThatWereAddedAndReplicasThatAreMissing) {
  ASSERT_EQ(OnKafka({"init"}), ExitCode::kOk) << said_;
  ASSERT_THAT(operator_.AddPartitions(Topic("sip.plans"), 4), IsOk());
  EXPECT_TRUE(Await([&] { return OnKafka({"check"}) == ExitCode::kFailed; }));
  EXPECT_THAT(said_, HasSubstr("has 4 partitions instead of 3"));
  EXPECT_THAT(said_, HasSubstr("restore the topic from a copy"));
  WriteFile("sip.conf", absl::StrReplaceAll(ConfigText(options_.topic_prefix), {{"replicas = 1", "replicas = 3"}}));
  WriteFile("topics.yaml", absl::StrReplaceAll(kTopics, {{"replicas: 1\nsettings", "replicas: 3\nsettings"}}));
  EXPECT_EQ(OnKafka({"check"}), ExitCode::kFailed);
  EXPECT_THAT(said_, HasSubstr("has 1 brokers, fewer than the 3 replicas"));
  EXPECT_THAT(said_, HasSubstr("1 replicas instead of 3\n  what to do: add replicas with kafka-reassign-partitions.sh"));
}

TEST_F(KafkaToolsTest, CheckFindsWhatCannotBeFoldedAndReadsTheOtherPartitions) {
  ASSERT_EQ(OnKafka({"init"}), ExitCode::kOk) << said_;
  // Recorded last: whoever reads on no further than the poison does not see it.
  {
    const auto store = OpenStore();
    Write(*store->log("sip.plans"), 0, 3);
    Write(*store->log("sip.plans"), 1, 2);
  }
  ASSERT_THAT(StrangeProducer(cluster().bootstrap()).Produce(Topic("sip.plans"), 0, "poison"), IsOk());
  EXPECT_EQ(OnKafka({"check"}), ExitCode::kFailed);
  EXPECT_THAT(said_, ContainsRegex("FOUND  sip.plans, partition 0: STOPS at record 5: [^\n]*offset 5"));
  EXPECT_THAT(said_, HasSubstr("restore-from-backup.md"));
  EXPECT_THAT(said_, ContainsRegex("sip.plans +0 +3 [^\n]* DAMAGED"));
  EXPECT_THAT(said_, ContainsRegex("sip.plans +1 +2 [^\n]* sound"));
  EXPECT_EQ(OnKafka({"check", "--heads"}), ExitCode::kFailed);
  EXPECT_THAT(said_, HasSubstr("FOUND  sip.plans, partition 0"));
  EXPECT_EQ(OnKafka({"summary"}), ExitCode::kDamageFound);
}

TEST_F(KafkaToolsTest, CheckFindsAHeadThatWasRemovedAndAnEmptyPartition) {
  ASSERT_EQ(OnKafka({"init"}), ExitCode::kOk) << said_;
  Write(*OpenStore()->log("sip.plans"), 0, 3);
  ASSERT_THAT(operator_.DeleteRecords(Topic("sip.plans"), 0, 2), IsOk());
  EXPECT_EQ(OnKafka({"check"}), ExitCode::kFailed);
  EXPECT_THAT(said_, HasSubstr("its head was removed"));
  ASSERT_THAT(operator_.DeleteTopic(Topic("sip.rules")), IsOk());
  ASSERT_TRUE(Await([&] { return operator_.CreateTopic(Topic("sip.rules"), 1, 1, SafeTopicSettings(options_)).ok(); }));
  EXPECT_TRUE(Await([&] { return OnKafka({"check"}) == ExitCode::kFailed && said_.find("is empty") != std::string::npos; }))
      << said_;
}

TEST_F(KafkaToolsTest, CheckFindsTopicsOfTwoInstallations) {
  ASSERT_THAT(InitKafkaLogs(options_, {Logs()[0], Logs()[1]}, std::string(16, 'i')), IsOk());
  ASSERT_THAT(InitKafkaLogs(options_, {Logs()[2]}, std::string(16, 'j')), IsOk());
  EXPECT_EQ(OnKafka({"check"}), ExitCode::kFailed);
  EXPECT_THAT(said_, ContainsRegex("sip.rules: belongs to another installation than topic [^ ]*sip.plans"));
  EXPECT_EQ(OnKafka({"init"}), ExitCode::kRefused);
  EXPECT_THAT(said_, HasSubstr("belongs to another installation"));
}

TEST_F(KafkaToolsTest, BrokersThatAreAwayAreAFindingToo) {
  WriteFile("sip.conf",
            "kafka.brokers = 127.0.0.1:1\nkafka.protocol = plaintext\nkafka.replicas = 1\n"
            "kafka.replicas_in_sync = 1\nkafka.request_timeout = 1s\n");
  EXPECT_EQ(OnKafka({"check"}), ExitCode::kFailed);
  EXPECT_THAT(said_, HasSubstr("what to do: see that they run"));
  EXPECT_EQ(OnKafka({"init"}), ExitCode::kTryAgain);
}

TEST_F(KafkaToolsTest, LogsGoFromADataFolderToKafkaToFilesAndBackAndAreTheSame) {
  const std::string data = DataFolder("data", 1, 1000);
  ASSERT_EQ(OnKafka({"import", "--from-data-dir", data}), ExitCode::kOk) << said_;
  EXPECT_THAT(said_, HasSubstr("verdict: both fold to the same history"));
  const auto summary = SummaryOf({"--data-dir", data});
  EXPECT_EQ(KafkaSummary(), summary);
  ASSERT_EQ(OnKafka({"check"}), ExitCode::kOk) << said_;

  ASSERT_EQ(OnKafka({"export", "--to", Path("copy")}), ExitCode::kOk) << said_;
  EXPECT_EQ(SummaryOf({"--from", Path("copy")}), summary);
  ASSERT_EQ(Sipctl({"import", "--from", Path("copy"), "--data-dir", Path("again")}), ExitCode::kOk) << said_;
  EXPECT_EQ(SummaryOf({"--data-dir", Path("again")}), summary);
  ASSERT_EQ(Sipctl({"import", "--from-config", Path("sip.conf"), "--topics", Path("topics.yaml"), "--data-dir", Path("direct")}),
            ExitCode::kOk)
      << said_;
  EXPECT_EQ(SummaryOf({"--data-dir", Path("direct")}), summary);

  // A second time there is nothing to do.
  ASSERT_EQ(OnKafka({"import", "--from", Path("copy")}), ExitCode::kOk) << said_;
  EXPECT_THAT(said_, HasSubstr("; 0 records copied"));
  EXPECT_EQ(KafkaSummary(), summary);
}

TEST_F(KafkaToolsTest, AReaderOfOtherMakingAgreesOnTheCopy) {
  for (const uint64_t seed : {3U, 4U}) {
    options_.topic_prefix = absl::StrCat(NewUuidV7().ToString(), ".");
    WriteFile("sip.conf", ConfigText(options_.topic_prefix));
    const std::string copy = Path(absl::StrCat("copy", seed));
    ASSERT_EQ(OnKafka({"import", "--from-data-dir", DataFolder(absl::StrCat("data", seed), seed, 500)}), ExitCode::kOk) << said_;
    ASSERT_EQ(OnKafka({"export", "--to", copy}), ExitCode::kOk) << said_;
    std::string read;
    FILE* const pipe = popen(absl::StrCat("python3 tests/system/log_reader.py ", copy).c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::array<char, 4096> buffer{};
    for (size_t size = 0; (size = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) read.append(buffer.data(), size);
    EXPECT_EQ(pclose(pipe), 0) << read;
    google::protobuf::Struct parsed;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(read, &parsed).ok()) << read;
    auto ours = PartitionsOf({}, true);
    for (const auto& value : parsed.fields().at("partitions").list_value().values()) {
      const auto& theirs = value.struct_value().fields();
      const std::string name = absl::StrCat(theirs.at("log").string_value(), "/", theirs.at("partition").number_value());
      const auto our = ours.extract(name);
      ASSERT_FALSE(our.empty()) << name;
      EXPECT_EQ(our.mapped().head(), theirs.at("head").string_value()) << name;
      EXPECT_EQ(our.mapped().state_digest(), theirs.at("state_digest").string_value()) << name;
      EXPECT_EQ(static_cast<double>(our.mapped().records()), theirs.at("records").number_value()) << name;
    }
    EXPECT_TRUE(ours.empty());
  }
}

TEST_F(KafkaToolsTest, AnImportThatWasInterruptedAnywhereIsResumed) {
  MemoryRecords source = MakeRandomLogs(5, 400);
  size_t interrupted = 0;
  // Within the Genesis records, right behind them, and on the way.
  for (const size_t records : {1U, 4U, 3U, 50U, 120U, 200U}) {
    Interrupted target(NewKafkaRecordTarget(options_, Logs(), MakeTopics::kYes, VisitMerged), records);
    if (absl::IsCancelled(CopyLogs(source, target).status())) ++interrupted;
  }
  EXPECT_EQ(interrupted, 6u);
  const auto target = NewKafkaRecordTarget(options_, Logs(), MakeTopics::kYes, VisitMerged);
  const auto report = CopyLogs(source, *target);
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->same());
  EXPECT_EQ(report->copied(), source.records().size() - (1 + 4 + 3 + 50 + 120 + 200));
  MemoryRecords again;
  ASSERT_THAT(CopyLogs(**OpenKafkaRecordSource(options_, VisitMerged), again), IsOk());
  for (size_t log = 0; log < source.logs().size(); ++log) {
    for (uint32_t partition = 0; partition < source.logs()[log].partition_count; ++partition) {
      size_t number = 0;
      while (again.logs()[number].log_id != source.logs()[log].log_id) ++number;
      EXPECT_EQ(again.PartitionOfLog(number, partition), source.PartitionOfLog(log, partition));
    }
  }
}

TEST_F(KafkaToolsTest, AnImportThatIsKilledIsResumed) {
  const std::string data = DataFolder("data", 6, 40'000);
  ASSERT_EQ(Sipctl({"export", "--data-dir", data, "--to", Path("copy")}), ExitCode::kOk) << said_;
  const std::vector<std::string> words = {std::getenv("SIPCTL_PROGRAM"),
                                          "log",
                                          "import",
                                          "--from",
                                          Path("copy"),
                                          "--config",
                                          Path("sip.conf"),
                                          "--topics",
                                          Path("topics.yaml")};
  int killed = 0;
  for (int i = 0; i < 30; ++i) {
    ChildProcess import({words, Path("output")});
    ASSERT_THAT(import.Start(), IsOk());
    // The topics take their time, and what is there is read first: later each time.
    if (import.AwaitEnd(absl::Milliseconds(600 + 70 * i)).has_value()) break;
    import.Kill();
    ++killed;
  }
  std::printf("killed %d times\n", killed);
  EXPECT_GT(killed, 0);
  ASSERT_EQ(OnKafka({"import", "--from", Path("copy")}), ExitCode::kOk) << said_;
  const auto of_kafka = PartitionsOf({}, true);
  for (const auto& [name, expected] : PartitionsOf({"--data-dir", data}, false)) {
    const sipctl::v1::SummarizedPartition& found = of_kafka.at(name);
    EXPECT_EQ(found.head(), expected.head()) << name;
    EXPECT_EQ(found.next_idx(), expected.next_idx()) << name;
    EXPECT_EQ(found.state_digest(), expected.state_digest()) << name;
  }
}

TEST_F(KafkaToolsTest, AMirrorIsBroughtUpToDateAndNoClusterIsItsOwnMirror) {
  MemoryRecords source = MakeRandomLogs(7, 300);
  MemoryRecords beginning(source.logs(), {source.records().begin(), source.records().begin() + 150});
  ASSERT_THAT(CopyLogs(beginning, *NewKafkaRecordTarget(options_, Logs(), MakeTopics::kYes, VisitMerged)), IsOk());
  WriteFile("mirror.conf", ConfigText(options_.topic_prefix + "mirror."));
  const std::vector<std::string> mirror = {"import",   "--from-config",    Path("sip.conf"), "--config", Path("mirror.conf"),
                                           "--topics", Path("topics.yaml")};
  ASSERT_EQ(Sipctl(mirror), ExitCode::kOk) << said_;
  ASSERT_THAT(CopyLogs(source, *NewKafkaRecordTarget(options_, Logs(), MakeTopics::kYes, VisitMerged)), IsOk());
  ASSERT_EQ(Sipctl(mirror), ExitCode::kOk) << said_;
  EXPECT_THAT(said_, Not(HasSubstr("; 0 records copied")));
  EXPECT_EQ(SummaryOf({"--config", Path("mirror.conf"), "--topics", Path("topics.yaml")}), KafkaSummary());

  WriteFile("mirror.conf", ConfigText(options_.topic_prefix));
  EXPECT_EQ(Sipctl(mirror), ExitCode::kRefused);
  EXPECT_THAT(said_, HasSubstr("name the same topics of the same cluster"));
}

TEST_F(KafkaToolsTest, ATargetThatHoldsSomethingElseIsRefusedWithWhatToDo) {
  const std::string data = DataFolder("data", 8, 100);
  const std::vector<std::string> import = {"import", "--from-data-dir", data};
  const auto retry = [&](const std::string& prefix) {
    options_.topic_prefix = prefix;
    WriteFile("sip.conf", ConfigText(prefix));
  };
  // Logs of an installation of its own.
  ASSERT_EQ(OnKafka({"init"}), ExitCode::kOk) << said_;
  EXPECT_EQ(OnKafka(import), ExitCode::kRefused);
  EXPECT_THAT(said_, HasSubstr("set another kafka.topic_prefix"));
  // A server has gone on with the copy.
  retry(NewUuidV7().ToString() + ".");
  ASSERT_EQ(OnKafka(import), ExitCode::kOk) << said_;
  ASSERT_THAT(ClaimStatus(*OpenStore()->log("sip.plans"), 1), IsOk());
  EXPECT_EQ(OnKafka(import), ExitCode::kRefused);
  EXPECT_THAT(said_, ContainsRegex("sip.plans, partition 1 [^\n]*another kafka.topic_prefix"));
  // Topics that somebody was to make.
  retry(NewUuidV7().ToString() + ".");
  EXPECT_EQ(OnKafka({"import", "--from-data-dir", data, "--no-topics"}), ExitCode::kRefused);
  EXPECT_THAT(said_, HasSubstr("have it made, with 3 partitions"));
  // Not safe, or of another shape.
  auto settings = SafeTopicSettings(options_);
  settings["cleanup.policy"] = "compact";
  ASSERT_THAT(operator_.CreateTopic(Topic("sip.consent"), 3, 1, settings), IsOk());
  EXPECT_EQ(OnKafka(import), ExitCode::kRefused);
  EXPECT_THAT(said_, HasSubstr("--add-config cleanup.policy=delete"));
  retry(NewUuidV7().ToString() + ".");
  WriteFile("topics.yaml", absl::StrReplaceAll(kTopics, {{"partitions: 3", "partitions: 4"}}));
  EXPECT_EQ(OnKafka(import), ExitCode::kRefused);
  EXPECT_THAT(said_, HasSubstr("write that of the source into the file"));
  WriteFile("topics.yaml", absl::StrReplaceAll(kTopics, {{"  - {name: sip.rules, partitions: 1}\n", ""}}));
  EXPECT_EQ(OnKafka(import), ExitCode::kRefused);
  EXPECT_THAT(said_, HasSubstr("add it to the file of topics"));
}

TEST_F(KafkaToolsTest, SomebodyElseWhoWritesWhileALogIsCopiedEndsTheCopy) {
  MemoryRecords source = MakeRandomLogs(9, 200);
  const auto target = NewKafkaRecordTarget(options_, Logs(), MakeTopics::kYes, VisitMerged);
  ASSERT_THAT(target->Begin(source.logs()), IsOk());
  ASSERT_THAT(target->Visit([](const LogIdentity&, uint32_t, const absl::StatusOr<RecordView>&) { return absl::OkStatus(); }),
              IsOk());
  size_t number = 0;
  absl::Status status;
  for (const StoredRecordCopy& stored : source.records()) {
    status = target->Append(source.logs()[stored.log], stored.partition, ViewOf(stored.record));
    if (!status.ok()) break;
    if (++number == 100) {
      ASSERT_THAT(StrangeProducer(cluster().bootstrap()).Produce(Topic("sip.plans"), 1, "a claim, say"), IsOk());
    }
  }
  if (status.ok()) status = target->Finish();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, "somebody else writes there"));
}

}  // namespace
}  // namespace sip

// What log_kafka costs over Kafka's bare client, and what it spares against transactions; how long a take-over and catching up take
// with a long history. One real broker of its own, on this machine; rounds of what is compared take turns.
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/uuid.h"
#include "libs/log_kafka/kafka_log_store.h"
#include "libs/log_kafka/topic_settings.h"
#include "libs/telemetry/log.h"
#include "libs/testing/kafka_cluster.h"
#include "libs/testing/kafka_probe.h"
#include "libs/testing/notes_engine.h"
#include "tests/benchmark/flags.h"
#include "tests/benchmark/java_producer.h"
#include "tests/benchmark/kafka_appenders.h"
#include "tests/benchmark/kafka_history.h"
#include "tests/benchmark/report.h"

namespace sip {
namespace {

constexpr char kAppends[] = "sip.bench";
constexpr size_t kContentBytes = 512;
constexpr size_t kWarmUpRounds = 10;
constexpr size_t kManyInFlight = 1000;
constexpr size_t kSomeInFlight = 64;
constexpr size_t kJavaRounds = 3;
constexpr size_t kJavaRecordsPerAppend = 5;  // Its machine takes a second to become quick.
constexpr size_t kOneByOne = 300;            // Records of a round with one in flight.
constexpr size_t kBehind = 1000;             // Records that a standby has not read yet.
constexpr size_t kEmptyStores = 3;
// Targets, where there is nothing to be held against.
constexpr double kTakeOverMilliseconds = 1000;
constexpr double kCatchUpRate = 300'000;

class KafkaBenchmark {
 public:
  KafkaBenchmark(const Flags& flags, BenchmarkReport& report)
      : report_(report),
        rounds_(CountFlag(flags, "rounds")),
        appends_(CountFlag(flags, "appends")),
        history_(CountFlag(flags, "history")),
        folder_(flags.at("folder")) {
    std::filesystem::create_directories(folder_);
    // A server's Java machine, not that of a test.
    auto cluster = KafkaCluster::Start({.settings = {"-XX:TieredStopAtLevel=4", "-Xmx1g"}});
    if (!cluster.ok()) Die(cluster.status().ToString());
    cluster_ = *std::move(cluster);
    options_.connection.brokers = cluster_->bootstrap();
    options_.logs = {kAppends, kNotesLog, kConsentsLog};
    options_.replicas = 1;
    options_.replicas_in_sync = 1;
    const absl::Status made = InitKafkaLogs(options_, {{kAppends, 1}, {kNotesLog, 1}, {kConsentsLog, 1}}, RandomBytes(16));
    if (!made.ok()) Die(made.ToString());
    auto logs = KafkaLogStore::Open(options_);
    if (!logs.ok()) Die(logs.status().ToString());
    logs_ = *std::move(logs);
    session_ = std::make_unique<SessionAppender>(*logs_->log(kAppends));
    bare_ = std::make_unique<BareAppender>(options_, NewTopic("bare"));
    transactions_ = std::make_unique<TransactionAppender>(options_, NewTopic("transactions"));
    WarmUp();
  }

  void Appends() {
    std::vector<double> session;
    std::vector<double> bare;
    for (size_t round = 0; round < rounds_; ++round) {
      const AppendLoad load = session_->Prepare(appends_, kContentBytes);
      bare.push_back(bare_->Run(load, kManyInFlight).per_second);
      session.push_back(session_->Run(load, kManyInFlight).per_second);
    }
    report_.Add({"append, 1000 in flight, against a bare producer", Median(session), "records/s", Median(bare)});
  }

  void Latencies() {
    for (const auto& [in_flight, count] : {std::pair(size_t{1}, kOneByOne), std::pair(kSomeInFlight, kOneByOne * kSomeInFlight)}) {
      std::vector<absl::Duration> session;
      std::vector<absl::Duration> bare;
      for (size_t round = 0; round < rounds_; ++round) {
        const AppendLoad load = session_->Prepare(count, kContentBytes);
        Add(bare_->Run(load, in_flight).latencies, bare);
        Add(session_->Run(load, in_flight).latencies, session);
      }
      report_.Add({absl::StrCat("append, ", in_flight, " in flight, p50, against a bare producer"), MedianMicroseconds(session),
                   "us", MedianMicroseconds(bare)});
    }
  }

  void Peers() {
    const std::string topic = NewTopic("java");
    std::vector<double> session;
    std::vector<double> plain;
    std::vector<double> patient;
    for (size_t round = 0; round < kJavaRounds; ++round) {
      const AppendLoad load = session_->Prepare(appends_, kContentBytes);
      JavaProducerRun java = {.brokers = cluster_->bootstrap(),
                              .topic = topic,
                              .records = kJavaRecordsPerAppend * appends_,
                              .record_bytes = load.frames.front().size(),
                              .output_file = folder_ + "/java_producer"};
      plain.push_back(JavaProducerRate(java));
      session.push_back(session_->Run(load, kManyInFlight).per_second);
      java.settings = {"linger.ms=20", "batch.size=131072"};
      patient.push_back(JavaProducerRate(java));
    }
    report_.Add({"the same against Kafka's producer benchmark, as it is", Median(session), "records/s", Median(plain)});
    report_.Add({"and with linger 20 ms, batches of 128 kB", Median(session), "records/s", Median(patient)});
  }

  void Transactions() {
    for (const auto& [in_flight, count] : {std::pair(kManyInFlight, appends_), std::pair(kSomeInFlight, appends_ / 20)}) {
      std::vector<double> session;
      std::vector<double> transactions;
      for (size_t round = 0; round < rounds_; ++round) {
        const AppendLoad load = session_->Prepare(count, kContentBytes);
        transactions.push_back(transactions_->Run(load, in_flight).per_second);
        session.push_back(session_->Run(load, in_flight).per_second);
      }
      report_.Add({absl::StrCat("append, ", in_flight, " in flight, against transactions"), Median(session), "records/s",
                   Median(transactions)});
    }
    std::vector<absl::Duration> session;
    std::vector<absl::Duration> transactions;
    for (size_t round = 0; round < rounds_; ++round) {
      const AppendLoad load = session_->Prepare(kOneByOne, kContentBytes);
      Add(transactions_->Run(load, 1).latencies, transactions);
      Add(session_->Run(load, 1).latencies, session);
    }
    report_.Add(
        {"append, 1 in flight, p50, against transactions", MedianMicroseconds(session), "us", MedianMicroseconds(transactions)});
  }

  void TakeOvers() {
    FillHistory();
    std::unique_ptr<NotesOwner> owner;
    std::vector<double> rates;
    std::vector<double> empty;
    for (size_t round = 0; round < kEmptyStores; ++round) {
      owner.reset();
      owner = std::make_unique<NotesOwner>(*logs_, absl::StrCat(folder_, "/streams", round));
      const NotesOwner::TakeOver taken = owner->Run();
      empty.push_back(kMilliseconds * taken.serving_seconds);
      rates.push_back(static_cast<double>(taken.replayed) / taken.serving_seconds);
    }
    std::vector<double> serving;
    std::vector<double> answered;
    for (size_t round = 0; round < rounds_; ++round) {
      writer_->Write(kBehind);
      const NotesOwner::TakeOver taken = owner->Run();
      if (taken.replayed < kBehind) Die("there was less to fold than was written");
      serving.push_back(kMilliseconds * taken.serving_seconds);
      answered.push_back(kMilliseconds * taken.answered_seconds);
    }
    report_.Add({"take-over, 1000 records behind: claim to serving", Median(serving), "ms", kTakeOverMilliseconds});
    report_.Add({"the same to the first command answered", Median(answered), "ms", kTakeOverMilliseconds});
    report_.Add({absl::StrCat("take-over with an empty store, of ", history_, " records"), Median(empty), "ms", 0});
    report_.Add({"records folded into an empty store", Median(rates), "records/s", 0});
  }

  void CatchUps() {
    FillHistory();
    std::vector<double> bare;
    std::vector<double> tail;
    std::vector<double> view;
    EventLog& log = *logs_->log(kNotesLog);
    for (size_t round = 0; round < kEmptyStores; ++round) {
      bare.push_back(BareReadRate(options_));
      tail.push_back(TailRate(log));
      view.push_back(ViewRate(log, folder_ + "/view"));
    }
    report_.Add({"read by a log tail and folded, against a bare consumer", Median(tail), "records/s", Median(bare)});
    report_.Add({"catch-up of a new view, against the target", Median(view), "events/s", kCatchUpRate});
  }

 private:
  static constexpr double kMilliseconds = 1e3;

  static void Add(const std::vector<absl::Duration>& from, std::vector<absl::Duration>& to) {
    to.insert(to.end(), from.begin(), from.end());
  }

  // The broker becomes quicker for some seconds.
  void WarmUp() {
    AppendLoad load;
    for (size_t round = 0; round < kWarmUpRounds; ++round) {
      load = session_->Prepare(appends_, kContentBytes);
      bare_->Run(load, kManyInFlight);
      session_->Run(load, kManyInFlight);
    }
    transactions_->Run(load, kManyInFlight);
    report_.Add({"bytes of a record with a content of 512", static_cast<double>(load.frames.front().size()), "B", 0});
  }

  // One partition, set as the topics of logs are.
  std::string NewTopic(const std::string& name) {
    const absl::Status made =
        KafkaOperator(cluster_->bootstrap()).CreateTopic(name, 1, options_.replicas, SafeTopicSettings(options_));
    if (!made.ok()) Die(made.ToString());
    return name;
  }

  void FillHistory() {
    if (writer_ != nullptr) return;
    writer_ = std::make_unique<HistoryWriter>(*logs_->log(kNotesLog));
    writer_->Write(history_);
  }

  BenchmarkReport& report_;
  const size_t rounds_;
  const size_t appends_;
  const size_t history_;
  const std::string folder_;
  std::unique_ptr<KafkaCluster> cluster_;
  KafkaLogOptions options_;
  std::unique_ptr<KafkaLogStore> logs_;
  std::unique_ptr<SessionAppender> session_;
  std::unique_ptr<BareAppender> bare_;
  std::unique_ptr<TransactionAppender> transactions_;
  std::unique_ptr<HistoryWriter> writer_;
};

int Main(int argc, char** argv) {
  const Flags flags = ReadFlags(argc, argv,
                                {{"json", ""},
                                 {"folder", "."},
                                 {"appends", "100000"},
                                 {"history", "1000000"},
                                 {"rounds", "7"},
                                 {"what", "appends,latencies,peers,transactions,take-overs,catch-ups"}});
  // The client warns of settings that are as they should be.
  SetLogLevel(LogLevel::kError);
  BenchmarkReport report(argc, argv);
  KafkaBenchmark benchmark(flags, report);
  const std::vector<std::pair<std::string, void (KafkaBenchmark::*)()>> parts = {
      {"appends", &KafkaBenchmark::Appends},      {"latencies", &KafkaBenchmark::Latencies},
      {"peers", &KafkaBenchmark::Peers},          {"transactions", &KafkaBenchmark::Transactions},
      {"take-overs", &KafkaBenchmark::TakeOvers}, {"catch-ups", &KafkaBenchmark::CatchUps}};
  for (const auto& [name, measure] : parts) {
    if (absl::StrContains(flags.at("what"), name)) (benchmark.*measure)();
  }
  return report.Finish();
}

}  // namespace
}  // namespace sip

int main(int argc, char** argv) { return sip::Main(argc, argv); }

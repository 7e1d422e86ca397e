// What a command through the separate services costs over a bare call: one instance of each, and one real broker, all on this
// machine. The same command and the same echo as rpc_benchmark has for sipd.
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/monotonic.h"
#include "libs/base/pause.h"
#include "libs/telemetry/log.h"
#include "tests/benchmark/echo_process.h"
#include "tests/benchmark/edit_load.h"
#include "tests/benchmark/flags.h"
#include "tests/benchmark/process_time.h"
#include "tests/benchmark/report.h"
#include "tests/cluster/service_cluster.h"

namespace sip {
namespace {

constexpr size_t kConnections = 4;
constexpr size_t kOneByOne = 1000;
constexpr double kMicroseconds = 1e6;
constexpr char kBroker[] = "broker";
constexpr char kEcho[] = "echo";
// The processes rest when they use less than this much of one processor; they never use none.
constexpr double kAboveRest = 0.1;
constexpr size_t kRestingSamples = 7;
constexpr absl::Duration kSettling = absl::Seconds(3);
constexpr absl::Duration kRestingSample = absl::Milliseconds(500);
constexpr absl::Duration kLongestWork = absl::Minutes(2);

class ClusterBenchmark {
 public:
  ClusterBenchmark(const Flags& flags, BenchmarkReport& report)
      : report_(report),
        rounds_(CountFlag(flags, "rounds")),
        calls_(CountFlag(flags, "calls")),
        echo_(flags.at("echo-server")),
        echo_client_(echo_.address(), kConnections) {
    // A server's Java machine, not that of a test.
    auto cluster = ServiceCluster::Start(
        {.services = flags.at("services"), .brokers = 1, .broker_settings = {"-XX:TieredStopAtLevel=4", "-Xmx1g"}, .instances = 1});
    if (!cluster.ok()) Die(cluster.status().ToString());
    cluster_ = *std::move(cluster);
    for (const ServiceInstance& instance : cluster_->instances()) {
      clients_[instance.process] = std::make_unique<RawClient>(instance.server->address(), kConnections);
    }
    MeasureRest();
    const auto client_of = [this](const RawCall& call) -> RawClient& { return *clients_.at(ProcessOf(ServiceOf(call))); };
    edits_ = std::make_unique<EditLoad>(client_of, echo_client_, CountFlag(flags, "cases"));
    report_.Add({"whole stories with new persons through all services", edits_->BeginningsPerSecond(), "calls/s", 0});
  }

  void Commands() {
    const auto rest = [this] { AwaitRest(); };
    edits_->Measure(1, calls_, rest);
    AwaitRest();
    const std::map<std::string, double> before = Processor();
    const EditLoad::Rates rates = edits_->Measure(rounds_, calls_, rest);
    AwaitRest();
    report_.Add({"command through sip-plans on one broker, 64 in flight, against echo", rates.edits, "calls/s", rates.echoes});
    std::map<std::string, double> used = Processor();
    for (auto& [process, seconds] : used) seconds = (seconds - before.at(process)) / static_cast<double>(rounds_ * calls_);
    for (const auto& [process, seconds] : used) {
      report_.Add({absl::StrCat("processor time for such a command: ", process), kMicroseconds * seconds, "us",
                   process == kEcho ? 0 : kMicroseconds * used.at(kEcho)});
    }
  }

  void OneCommandAtATime() {
    std::vector<double> commands;
    std::vector<double> echoes;
    for (size_t i = 0; i < kOneByOne; ++i) {
      const EditLoad::Pair pair = edits_->MeasureOne();
      commands.push_back(pair.edit_seconds);
      echoes.push_back(pair.echo_seconds);
    }
    report_.Add({"command through sip-plans on one broker, 1 in flight, p50, against echo", kMicroseconds * Median(commands), "us",
                 kMicroseconds * Median(echoes)});
  }

 private:
  // What each process has used, by its name.
  std::map<std::string, double> Processor() {
    std::map<std::string, double> seconds;
    for (const ServiceInstance& instance : cluster_->instances()) {
      seconds[instance.process] = ProcessorSeconds(instance.server->pid());
    }
    seconds[kBroker] = ProcessorSeconds(cluster_->brokers().pid(0));
    seconds[kEcho] = ProcessorSeconds(echo_.pid());
    return seconds;
  }

  // What part of the processors all use, over one sample.
  double Share() {
    const auto sum = [this] {
      double all = 0;
      for (const auto& [process, seconds] : Processor()) all += seconds;
      return all;
    };
    const double before = sum();
    Pause().Take(kRestingSample);
    return (sum() - before) / absl::ToDoubleSeconds(kRestingSample);
  }

  // What they use without any command: they ask the broker for records all the time.
  void MeasureRest() {
    Pause().Take(kSettling);
    std::vector<double> shares;
    for (size_t i = 0; i < kRestingSamples; ++i) shares.push_back(Share());
    resting_ = Median(shares);
    report_.Add({"processors used by the services and the broker at rest", 100 * resting_, "%", 0});
  }

  // What other processes still have to do with commands that were answered would make the echo slow.
  void AwaitRest() {
    const absl::Duration until = MonotonicNow() + kLongestWork;
    while (Share() > resting_ + kAboveRest) {
      if (MonotonicNow() > until) Die("the services and the broker find no rest");
    }
  }

  BenchmarkReport& report_;
  const size_t rounds_;
  const size_t calls_;
  EchoProcess echo_;
  RawClient echo_client_;
  std::unique_ptr<ServiceCluster> cluster_;
  std::map<std::string, std::unique_ptr<RawClient>> clients_;  // By process.
  std::unique_ptr<EditLoad> edits_;
  double resting_ = 0;
};

int Main(int argc, char** argv) {
  const Flags flags = ReadFlags(argc, argv,
                                {{"json", ""},
                                 {"services", "build/release/services"},
                                 {"echo-server", "build/release/tests/benchmark/echo_server"},
                                 {"cases", "2000"},
                                 {"calls", "10000"},
                                 {"rounds", "7"}});
  // The client warns of settings that are as they should be.
  SetLogLevel(LogLevel::kError);
  BenchmarkReport report(argc, argv);
  ClusterBenchmark benchmark(flags, report);
  benchmark.Commands();
  benchmark.OneCommandAtATime();
  return report.Finish();
}

}  // namespace
}  // namespace sip

int main(int argc, char** argv) { return sip::Main(argc, argv); }

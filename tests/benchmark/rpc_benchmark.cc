// What a call of sipd costs over a bare one: commands with the full decision and a synced write, and queries of a current plan,
// against an echo of as many bytes by the least server that gRPC allows. Both servers are processes of their own, the client is the
// same, and rounds of the two take turns on the same machine.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/rocks/database.h"
#include "sip/views/v1/plan_views.pb.h"
#include "tests/acceptance/sipd_process.h"
#include "tests/benchmark/echo_process.h"
#include "tests/benchmark/edit_load.h"
#include "tests/benchmark/flags.h"
#include "tests/benchmark/load.h"
#include "tests/benchmark/process_time.h"
#include "tests/benchmark/report.h"

namespace sip {
namespace {

constexpr size_t kInFlight = EditLoad::kInFlight;
constexpr size_t kConnections = 4;
constexpr size_t kOneByOne = 1000;
constexpr char kSizedEcho[] = "/sip.testing.v1.EchoService/RecordEcho";
constexpr char kCurrentPlan[] = "/sip.views.v1.PlanViews/GetCurrentPlan";

class RpcBenchmark {
 public:
  RpcBenchmark(const Flags& flags, BenchmarkReport& report)
      : report_(report),
        rounds_(CountFlag(flags, "rounds")),
        calls_(CountFlag(flags, "calls")),
        echo_(flags.at("echo-server")),
        echo_client_(echo_.address(), kConnections) {
    auto sipd = SipdProcess::Create({.binary = flags.at("sipd"), .folder = flags.at("folder")});
    if (!sipd.ok()) Die(sipd.status().ToString());
    sipd_ = *std::move(sipd);
    if (const absl::Status started = sipd_->Start(); !started.ok()) Die(started.ToString());
    client_ = std::make_unique<RawClient>(sipd_->address(), kConnections);
    edits_ = std::make_unique<EditLoad>([this](const RawCall&) -> RawClient& { return *client_; }, echo_client_,
                                        CountFlag(flags, "cases"));
    report_.Add({"whole stories with new persons, 64 in flight", edits_->BeginningsPerSecond(), "calls/s", 0});
  }

  void Commands() {
    const auto at_once = [] {};
    edits_->Measure(1, calls_, at_once);
    double echo_processor = -ProcessorSeconds(echo_.pid());
    double command_processor = -ProcessorSeconds(sipd_->pid());
    const EditLoad::Rates rates = edits_->Measure(rounds_, calls_, at_once);
    echo_processor += ProcessorSeconds(echo_.pid());
    command_processor += ProcessorSeconds(sipd_->pid());
    report_.Add({"command, 64 in flight, against echo", rates.edits, "calls/s", rates.echoes});
    const double microseconds_of_call = 1e6 / static_cast<double>(rounds_ * calls_);
    report_.Add({"processor time of the server for a command and its views", command_processor * microseconds_of_call, "us",
                 echo_processor * microseconds_of_call});
  }

  void OneCommandAtATime() {
    const std::string path = sipd_->folder() + "/bare";
    auto database = RocksDatabase::Open({.path = path, .only_copy = true});
    if (!database.ok()) Die(database.status().ToString());
    std::vector<double> commands;
    std::vector<double> echoes;
    std::vector<double> writes;
    // One of each in turn: a disk is now quick and now slow, for all alike.
    for (size_t i = 0; i < kOneByOne; ++i) {
      const EditLoad::Pair pair = edits_->MeasureOne();
      echoes.push_back(pair.echo_seconds);
      commands.push_back(pair.edit_seconds);
      writes.push_back(WriteSeconds(**database, pair.edit.request));
    }
    constexpr double kMicroseconds = 1e6;
    report_.Add({"echo, 1 in flight, p50", kMicroseconds * Median(echoes), "us", 0});
    report_.Add({"bare synced write, p50", kMicroseconds * Median(writes), "us", 0});
    report_.Add({"command, 1 in flight, p50, against echo + write", kMicroseconds * Median(commands), "us",
                 kMicroseconds * (Median(echoes) + Median(writes))});
  }

  void Queries() {
    std::vector<double> query_rates;
    std::vector<double> echo_rates;
    const std::vector<RawCall> queries = PlanQueries(calls_);
    const size_t size = RunLoad(*client_, kInFlight, queries).response_bytes;
    const std::vector<RawCall> echoes(calls_, {.path = kSizedEcho, .agency = kStoryAgency, .request = absl::StrCat(size)});
    RunLoad(echo_client_, kInFlight, echoes);
    for (size_t round = 0; round < rounds_; ++round) {
      echo_rates.push_back(RunLoad(echo_client_, kInFlight, echoes).PerSecond());
      query_rates.push_back(RunLoad(*client_, kInFlight, queries).PerSecond());
    }
    report_.Add({"bytes of a current plan", static_cast<double>(size), "B", 0});
    report_.Add({"query of a current plan, 64 in flight, against echo", Median(query_rates), "calls/s", Median(echo_rates)});
  }

  void Stop() {
    const auto code = sipd_->Terminate();
    if (!code.ok() || *code != 0) Die("sipd did not end well");
  }

 private:
  std::vector<RawCall> PlanQueries(size_t count) const {
    const std::vector<CaseStory>& stories = edits_->stories();
    std::vector<RawCall> calls;
    for (size_t i = 0; i < count; ++i) {
      views::v1::GetCurrentPlanRequest request;
      request.set_case_id(stories[i % stories.size()].case_id());
      calls.push_back({.path = kCurrentPlan, .agency = kStoryAgency, .request = request.SerializeAsString()});
    }
    return calls;
  }

  double WriteSeconds(RocksDatabase& database, const std::string& bytes) {
    RocksBatch batch;
    batch.Put(absl::StrCat(absl::Dec(writes_++, absl::kZeroPad16)), bytes);
    const absl::Time begun = absl::Now();
    if (!database.Write(batch, Durability::kSynced).ok()) Die("a bare write failed");
    return absl::ToDoubleSeconds(absl::Now() - begun);
  }

  BenchmarkReport& report_;
  const size_t rounds_;
  const size_t calls_;
  EchoProcess echo_;
  RawClient echo_client_;
  std::unique_ptr<SipdProcess> sipd_;
  std::unique_ptr<RawClient> client_;
  std::unique_ptr<EditLoad> edits_;
  uint64_t writes_ = 0;
};

int Main(int argc, char** argv) {
  const Flags flags = ReadFlags(argc, argv,
                                {{"json", ""},
                                 {"folder", ""},
                                 {"sipd", "build/release/services/sipd/sipd"},
                                 {"echo-server", "build/release/tests/benchmark/echo_server"},
                                 {"cases", "2000"},
                                 {"calls", "10000"},
                                 {"rounds", "5"},
                                 {"what", "commands,one,queries"}});
  BenchmarkReport report(argc, argv);
  RpcBenchmark benchmark(flags, report);
  const std::string& what = flags.at("what");
  if (what.find("commands") != std::string::npos) benchmark.Commands();
  if (what.find("one") != std::string::npos) benchmark.OneCommandAtATime();
  if (what.find("queries") != std::string::npos) benchmark.Queries();
  benchmark.Stop();
  return report.Finish();
}

}  // namespace
}  // namespace sip

int main(int argc, char** argv) { return sip::Main(argc, argv); }

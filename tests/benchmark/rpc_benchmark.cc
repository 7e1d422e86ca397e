// What a call of sipd costs over a bare one: commands with the full decision and a synced write, and queries of a current plan,
// against an echo of as many bytes by the least server that gRPC allows. Both servers are processes of their own, the client is the
// same, and rounds of the two take turns on the same machine.
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "libs/rocks/database.h"
#include "sip/views/v1/plan_views.pb.h"
#include "tests/acceptance/sipd_process.h"
#include "tests/benchmark/echo_process.h"
#include "tests/benchmark/flags.h"
#include "tests/benchmark/load.h"
#include "tests/benchmark/report.h"

namespace sip {
namespace {

constexpr size_t kInFlight = 64;
constexpr size_t kConnections = 4;
constexpr size_t kOneByOne = 1000;
constexpr char kEcho[] = "/sip.testing.v1.EchoService/Echo";
constexpr char kSizedEcho[] = "/sip.testing.v1.EchoService/RecordEcho";
constexpr char kCurrentPlan[] = "/sip.views.v1.PlanViews/GetCurrentPlan";

// Calls with the agency but without tokens: both servers get the same metadata.
RawCall Bare(RawCall call) {
  call.tokens.clear();
  return call;
}

// Processor time that a process has used, all threads together, from /proc/<pid>/stat.
double ProcessorSeconds(int pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  const std::string line((std::istreambuf_iterator<char>(file)), {});
  // Behind the name, which may hold anything: the 12th and 13th word.
  const std::vector<std::string> words = absl::StrSplit(line.substr(line.rfind(')') + 1), ' ', absl::SkipEmpty());
  double user = 0;
  double system = 0;
  if (words.size() < 13 || !absl::SimpleAtod(words[11], &user) || !absl::SimpleAtod(words[12], &system)) Die("no processor time");
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

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
    PlayBeginnings(CountFlag(flags, "cases"));
  }

  void Commands() {
    std::vector<double> command_rates;
    std::vector<double> echo_rates;
    RunLoad(*client_, kInFlight, Edits(calls_));
    RunLoad(echo_client_, kInFlight, Echoes(Edits(calls_)));
    double echo_processor = -ProcessorSeconds(echo_.pid());
    double command_processor = -ProcessorSeconds(sipd_->pid());
    for (size_t round = 0; round < rounds_; ++round) {
      const std::vector<RawCall> edits = Edits(calls_);
      echo_rates.push_back(RunLoad(echo_client_, kInFlight, Echoes(edits)).PerSecond());
      command_rates.push_back(RunLoad(*client_, kInFlight, edits).PerSecond());
    }
    echo_processor += ProcessorSeconds(echo_.pid());
    command_processor += ProcessorSeconds(sipd_->pid());
    report_.Add({"command, 64 in flight, against echo", Median(command_rates), "calls/s", Median(echo_rates)});
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
      const std::vector<RawCall> edit = Edits(1);
      Add(RunLoad(echo_client_, 1, Echoes(edit)).seconds, echoes);
      Add(RunLoad(*client_, 1, edit).seconds, commands);
      writes.push_back(WriteSeconds(**database, edit.front().request));
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
  // Drafts with some goals, in many cases: commands to one of them would wait for each other.
  void PlayBeginnings(size_t count) {
    const absl::Time begun = absl::Now();
    size_t calls = 0;
    PlayStories(
        *client_, kInFlight, count,
        [](size_t index) { return CaseStory("benchmark", index, {.contacts = 1, .edits = 4, .edit_elements = 5}); },
        [&](size_t, CaseStory story) {
          calls += story.size();
          stories_.push_back(std::move(story));
        });
    report_.Add({"whole stories with new persons, 64 in flight",
                 static_cast<double>(calls) / absl::ToDoubleSeconds(absl::Now() - begun), "calls/s", 0});
  }

  std::vector<RawCall> Edits(size_t count) {
    std::vector<RawCall> calls;
    for (size_t i = 0; i < count; ++i, ++serial_) {
      calls.push_back(Bare(stories_[serial_ % stories_.size()].ExtraEdit(serial_)));
    }
    return calls;
  }

  static std::vector<RawCall> Echoes(std::vector<RawCall> calls) {
    for (RawCall& call : calls) call.path = kEcho;
    return calls;
  }

  std::vector<RawCall> PlanQueries(size_t count) const {
    std::vector<RawCall> calls;
    for (size_t i = 0; i < count; ++i) {
      views::v1::GetCurrentPlanRequest request;
      request.set_case_id(stories_[i % stories_.size()].case_id());
      calls.push_back({.path = kCurrentPlan, .agency = kStoryAgency, .request = request.SerializeAsString()});
    }
    return calls;
  }

  double WriteSeconds(RocksDatabase& database, const std::string& bytes) {
    RocksBatch batch;
    batch.Put(absl::StrCat(absl::Dec(serial_++, absl::kZeroPad16)), bytes);
    const absl::Time begun = absl::Now();
    if (!database.Write(batch, Durability::kSynced).ok()) Die("a bare write failed");
    return absl::ToDoubleSeconds(absl::Now() - begun);
  }

  static void Add(const std::vector<double>& from, std::vector<double>& to) { to.insert(to.end(), from.begin(), from.end()); }

  BenchmarkReport& report_;
  const size_t rounds_;
  const size_t calls_;
  EchoProcess echo_;
  RawClient echo_client_;
  std::unique_ptr<SipdProcess> sipd_;
  std::unique_ptr<RawClient> client_;
  std::vector<CaseStory> stories_;
  uint64_t serial_ = 0;
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

#include "tests/benchmark/java_producer.h"

#include <cstdlib>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/testing/child_process.h"
#include "tests/benchmark/flags.h"

namespace sip {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(5);

// From its last line: "500000 records sent, 91234.5 records/sec (44.55 MB/sec), …".
std::optional<double> RateIn(const std::string& output) {
  std::optional<double> rate;
  for (const absl::string_view line : absl::StrSplit(output, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    double found = 0;
    if (words.size() > 4 && words[4] == "records/sec" && absl::SimpleAtod(words[3], &found)) rate = found;
  }
  return rate;
}

}  // namespace

double JavaProducerRate(const JavaProducerRun& run) {
  const char* const libs = std::getenv("SIP_KAFKA_LIBS");
  ChildProcess::Command command;
  command.words = {"/usr/bin/env",
                   "java",
                   "-cp",
                   absl::StrCat(libs == nullptr ? ".deps/kafka/libs" : libs, "/*"),
                   "org.apache.kafka.tools.ProducerPerformance",
                   "--topic",
                   run.topic,
                   "--num-records",
                   absl::StrCat(run.records),
                   "--record-size",
                   absl::StrCat(run.record_bytes),
                   "--throughput",
                   "-1",
                   "--producer-props",
                   absl::StrCat("bootstrap.servers=", run.brokers),
                   "acks=all"};
  command.words.insert(command.words.end(), run.settings.begin(), run.settings.end());
  command.output_file = run.output_file;
  ChildProcess process(std::move(command));
  const size_t before = process.output().size();
  if (const absl::Status started = process.Start(); !started.ok()) Die(started.ToString());
  if (process.AwaitEnd(kPatience) != 0) Die(process.Failed("Kafka's producer benchmark did not end well").ToString());
  const std::optional<double> rate = RateIn(process.output().substr(before));
  if (!rate.has_value()) Die(process.Failed("Kafka's producer benchmark tells no rate").ToString());
  return *rate;
}

}  // namespace sip

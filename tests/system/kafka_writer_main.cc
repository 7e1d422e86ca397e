// An owner as a process of its own, for tests that stop and kill it: takes one partition over and appends numbered commands until
// another owner fences it or its partition stops.
//
//   kafka_writer BROKERS TOPIC_PREFIX PARTITION NAME COUNT
//
// Prints "ack PAYLOAD" for each acknowledged command; after COUNT it holds the partition without work. At its end: "end STATUS".
#include <cstdio>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "libs/log_kafka/kafka_log_store.h"
#include "libs/testing/log_writer.h"

namespace sip {
namespace {

void Print(const char* what, absl::string_view text) {
  std::printf("%s %.*s\n", what, static_cast<int>(text.size()), text.data());
  std::fflush(stdout);
}

int Run(const std::string& brokers, const std::string& topic_prefix, uint32_t partition, std::string name, uint64_t count) {
  KafkaLogOptions options;
  options.connection.brokers = brokers;
  options.topic_prefix = topic_prefix;
  options.logs = {"sip.test"};
  options.replicas = options.replicas_in_sync = 1;
  const auto store = KafkaLogStore::Open(options);
  if (!store.ok()) {
    Print("end", store.status().ToString());
    return 1;
  }
  LogWriter writer(*(*store)->log("sip.test"),
                   {.partition = partition, .name = std::move(name), .count = count, .acknowledged = [](absl::string_view payload) {
                      Print("ack", payload);
                    }});
  absl::Status end = writer.AwaitEnd();
  while (absl::IsDeadlineExceeded(end)) end = writer.AwaitEnd();
  Print("end", end.ToString());
  return 0;
}

}  // namespace
}  // namespace sip

int main(int argc, char** argv) {
  uint32_t partition = 0;
  uint64_t count = 0;
  if (argc != 6 || !absl::SimpleAtoi(argv[3], &partition) || !absl::SimpleAtoi(argv[5], &count)) {
    std::fprintf(stderr, "kafka_writer BROKERS TOPIC_PREFIX PARTITION NAME COUNT\n");
    return 2;
  }
  return sip::Run(argv[1], argv[2], partition, argv[4], count);
}

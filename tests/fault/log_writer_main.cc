// Writes an embedded log until it is killed, and says on standard output what was reported durable: a line "log partition payload"
// each. Started by log_kill_test.
//
//   log_writer FOLDER SEED
#include <unistd.h>

#include <cstdio>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/fault/log_life.h"

namespace sip {
namespace {

constexpr size_t kRoundsPerLife = 200;

// One write of less than PIPE_BUF: the line is there as a whole or not at all.
void Say(const PartitionOfLog& partition, const std::string& payload) {
  const std::string line = absl::StrCat(partition.first, " ", partition.second, " ", payload.substr(0, payload.find('x')), "\n");
  if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(3);
}

int Run(const std::string& folder, uint64_t seed) {
  LogLifeOptions options;
  options.log = FaultTestOptions(folder);
  options.rounds = kRoundsPerLife;
  options.on_durable = Say;
  std::mt19937_64 random(seed);
  while (true) {
    LogHistory promised;
    options.closes = random() % 2 == 0;
    if (const absl::Status lived = LiveLog(options, random, promised); !lived.ok()) {
      std::fprintf(stderr, "log_writer: %s\n", std::string(lived.message()).c_str());
      return 1;
    }
  }
}

}  // namespace
}  // namespace sip

int main(int argc, char** argv) {
  uint64_t seed = 0;
  if (argc != 3 || !absl::SimpleAtoi(argv[2], &seed)) return 2;
  return sip::Run(argv[1], seed);
}

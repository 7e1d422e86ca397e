// Kills a process that writes the embedded log, again and again on one folder, after a random number of acknowledgements and some
// bytes more: while it writes, opens or closes the log. Whatever it had acknowledged is there, in order, once.
//
//   SIP_KILLS   how often; default 25
//   SIP_SEED    of the random numbers; printed
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/uuid.h"
#include "tests/fault/environment_number.h"
#include "tests/fault/log_life.h"

namespace sip {
namespace {

constexpr uint64_t kMostAcknowledged = 900;  // Before a kill; a life of the log has about 700.

// Then from nothing: else the test would read for hours what it has read before.
constexpr uint64_t kKillsPerFolder = 20;

// The process, and what it says.
class Writer {
 public:
  Writer(const std::string& folder, uint64_t seed) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const std::string program = std::getenv("SIP_LOG_WRITER");
    const std::string number = absl::StrCat(seed);
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);  // Nothing is left when the test ends, however it ends.
      dup2(ends[1], STDOUT_FILENO);
      execl(program.c_str(), program.c_str(), folder.c_str(), number.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    pipe_ = ends[0];
  }
  ~Writer() { close(pipe_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Kills it behind so many lines; all that it had said by then, also what was still in the pipe.
  std::vector<std::string> KillAfter(uint64_t lines) {
    std::string said;
    uint64_t count = 0;
    bool killed = false;
    char buffer[4096];
    while (true) {
      if (count >= lines && !killed) {
        kill(pid_, SIGKILL);
        killed = true;
      }
      const ssize_t size = read(pipe_, buffer, sizeof(buffer));
      if (size <= 0) break;
      for (ssize_t i = 0; i < size; ++i) count += buffer[i] == '\n' ? 1 : 0;
      said.append(buffer, static_cast<size_t>(size));
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    EXPECT_TRUE(killed && WIFSIGNALED(status)) << "it ended by itself, with " << WEXITSTATUS(status);
    return absl::StrSplit(said, '\n', absl::SkipEmpty());
  }

 private:
  pid_t pid_ = -1;
  int pipe_ = -1;
};

// What must be there from now on. Lines have the beginnings of payloads, which are found nowhere else.
void CheckLines(const std::vector<std::string>& lines, const LogHistory& found) {
  std::map<PartitionOfLog, size_t> next;
  for (const std::string& line : lines) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 2));
    ASSERT_EQ(words.size(), 3u) << line;
    const PartitionOfLog partition{words[0], static_cast<uint32_t>(std::stoul(words[1]))};
    const std::vector<std::string> place = absl::StrSplit(words[2].substr(0, words[2].find(':')), '/');
    size_t idx = 0;
    ASSERT_TRUE(place.size() == 3 && absl::SimpleAtoi(place[2], &idx)) << line;
    if (next.count(partition) != 0) {
      EXPECT_GE(idx, next[partition]) << line;
    }
    next[partition] = idx + 1;
    const auto payloads = found.find(partition);
    ASSERT_TRUE(payloads != found.end() && idx < payloads->second.size()) << "gone: " << line;
    const std::string& payload = payloads->second[idx];
    EXPECT_EQ(payload.substr(0, payload.find('x')), words[2]) << "changed";
  }
}

TEST(LogKillTest, WhatWasAcknowledgedIsThereInOrderOnce) {
  const uint64_t kills = NumberFromEnvironment("SIP_KILLS", 25);
  const uint64_t seed = NumberFromEnvironment("SIP_SEED", 1);
  const std::string folder = absl::StrCat(testing::TempDir(), "/log_kill_", NewUuidV7().ToString());
  std::mt19937_64 random(seed);
  LogHistory promised;
  size_t acknowledged = 0;
  for (uint64_t i = 0; i < kills && !testing::Test::HasFailure(); ++i) {
    if (i % kKillsPerFolder == 0) {
      std::filesystem::remove_all(folder);
      promised.clear();
    }
    const uint64_t lines = random() % 4 == 0 ? random() % 20 : random() % kMostAcknowledged;
    SCOPED_TRACE(absl::StrCat("SIP_SEED=", seed, ", kill ", i + 1, " after ", lines));
    const std::vector<std::string> said = Writer(folder, random()).KillAfter(lines);
    acknowledged += said.size();
    const RocksLogOptions options = FaultTestOptions(folder);
    const auto store = RocksLogStore::Open(options);
    ASSERT_TRUE(store.ok()) << store.status();
    const auto found = ReadHistory(options, **store);
    ASSERT_TRUE(found.ok()) << found.status();
    ASSERT_EQ(CheckPromises(promised, *found), absl::OkStatus());
    ASSERT_NO_FATAL_FAILURE(CheckLines(said, *found));
    promised = *found;
  }
  if (testing::Test::HasFailure()) {
    std::printf("the log is in %s\n", folder.c_str());
  } else {
    std::filesystem::remove_all(folder);
  }
  std::printf("%d kills, seed %d: %d appends acknowledged\n", static_cast<int>(kills), static_cast<int>(seed),
              static_cast<int>(acknowledged));
}

}  // namespace
}  // namespace sip

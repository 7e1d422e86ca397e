// A program that a test starts, watches and kills.
#ifndef SIP_LIBS_TESTING_CHILD_PROCESS_H_
#define SIP_LIBS_TESTING_CHILD_PROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sip {

// Not thread-safe. The program is killed with this object, and with the thread that started it, however that ends.
class ChildProcess {
 public:
  struct Command {
    std::vector<std::string> words;  // The program's path first.
    // Both of its streams are appended to this file.
    std::string output_file;
    // Its environment is ours without the variables whose name begins with one of these.
    std::vector<std::string> hidden_variables{};
    // Added to it, as NAME=VALUE.
    std::vector<std::string> more_variables{};
  };

  explicit ChildProcess(Command command) : command_(std::move(command)) {}
  ~ChildProcess() { Kill(); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Starts it (again).
  absl::Status Start();
  // Its exit code, or minus the signal that ended it; absent if it still runs after `timeout`.
  std::optional<int> AwaitEnd(absl::Duration timeout);
  // kill -9, and waits for the end. Nothing happens if it does not run.
  void Kill();
  // Nothing happens if it does not run.
  void Signal(int number);

  bool running() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  // All that it has printed so far.
  std::string output() const;
  // The same, as the end of a message of `what` has happened.
  absl::Status Failed(const std::string& what) const;

 private:
  Command command_;
  pid_t pid_ = -1;
  int pid_fd_ = -1;
};

}  // namespace sip

#endif  // SIP_LIBS_TESTING_CHILD_PROCESS_H_

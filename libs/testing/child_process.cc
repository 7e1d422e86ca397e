#include "libs/testing/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sip {
namespace {

constexpr size_t kShownOutput = 4000;

std::vector<char*> EnvironmentOf(const std::vector<std::string>& prefixes, std::vector<std::string>& more) {
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const bool hidden = std::any_of(prefixes.begin(), prefixes.end(),
                                    [&](const std::string& prefix) { return absl::StartsWith(*variable, prefix); });
    if (!hidden) environment.push_back(*variable);
  }
  for (std::string& variable : more) environment.push_back(variable.data());
  environment.push_back(nullptr);
  return environment;
}

// Between fork and exec: only what is safe there. Does not return.
[[noreturn]] void BecomeProgram(const char* output, const std::vector<char*>& arguments, const std::vector<char*>& environment) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // Nothing is left when the test ends, however it ends.
  const int fd = open(output, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0) _exit(126);
  execve(arguments[0], arguments.data(), environment.data());
  _exit(127);
}

}  // namespace

absl::Status ChildProcess::Start() {
  std::vector<char*> arguments;
  arguments.reserve(command_.words.size() + 1);
  for (std::string& word : command_.words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::vector<char*> environment = EnvironmentOf(command_.hidden_variables, command_.more_variables);
  const pid_t pid = fork();
  if (pid == 0) BecomeProgram(command_.output_file.c_str(), arguments, environment);
  if (pid < 0) return absl::UnavailableError("cannot start a process");
  pid_ = pid;
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pid_fd_ >= 0) return absl::OkStatus();
  Kill();
  return absl::UnavailableError("cannot watch the process");
}

std::optional<int> ChildProcess::AwaitEnd(absl::Duration timeout) {
  pollfd watched = {pid_fd_, POLLIN, 0};
  const int64_t milliseconds = std::max<int64_t>(0, absl::ToInt64Milliseconds(timeout));
  if (pid_ <= 0 || poll(&watched, 1, static_cast<int>(milliseconds)) != 1) return std::nullopt;
  int wait_status = 0;
  waitpid(pid_, &wait_status, 0);
  close(pid_fd_);
  pid_ = pid_fd_ = -1;
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -WTERMSIG(wait_status);
}

void ChildProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  int wait_status = 0;
  waitpid(pid_, &wait_status, 0);
  if (pid_fd_ >= 0) close(pid_fd_);
  pid_ = pid_fd_ = -1;
}

void ChildProcess::Signal(int number) {
  if (pid_ > 0) kill(pid_, number);
}

std::string ChildProcess::output() const {
  std::ifstream file(command_.output_file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

absl::Status ChildProcess::Failed(const std::string& what) const {
  const std::string all = output();
  const std::string end = all.size() > kShownOutput ? all.substr(all.size() - kShownOutput) : all;
  return absl::UnavailableError(absl::StrCat(command_.words[0], " ", what, "; the end of its output:\n", end));
}

}  // namespace sip

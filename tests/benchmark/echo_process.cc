#include "tests/benchmark/echo_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "tests/benchmark/flags.h"

namespace sip {

EchoProcess::EchoProcess(const std::string& binary) {
  int to_child[2];
  int from_child[2];
  if (::pipe2(to_child, O_CLOEXEC) != 0 || ::pipe2(from_child, O_CLOEXEC) != 0) Die("no pipes");
  process_ = ::fork();
  if (process_ == 0) {
    ::dup2(to_child[0], STDIN_FILENO);
    ::dup2(from_child[1], STDOUT_FILENO);
    ::execl(binary.c_str(), binary.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(to_child[0]);
  ::close(from_child[1]);
  input_ = to_child[1];
  std::FILE* output = ::fdopen(from_child[0], "r");
  int port = 0;
  if (process_ < 0 || output == nullptr || std::fscanf(output, "%d", &port) != 1) Die(absl::StrCat("cannot start ", binary));
  std::fclose(output);
  address_ = absl::StrCat("127.0.0.1:", port);
}

EchoProcess::~EchoProcess() {
  ::close(input_);
  ::waitpid(process_, nullptr, 0);
}

}  // namespace sip

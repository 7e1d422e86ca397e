#include "tests/acceptance/sipd_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

constexpr absl::Duration kProbe = absl::Milliseconds(100);
constexpr size_t kShownOutput = 4000;

// Below the range from which the system takes ports for clients: none of these may sit on the port when sipd starts again.
constexpr int kFirstPort = 20000;
constexpr int kPorts = 12000;

bool IsFree(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free = fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  if (fd >= 0) close(fd);
  return free;
}

// Ports of the loopback that nobody listens on now; different ones, and others for other processes.
absl::StatusOr<std::vector<int>> FreePorts(size_t count) {
  static std::atomic<int> next{static_cast<int>(getpid()) * 37};
  std::vector<int> ports;
  for (int tries = 0; tries < kPorts && ports.size() < count; ++tries) {
    const int port = kFirstPort + next++ % kPorts;
    if (IsFree(port)) ports.push_back(port);
  }
  if (ports.size() != count) return absl::UnavailableError("no free port on the loopback");
  return ports;
}

absl::StatusOr<std::string> NewFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "sipd-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return absl::UnavailableError(absl::StrCat("cannot make a folder like ", pattern));
  return pattern;
}

// Our environment without what sipd would take for its configuration, and what is given.
std::vector<char*> EnvironmentOfSipd(std::vector<std::string>& given) {
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!absl::StartsWith(*variable, "SIP_")) environment.push_back(*variable);
  }
  for (std::string& variable : given) environment.push_back(variable.data());
  environment.push_back(nullptr);
  return environment;
}

// Between fork and exec: only what is safe there. Does not return.
[[noreturn]] void BecomeSipd(const std::string& output, const std::vector<char*>& arguments,
                             const std::vector<char*>& environment) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // Nothing is left when the test ends, however it ends.
  const int fd = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0) _exit(126);
  execve(arguments[0], arguments.data(), environment.data());
  _exit(127);
}

}  // namespace

absl::StatusOr<std::unique_ptr<SipdProcess>> SipdProcess::Create(const SipdOptions& given) {
  SipdOptions options = given;
  if (options.binary.empty()) {
    const char* const binary = std::getenv("SIP_SIPD");
    if (binary == nullptr) return absl::FailedPreconditionError("the environment does not say in SIP_SIPD where sipd is");
    options.binary = binary;
  }
  if (!std::filesystem::exists(options.binary)) return absl::NotFoundError(absl::StrCat("there is no ", options.binary));
  const bool own_folder = options.folder.empty();
  if (own_folder) {
    SIP_ASSIGN_OR_RETURN(options.folder, NewFolder());
  }
  std::error_code error;
  std::filesystem::create_directories(options.folder, error);
  if (error) return absl::UnavailableError(absl::StrCat("cannot make ", options.folder, ": ", error.message()));
  SIP_ASSIGN_OR_RETURN(const std::vector<int> ports, FreePorts(2));
  return std::unique_ptr<SipdProcess>(new SipdProcess(std::move(options), absl::StrCat(given.host, ":", ports[0]),
                                                      absl::StrCat("127.0.0.1:", ports[1]), own_folder));
}

SipdProcess::SipdProcess(SipdOptions options, std::string address, std::string http_address, bool remove_folder)
    : options_(std::move(options)),
      address_(std::move(address)),
      http_address_(std::move(http_address)),
      remove_folder_(remove_folder) {}

SipdProcess::~SipdProcess() {
  Kill();
  std::error_code ignored;
  if (remove_folder_) std::filesystem::remove_all(options_.folder, ignored);
}

std::string SipdProcess::data_dir() const { return absl::StrCat(options_.folder, "/data"); }

std::string SipdProcess::output() const {
  std::ifstream file(absl::StrCat(options_.folder, "/output"), std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

absl::Status SipdProcess::Failed(const std::string& what) const {
  const std::string all = output();
  const std::string end = all.size() > kShownOutput ? all.substr(all.size() - kShownOutput) : all;
  return absl::UnavailableError(absl::StrCat("sipd ", what, "; the end of its output:\n", end));
}

absl::Status SipdProcess::Start() {
  SIP_RETURN_IF_ERROR(Spawn());
  return WaitUntilServing();
}

absl::Status SipdProcess::Spawn() {
  std::vector<std::string> words = {options_.binary, "--data-dir",     data_dir(),   "--listen-address",
                                    address_,        "--http-address", http_address_};
  if (options_.credentials == nullptr) words.push_back("--development-identity");
  words.insert(words.end(), options_.flags.begin(), options_.flags.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::string output_file = absl::StrCat(options_.folder, "/output");
  const std::vector<char*> environment = EnvironmentOfSipd(options_.environment);
  const pid_t pid = fork();
  if (pid == 0) BecomeSipd(output_file, arguments, environment);
  if (pid < 0) return absl::UnavailableError("cannot start a process");
  pid_ = pid;
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pid_fd_ >= 0) return absl::OkStatus();
  Kill();
  return absl::UnavailableError("cannot watch the process");
}

bool SipdProcess::WaitForEnd(absl::Time deadline, int& wait_status) {
  pollfd watched = {pid_fd_, POLLIN, 0};
  const int64_t left = std::max<int64_t>(0, absl::ToInt64Milliseconds(deadline - absl::Now()));
  if (poll(&watched, 1, static_cast<int>(left)) != 1) return false;
  waitpid(pid_, &wait_status, 0);
  close(pid_fd_);
  pid_ = pid_fd_ = -1;
  return true;
}

absl::Status SipdProcess::WaitUntilServing() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  const auto credentials = options_.credentials != nullptr ? options_.credentials : grpc::InsecureChannelCredentials();
  const auto channel = grpc::CreateCustomChannel(address_, credentials, arguments);
  const auto health = grpc::health::v1::Health::NewStub(channel);
  const absl::Time deadline = absl::Now() + options_.start_timeout;
  while (absl::Now() < deadline) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(kProbe));
    grpc::health::v1::HealthCheckResponse response;
    const grpc::Status status = health->Check(&context, {}, &response);
    if (status.ok() && response.status() == grpc::health::v1::HealthCheckResponse::SERVING) return absl::OkStatus();
    int wait_status = 0;
    // What is not serving yet says so at once: give it some time, and see whether it ends instead.
    if (WaitForEnd(absl::Now() + kProbe / 10, wait_status)) {
      return Failed(absl::StrCat("ended with ", WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -WTERMSIG(wait_status)));
    }
  }
  return Failed("does not serve");
}

absl::StatusOr<int> SipdProcess::RunToEnd() {
  SIP_RETURN_IF_ERROR(Spawn());
  return AwaitEndOr(options_.start_timeout, "sipd did not refuse to start");
}

absl::StatusOr<int> SipdProcess::AwaitEndOr(absl::Duration timeout, absl::string_view otherwise) {
  int wait_status = 0;
  if (!WaitForEnd(absl::Now() + timeout, wait_status)) {
    Kill();
    return absl::DeadlineExceededError(otherwise);
  }
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -WTERMSIG(wait_status);
}

absl::StatusOr<int> SipdProcess::AwaitEnd(absl::Duration timeout) {
  if (pid_ <= 0) return absl::FailedPreconditionError("sipd does not run");
  return AwaitEndOr(timeout, "sipd did not end by itself");
}

void SipdProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  int wait_status = 0;
  waitpid(pid_, &wait_status, 0);
  if (pid_fd_ >= 0) close(pid_fd_);
  pid_ = pid_fd_ = -1;
}

absl::StatusOr<int> SipdProcess::Terminate(absl::Duration timeout) {
  if (pid_ <= 0) return absl::FailedPreconditionError("sipd does not run");
  kill(pid_, SIGTERM);
  return AwaitEndOr(timeout, "sipd did not end in time after SIGTERM");
}

}  // namespace sip

#include "tests/acceptance/sipd_process.h"

#include <signal.h>
#include <stdlib.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "libs/base/status_macros.h"
#include "libs/testing/free_ports.h"

namespace sip {
namespace {

constexpr absl::Duration kProbe = absl::Milliseconds(100);

absl::StatusOr<std::string> NewFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "sipd-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return absl::UnavailableError(absl::StrCat("cannot make a folder like ", pattern));
  return pattern;
}

ChildProcess::Command CommandOf(const SipdOptions& options, const std::string& address, const std::string& http_address) {
  std::vector<std::string> words = {options.binary,     "--data-dir", absl::StrCat(options.folder, "/data"),
                                    "--listen-address", address,      "--http-address",
                                    http_address};
  if (options.credentials == nullptr) words.push_back("--development-identity");
  words.insert(words.end(), options.flags.begin(), options.flags.end());
  // What of our environment sipd would take for its configuration is hidden.
  return {std::move(words), absl::StrCat(options.folder, "/output"), {"SIP_"}, options.environment};
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
      remove_folder_(remove_folder),
      process_(CommandOf(options_, address_, http_address_)) {}

SipdProcess::~SipdProcess() {
  Kill();
  std::error_code ignored;
  if (remove_folder_) std::filesystem::remove_all(options_.folder, ignored);
}

std::string SipdProcess::data_dir() const { return absl::StrCat(options_.folder, "/data"); }

absl::Status SipdProcess::Start() {
  SIP_RETURN_IF_ERROR(Begin());
  return AwaitServing();
}

absl::Status SipdProcess::AwaitServing() {
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
    // What is not serving yet says so at once: give it some time, and see whether it ends instead.
    const std::optional<int> ended = process_.AwaitEnd(kProbe / 10);
    if (ended.has_value()) return process_.Failed(absl::StrCat("ended with ", *ended));
  }
  return process_.Failed("does not serve");
}

absl::StatusOr<int> SipdProcess::RunToEnd() {
  SIP_RETURN_IF_ERROR(process_.Start());
  return AwaitEndOr(options_.start_timeout, "sipd did not refuse to start");
}

absl::StatusOr<int> SipdProcess::AwaitEndOr(absl::Duration timeout, absl::string_view otherwise) {
  const std::optional<int> ended = process_.AwaitEnd(timeout);
  if (ended.has_value()) return *ended;
  Kill();
  return absl::DeadlineExceededError(otherwise);
}

absl::StatusOr<int> SipdProcess::AwaitEnd(absl::Duration timeout) {
  if (!running()) return absl::FailedPreconditionError("sipd does not run");
  return AwaitEndOr(timeout, "sipd did not end by itself");
}

absl::StatusOr<int> SipdProcess::Terminate(absl::Duration timeout) {
  if (!running()) return absl::FailedPreconditionError("sipd does not run");
  process_.Signal(SIGTERM);
  return AwaitEndOr(timeout, "sipd did not end in time after SIGTERM");
}

}  // namespace sip

// sipd: all services in one process on the embedded log. Composes and does nothing else.
//
// Exit codes: 0 stopped as asked, 2 configuration refused, 3 could not start, 4 stopped because nothing more could be recorded.
#include <unistd.h>

#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include "libs/base/clock.h"
#include "libs/config/config.h"
#include "libs/rpc/log_handlers.h"
#include "libs/telemetry/log.h"
#include "services/sipd/server.h"
#include "services/sipd/signals.h"

namespace {

constexpr char kVersion[] = "0.1.0";
constexpr int kStopped = 0;
constexpr int kBadConfiguration = 2;
constexpr int kCouldNotStart = 3;
constexpr int kCouldNotRecord = 4;

std::vector<std::string> Environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  return variables;
}

int Run(const sip::Config& config) {
  sip::StopSignals signals;  // Before any thread, so that all inherit the mask.
  sip::SetLogLevel(*sip::ParseLogLevel(config.log_level));
  sip::RedirectLibraryLogs();
  auto server = sip::SipServer::Start(config, sip::SystemClock(), [&](const absl::Status& why) { signals.StopBecause(why); });
  if (!server.ok()) {
    std::fprintf(stderr, "sipd: cannot start: %s\n", std::string(server.status().message()).c_str());
    return kCouldNotStart;
  }
  const absl::Status why = signals.Wait();
  (*server)->Stop();
  if (why.ok()) return kStopped;
  std::fprintf(stderr, "sipd: stopped: %s\n", std::string(why.message()).c_str());
  return kCouldNotRecord;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto loaded = sip::LoadConfig("sipd", arguments, Environment(), kVersion);
  if (!loaded.ok()) {
    std::fprintf(stderr, "sipd: %s\n", std::string(loaded.status().message()).c_str());
    return kBadConfiguration;
  }
  if (const auto* print = std::get_if<sip::PrintAndExit>(&*loaded)) {
    std::fputs(print->text.c_str(), stdout);
    return kStopped;
  }
  return Run(std::get<sip::Config>(*loaded));
}

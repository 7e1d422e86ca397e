// cluster --services FOLDER [--brokers N] [--instances N] [--once]: starts brokers and the separate services on the loopback,
// prints where they listen, plays the acceptance stories through any of the instances, and stays up until it is told to stop. With
// --once it ends after the stories, with 1 if a step led elsewhere than it should. `tools/dev cluster` builds what it needs.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/telemetry/log.h"
#include "tests/acceptance/story_player.h"
#include "tests/cluster/service_cluster.h"

namespace {

constexpr const char* kStories[] = {"karl_a", "consent_withdrawn", "party_never_comes"};

struct Flags {
  sip::ServiceClusterOptions cluster;
  bool once = false;
};

absl::Status PlayStory(sip::ServiceCluster& cluster, const std::string& name) {
  sip::StoryOptions options;
  options.address_of = [&cluster](const std::string& service) { return cluster.AnyAddressOf(service); };
  options.folder = absl::StrCat("tests/acceptance/data/", name);
  options.run = name;
  SIP_ASSIGN_OR_RETURN(const std::unique_ptr<sip::StoryPlayer> player, sip::StoryPlayer::Open(options));
  for (size_t i = 0; i < player->size(); ++i) {
    const absl::Status played = player->PlayAsExpected(i).status();
    if (!played.ok()) return absl::Status(played.code(), absl::StrCat(name, ", ", played.message()));
  }
  std::cout << "story     " << name << ": " << player->size() << " steps, as expected; case " << player->IdOf("case") << "\n";
  return absl::OkStatus();
}

void PrintAddresses(sip::ServiceCluster& cluster) {
  std::cout << "brokers   " << cluster.brokers().bootstrap() << "\n";
  for (const sip::ServiceInstance& instance : cluster.instances()) {
    std::cout << "instance  " << instance.name << ": gRPC " << instance.server->address() << ", metrics http://"
              << instance.server->http_address() << "/metrics\n";
  }
  std::cout << std::flush;
}

absl::Status Run(const Flags& flags) {
  // Before any thread, so that all inherit the mask.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  sip::SetLogLevel(sip::LogLevel::kError);
  SIP_ASSIGN_OR_RETURN(const std::unique_ptr<sip::ServiceCluster> cluster, sip::ServiceCluster::Start(flags.cluster));
  PrintAddresses(*cluster);
  for (const char* story : kStories) SIP_RETURN_IF_ERROR(PlayStory(*cluster, story));
  if (flags.once) return absl::OkStatus();
  std::cout << "Everything runs; what the instances say is in " << cluster->folder() << "; Ctrl-C stops it\n" << std::flush;
  int signal = 0;
  sigwait(&stop, &signal);
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app{"Runs the separate services on a cluster of brokers."};
  app.add_option("--services", flags.cluster.services, "The folder with the services' binaries")->required();
  app.add_option("--brokers", flags.cluster.brokers, "Brokers")->check(CLI::Range(1, 5));
  app.add_option("--instances", flags.cluster.instances, "Instances of each service")->check(CLI::Range(1, 5));
  app.add_flag("--once", flags.once, "End after the stories");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = Run(flags);
  if (status.ok()) return EXIT_SUCCESS;
  std::cerr << "cluster: " << status.message() << "\n";
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Main(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "cluster: " << error.what() << "\n";
    return EXIT_FAILURE;
  }
}

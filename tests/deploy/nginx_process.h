// nginx with the configuration of deploy/nginx, moved to a free port, other certificates and one real sipd behind it.
#ifndef SIP_TESTS_DEPLOY_NGINX_PROCESS_H_
#define SIP_TESTS_DEPLOY_NGINX_PROCESS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/testing/child_process.h"

namespace sip {

struct NginxOptions {
  // Where its files go; there must be such a folder.
  std::string folder{};
  // "host:port" of sipd.
  std::string upstream{};
  // What stands in deploy/nginx, and what stands there for this test. Each must occur.
  std::vector<std::pair<std::string, std::string>> replacements{};
};

// Not thread-safe. Run in the root of the repository.
class NginxProcess {
 public:
  // Starts it, and waits until it takes connections. FAILED_PRECONDITION if the environment does not say in SIP_NGINX where it is,
  // or something to replace is not in the configuration; UNAVAILABLE, with what it said, if it does not start.
  static absl::StatusOr<std::unique_ptr<NginxProcess>> Start(const NginxOptions& options);

  // "127.0.0.1:PORT".
  const std::string& address() const { return address_; }
  std::string output() const { return process_.output(); }

 private:
  NginxProcess(ChildProcess::Command command, std::string address) : process_(std::move(command)), address_(std::move(address)) {}

  ChildProcess process_;
  const std::string address_;
};

}  // namespace sip

#endif  // SIP_TESTS_DEPLOY_NGINX_PROCESS_H_

#include "tests/deploy/nginx_process.h"

#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "libs/testing/free_ports.h"

namespace sip {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr absl::Duration kProbe = absl::Milliseconds(100);

// What nginx needs around a configuration of a server. One process, so that nothing is left when it is killed.
constexpr char kMain[] = R"(daemon off;
master_process off;
pid nginx.pid;
error_log stderr info;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include sip.conf;
}
)";

absl::StatusOr<std::string> Rendered(const std::string& path,
                                     const std::vector<std::pair<std::string, std::string>>& replacements) {
  std::ostringstream content;
  if (!(content << std::ifstream(path).rdbuf())) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  std::string text = content.str();
  for (const auto& [there, here] : replacements) {
    if (absl::StrReplaceAll({{there, here}}, &text) == 0) {
      return absl::FailedPreconditionError(absl::StrCat(path, " does not hold '", there, "'"));
    }
  }
  return text;
}

absl::Status Write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  if (!(file << text).flush()) return absl::UnavailableError(absl::StrCat("cannot write ", path));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<NginxProcess>> NginxProcess::Start(const NginxOptions& options) {
  const char* const binary = std::getenv("SIP_NGINX");
  if (binary == nullptr) return absl::FailedPreconditionError("the environment does not say in SIP_NGINX where nginx is");
  SIP_ASSIGN_OR_RETURN(const std::vector<int> ports, FreePorts(1));
  const std::string address = absl::StrCat("127.0.0.1:", ports[0]);
  auto replacements = options.replacements;
  replacements.emplace_back("listen 443 ", absl::StrCat("listen ", address, " "));
  replacements.emplace_back("/etc/nginx/sip-upstreams.conf", "sip-upstreams.conf");
  SIP_ASSIGN_OR_RETURN(const std::string server, Rendered("deploy/nginx/sip.conf", replacements));
  SIP_ASSIGN_OR_RETURN(const std::string upstreams,
                       Rendered("deploy/nginx/upstreams-alone.conf", {{"127.0.0.1:7443", options.upstream}}));
  SIP_RETURN_IF_ERROR(Write(options.folder + "/nginx.conf", kMain));
  SIP_RETURN_IF_ERROR(Write(options.folder + "/sip.conf", server));
  SIP_RETURN_IF_ERROR(Write(options.folder + "/sip-upstreams.conf", upstreams));
  std::unique_ptr<NginxProcess> nginx(new NginxProcess(
      {{binary, "-p", options.folder, "-c", "nginx.conf", "-e", "stderr"}, absl::StrCat(options.folder, "/nginx.output")},
      address));
  SIP_RETURN_IF_ERROR(nginx->process_.Start());
  const absl::Time deadline = absl::Now() + kPatience;
  while (absl::Now() < deadline) {
    // It says what it runs on when it has its ports.
    if (absl::StrContains(nginx->output(), "OS: ")) return nginx;
    const std::optional<int> ended = nginx->process_.AwaitEnd(kProbe);
    if (ended.has_value()) return nginx->process_.Failed(absl::StrCat("nginx ended with ", *ended));
  }
  return nginx->process_.Failed("nginx does not start");
}

}  // namespace sip

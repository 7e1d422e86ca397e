// GET /metrics and GET /healthz over plain HTTP, for the machine's own monitoring. One thread of its own; every size, time and
// number of connections is bounded. Answers hold no personal data, but the endpoint is not authenticated: keep it on loopback or
// behind a firewall.
#ifndef SIP_LIBS_TELEMETRY_HTTP_ENDPOINT_H_
#define SIP_LIBS_TELEMETRY_HTTP_ENDPOINT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sip {

struct HttpEndpointOptions {
  std::string address = "127.0.0.1:0";  // IP address and port; port 0 = any free one. IPv6 as "[::1]:9464".
  uint32_t max_request_bytes = 8 << 10;
  size_t max_connections = 32;
  absl::Duration max_connection_time = absl::Seconds(5);
};

// Stops and joins its thread when destroyed.
class HttpEndpoint {
 public:
  virtual ~HttpEndpoint() = default;
  // The port that it listens on.
  virtual uint16_t port() const = 0;
};

// What is served. Asked on the endpoint's thread for each request; must not block.
struct HttpContents {
  std::function<std::string()> metrics;  // As Metrics::Exposition gives them.
  std::function<absl::Status()> health;  // OK gives 200, anything else 503.
};

// Listens at once.
absl::StatusOr<std::unique_ptr<HttpEndpoint>> NewHttpEndpoint(const HttpEndpointOptions& options, HttpContents contents);

}  // namespace sip

#endif  // SIP_LIBS_TELEMETRY_HTTP_ENDPOINT_H_

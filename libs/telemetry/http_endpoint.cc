#include "libs/telemetry/http_endpoint.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/telemetry/log.h"

namespace sip {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = boost::asio::ip::tcp;
using Response = http::response<http::string_body>;

absl::StatusOr<Tcp::endpoint> ParseAddress(absl::string_view text) {
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon != absl::string_view::npos && absl::SimpleAtoi(text.substr(colon + 1), &port) && port <= 65535) {
    absl::string_view host = text.substr(0, colon);
    if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
    if (host == "localhost") host = "127.0.0.1";
    beast::error_code error;
    const auto address = asio::ip::make_address(std::string(host), error);
    if (!error) return Tcp::endpoint(address, static_cast<uint16_t>(port));
  }
  return absl::InvalidArgumentError(absl::StrCat("the HTTP address '", text, "' is not <IP address>:<port>"));
}

// What the connections of one endpoint share. Only touched on the endpoint's thread.
struct Shared {
  HttpEndpointOptions options;
  HttpContents contents;
  size_t connections = 0;
};

Response Answer(Shared& shared, const http::request<http::empty_body>& request) {
  Response response(http::status::ok, request.version());
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.keep_alive(false);
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    response.result(http::status::method_not_allowed);
    response.set(http::field::allow, "GET, HEAD");
  } else if (request.target() == "/metrics") {
    response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    response.body() = shared.contents.metrics();
  } else if (request.target() == "/healthz") {
    const absl::Status health = shared.contents.health();
    if (!health.ok()) response.result(http::status::service_unavailable);
    response.body() = health.ok() ? "ok\n" : absl::StrCat(std::string(health.message()), "\n");
  } else {
    response.result(http::status::not_found);
  }
  const size_t size = response.body().size();
  if (request.method() == http::verb::head) response.body().clear();
  response.content_length(size);
  return response;
}

// One request, one answer. Kept alive by the operations that it has under way.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Tcp::socket socket, std::shared_ptr<Shared> shared) : stream_(std::move(socket)), shared_(std::move(shared)) {
    ++shared_->connections;
    parser_.header_limit(shared_->options.max_request_bytes);
    parser_.body_limit(0);
  }
  ~Connection() { --shared_->connections; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Start() {
    stream_.expires_after(absl::ToChronoNanoseconds(shared_->options.max_connection_time));
    http::async_read(stream_, buffer_, parser_, [self = shared_from_this()](beast::error_code error, size_t) {
      if (!error) self->Respond();
    });
  }

 private:
  void Respond() {
    response_ = Answer(*shared_, parser_.get());
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code, size_t) {
      beast::error_code ignored;
      self->stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
    });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  Response response_;
  std::shared_ptr<Shared> shared_;
};

class Endpoint final : public HttpEndpoint {
 public:
  Endpoint(const HttpEndpointOptions& options, HttpContents contents)
      : shared_(std::make_shared<Shared>(Shared{options, std::move(contents)})) {}

  ~Endpoint() override {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Start() {
    SIP_ASSIGN_OR_RETURN(const Tcp::endpoint address, ParseAddress(shared_->options.address));
    beast::error_code error;
    acceptor_.open(address.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(address, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return absl::UnavailableError(absl::StrCat("cannot listen for HTTP on ", shared_->options.address, ": ", error.message()));
    }
    port_ = acceptor_.local_endpoint().port();
    Accept();
    thread_ = std::thread([this] { context_.run(); });
    return absl::OkStatus();
  }

  uint16_t port() const override { return port_; }

 private:
  void Accept() {
    acceptor_.async_accept([this](beast::error_code error, Tcp::socket socket) {
      // A connection beyond the limit is closed by its destructor.
      if (!error && shared_->connections < shared_->options.max_connections) {
        std::make_shared<Connection>(std::move(socket), shared_)->Start();
      }
      if (error) {
        // Out of descriptors, most likely: wait, so that the loop does not spin.
        retry_.expires_after(std::chrono::milliseconds(100));
        retry_.async_wait([this](beast::error_code) { Accept(); });
      } else {
        Accept();
      }
    });
  }

  std::shared_ptr<Shared> shared_;
  asio::io_context context_{1};
  Tcp::acceptor acceptor_{context_};
  asio::steady_timer retry_{context_};
  uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpEndpoint>> NewHttpEndpoint(const HttpEndpointOptions& options, HttpContents contents) {
  auto endpoint = std::make_unique<Endpoint>(options, std::move(contents));
  SIP_RETURN_IF_ERROR(endpoint->Start());
  return endpoint;
}

}  // namespace sip

#include "libs/telemetry/http_endpoint.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/telemetry/metrics.h"

namespace sip {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Tcp = boost::asio::ip::tcp;

Tcp::socket Connect(boost::asio::io_context& context, uint16_t port) {
  Tcp::socket socket(context);
  socket.connect(Tcp::endpoint(boost::asio::ip::address_v4::loopback(), port));
  return socket;
}

// All that comes back until the other end closes.
std::string ReadAll(Tcp::socket& socket) {
  std::string answer;
  boost::system::error_code error;
  boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
  return answer;
}

std::string Exchange(uint16_t port, const std::string& request) {
  boost::asio::io_context context;
  Tcp::socket socket = Connect(context, port);
  boost::system::error_code error;
  boost::asio::write(socket, boost::asio::buffer(request), error);
  return ReadAll(socket);
}

class HttpEndpointTest : public ::testing::Test {
 protected:
  void Start(const HttpEndpointOptions& options = {}) {
    auto endpoint = NewHttpEndpoint(options, contents_);
    ASSERT_TRUE(endpoint.ok()) << endpoint.status();
    endpoint_ = std::move(*endpoint);
  }
  std::string Get(const std::string& target) {
    return Exchange(endpoint_->port(), "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }

  std::unique_ptr<Metrics> metrics_ = NewMetrics();
  absl::Status health_;
  const HttpContents contents_ = {[this] { return metrics_->Exposition(); }, [this] { return health_; }};
  std::unique_ptr<HttpEndpoint> endpoint_;
};

TEST_F(HttpEndpointTest, ServesMetrics) {
  metrics_->GetCounter("sip_x_total", "X.").Increment(3);
  Start();
  EXPECT_THAT(Get("/metrics"), HasSubstr("sip_x_total 3"));
}

TEST_F(HttpEndpointTest, SaysWhetherTheProcessIsWell) {
  Start();
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200"));
  health_ = absl::UnavailableError("recovering");
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(Get("/healthz"), HasSubstr("recovering"));
}

TEST_F(HttpEndpointTest, RefusesOtherPathsAndMethods) {
  Start();
  EXPECT_THAT(Get("/"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Exchange(endpoint_->port(), "DELETE /metrics HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 405"));
}

TEST_F(HttpEndpointTest, DropsAnOverlongRequest) {
  Start();
  EXPECT_EQ(Exchange(endpoint_->port(), "GET /" + std::string(20000, 'a')), "");
}

TEST_F(HttpEndpointTest, CutsOffASlowClient) {
  HttpEndpointOptions options;
  options.max_connection_time = absl::Milliseconds(1);
  Start(options);
  EXPECT_EQ(Exchange(endpoint_->port(), "GET /met"), "");
}

TEST_F(HttpEndpointTest, ClosesConnectionsBeyondTheLimit) {
  HttpEndpointOptions options;
  options.max_connections = 1;
  options.max_connection_time = absl::Minutes(1);
  Start(options);
  boost::asio::io_context context;
  Tcp::socket first = Connect(context, endpoint_->port());
  Tcp::socket second = Connect(context, endpoint_->port());
  EXPECT_EQ(ReadAll(second), "");
  boost::asio::write(first, boost::asio::buffer(std::string("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")));
  EXPECT_THAT(ReadAll(first), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpEndpointTest, RefusesAnAddressThatIsTakenOrMalformed) {
  Start();
  HttpEndpointOptions options;
  options.address = "127.0.0.1:" + std::to_string(endpoint_->port());
  EXPECT_EQ(NewHttpEndpoint(options, contents_).status().code(), absl::StatusCode::kUnavailable);
  options.address = "here";
  EXPECT_EQ(NewHttpEndpoint(options, contents_).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sip

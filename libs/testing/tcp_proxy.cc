#include "libs/testing/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "libs/base/check.h"
#include "libs/base/pause.h"

namespace sip {
namespace {

constexpr int kPollMilliseconds = 20;
// Kafka's number of the request to append.
constexpr uint16_t kProduce = 0;

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

bool IsReadable(int socket) {
  pollfd watched = {socket, POLLIN, 0};
  return poll(&watched, 1, kPollMilliseconds) == 1;
}

void DoNotGather(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

uint32_t BigEndian(const std::string& bytes, size_t from, size_t count) {
  uint32_t value = 0;
  for (size_t i = from; i < from + count; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

struct TcpProxy::Link {
  int client = -1;
  int broker = -1;
  std::atomic<bool> closed{false};
  std::atomic<bool> mute{false};  // Answers are swallowed.
  std::string request;            // Of the thread that carries to the broker: what has come of the next request.

  ~Link() {
    close(client);
    if (broker >= 0) close(broker);
  }
  void Close() {
    closed = true;
    shutdown(client, SHUT_RDWR);
    if (broker >= 0) shutdown(broker, SHUT_RDWR);
  }
};

TcpProxy::TcpProxy() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  SIP_CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  SIP_CHECK(listen(listener_, 100) == 0);
  socklen_t size = sizeof address;
  SIP_CHECK(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

TcpProxy::~TcpProxy() {
  stopping_ = true;
  acceptor_.join();
  Cut();
  std::vector<std::thread> carriers;
  {
    MutexLock lock(mutex_);
    carriers.swap(carriers_);
  }
  for (std::thread& carrier : carriers) carrier.join();
  close(listener_);
}

void TcpProxy::Cut() {
  MutexLock lock(mutex_);
  for (const auto& link : links_) link->Close();
  links_.clear();
}

void TcpProxy::Accept() {
  while (!stopping_) {
    if (!IsReadable(listener_)) continue;
    auto link = std::make_shared<Link>();
    link->client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (link->client < 0 || mode_ == Mode::kRefuse) continue;
    link->broker = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(target_);
    if (connect(link->broker, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) continue;
    DoNotGather(link->client);
    DoNotGather(link->broker);
    MutexLock lock(mutex_);
    links_.insert(link);
    carriers_.emplace_back([this, link] { Carry(link, /*to_broker=*/true); });
    carriers_.emplace_back([this, link] { Carry(link, /*to_broker=*/false); });
  }
}

void TcpProxy::Carry(const std::shared_ptr<Link>& link, bool to_broker) {
  const int from = to_broker ? link->client : link->broker;
  std::array<char, 64 << 10> buffer{};
  Pause pause;
  while (!stopping_ && !link->closed) {
    if (mode_ == Mode::kBlackHole) {
      pause.Take(absl::Milliseconds(kPollMilliseconds));
      continue;
    }
    if (!IsReadable(from)) continue;
    const ssize_t count = recv(from, buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    if (delay_ > 0) pause.Take(absl::Milliseconds(delay_.load()));
    if (!Forward(*link, to_broker, std::string(buffer.data(), static_cast<size_t>(count)))) break;
  }
  link->Close();
  MutexLock lock(mutex_);
  links_.erase(link);
}

bool TcpProxy::Forward(Link& link, bool to_broker, const std::string& bytes) {
  if (to_broker) {
    link.request += bytes;
    while (link.request.size() >= 6) {
      const size_t whole = 4 + size_t{BigEndian(link.request, 0, 4)};
      if (link.request.size() < whole) break;
      if (BigEndian(link.request, 4, 2) == kProduce) {
        if (mode_ == Mode::kLoseProduced) link.mute = true;
        ++produced_;
      }
      link.request.erase(0, whole);
    }
  } else if (link.mute) {
    return true;
  }
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = send(to_broker ? link.broker : link.client, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<size_t>(count);
  }
  return true;
}

}  // namespace sip

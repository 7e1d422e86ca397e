#include "libs/testing/free_ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

namespace sip {
namespace {

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

}  // namespace

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

}  // namespace sip

// Stands between clients and a broker, and does to their connections what networks do. A broker that advertises its port is reached
// through it only.
#ifndef SIP_LIBS_TESTING_TCP_PROXY_H_
#define SIP_LIBS_TESTING_TCP_PROXY_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/mutex.h"

namespace sip {

// Thread-safe.
class TcpProxy {
 public:
  enum class Mode {
    kPass,
    kRefuse,        // New connections are closed at once.
    kBlackHole,     // Nothing gets through, and nobody is told.
    kLoseProduced,  // A request to append gets through; after it nothing comes back on its connection.
  };

  TcpProxy();
  ~TcpProxy();

  int port() const { return port_; }
  void SetTarget(int port) { target_ = port; }
  void SetMode(Mode mode) { mode_ = mode; }
  // What gets through comes so much later.
  void SetDelay(absl::Duration delay) { delay_ = absl::ToInt64Milliseconds(delay); }
  // Closes all connections.
  void Cut();
  // How many requests to append have gone through.
  uint64_t produced() const { return produced_; }

 private:
  struct Link;

  void Accept();
  void Carry(const std::shared_ptr<Link>& link, bool to_broker);
  bool Forward(Link& link, bool to_broker, const std::string& bytes);

  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> target_{0};
  std::atomic<Mode> mode_{Mode::kPass};
  std::atomic<int64_t> delay_{0};
  std::atomic<uint64_t> produced_{0};
  std::atomic<bool> stopping_{false};
  Mutex mutex_;
  std::set<std::shared_ptr<Link>> links_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> carriers_ ABSL_GUARDED_BY(mutex_);
  std::thread acceptor_;
};

}  // namespace sip

#endif  // SIP_LIBS_TESTING_TCP_PROXY_H_

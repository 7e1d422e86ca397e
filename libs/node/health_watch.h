// Looks at a process's health again and again, and tells when it changes.
#ifndef SIP_LIBS_NODE_HEALTH_WATCH_H_
#define SIP_LIBS_NODE_HEALTH_WATCH_H_

#include <functional>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/pause.h"

namespace sip {

class HealthWatch {
 public:
  // `health` is asked, and `tell` told, on this thread before the constructor returns, later on a thread of its own.
  HealthWatch(std::function<absl::Status()> health, std::function<void(const absl::Status& health)> tell, absl::Duration interval);
  ~HealthWatch();
  HealthWatch(const HealthWatch&) = delete;
  HealthWatch& operator=(const HealthWatch&) = delete;

 private:
  void Look();

  const std::function<absl::Status()> health_;
  const std::function<void(const absl::Status&)> tell_;
  absl::Status told_;
  Pause pause_;
  std::thread thread_;
};

}  // namespace sip

#endif  // SIP_LIBS_NODE_HEALTH_WATCH_H_

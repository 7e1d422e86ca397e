#include "libs/node/health_watch.h"

#include <utility>

namespace sip {

HealthWatch::HealthWatch(std::function<absl::Status()> health, std::function<void(const absl::Status& health)> tell,
                         absl::Duration interval)
    : health_(std::move(health)), tell_(std::move(tell)), told_(health_()) {
  tell_(told_);
  thread_ = std::thread([this, interval] {
    while (!pause_.ended()) {
      pause_.Take(interval);
      if (!pause_.ended()) Look();
    }
  });
}

HealthWatch::~HealthWatch() {
  pause_.End();
  thread_.join();
}

void HealthWatch::Look() {
  absl::Status health = health_();
  if (health == told_) return;
  told_ = std::move(health);
  tell_(told_);
}

}  // namespace sip

#include "libs/node/signals.h"

#include <pthread.h>
#include <unistd.h>

namespace sip {

StopSignals::StopSignals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

void StopSignals::StopBecause(const absl::Status& why) {
  {
    MutexLock lock(mutex_);
    if (why_.ok()) why_ = why;
  }
  kill(getpid(), SIGTERM);
}

absl::Status StopSignals::Wait() {
  int signal = 0;
  sigwait(&signals_, &signal);
  MutexLock lock(mutex_);
  return why_;
}

}  // namespace sip

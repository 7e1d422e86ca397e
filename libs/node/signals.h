// Waits for SIGTERM or SIGINT, or for a part of the program to say that it must end.
#ifndef SIP_LIBS_NODE_SIGNALS_H_
#define SIP_LIBS_NODE_SIGNALS_H_

#include <csignal>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "libs/base/mutex.h"

namespace sip {

class StopSignals {
 public:
  // Blocks the signals in this thread and those that it starts.
  StopSignals();
  // Thread-safe: makes Wait return `why`; the first reason counts.
  void StopBecause(const absl::Status& why);
  // Until a signal or a reason comes; OK for a signal.
  absl::Status Wait();

 private:
  sigset_t signals_;
  Mutex mutex_;
  absl::Status why_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sip

#endif  // SIP_LIBS_NODE_SIGNALS_H_

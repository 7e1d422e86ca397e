// Frees what is handed over on a thread of its own: large structures, whose last holder has better things to do.
//
//   ReleaseThread release(/*max_waiting=*/64);
//   release.Take(std::move(chunk));
#ifndef SIP_LIBS_BASE_RELEASE_THREAD_H_
#define SIP_LIBS_BASE_RELEASE_THREAD_H_

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "libs/base/mutex.h"

namespace sip {

// Thread-safe. The destructor frees what still waits.
class ReleaseThread {
 public:
  // When so many wait already, the caller frees its own: memory does not grow because freeing lags behind.
  explicit ReleaseThread(size_t max_waiting);
  ~ReleaseThread();
  ReleaseThread(const ReleaseThread&) = delete;
  ReleaseThread& operator=(const ReleaseThread&) = delete;

  void Take(std::shared_ptr<const void> held);

 private:
  void Run();

  const size_t max_waiting_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<std::shared_ptr<const void>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sip

#endif  // SIP_LIBS_BASE_RELEASE_THREAD_H_

// Where the engine's work runs.
#ifndef SIP_LIBS_ENGINE_EXECUTOR_H_
#define SIP_LIBS_ENGINE_EXECUTOR_H_

#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "libs/base/mutex.h"

namespace sip {

using Task = absl::AnyInvocable<void()>;

// Thread-safe. Tasks run in any order, each exactly once.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void Post(Task task) = 0;
  // Whether a caller may do at once, on its own thread, what it would post: it then saves the way to another thread.
  virtual bool MayRunHere() const = 0;
};

// A fixed number of threads. The destructor runs what is queued, then joins.
class ThreadPool final : public Executor {
 public:
  explicit ThreadPool(int threads);
  ~ThreadPool() override;
  void Post(Task task) override;
  bool MayRunHere() const override { return true; }

 private:
  void Work();

  Mutex mutex_;
  CondVar wake_;
  std::deque<Task> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

// Runs tasks only when told to, on the caller's thread, in order: for tests that decide what happens when.
class ManualExecutor final : public Executor {
 public:
  void Post(Task task) override;
  bool MayRunHere() const override { return false; }
  // Runs until nothing is queued; returns how many tasks ran.
  int RunAll();
  // Runs one task if there is one.
  bool RunOne();

 private:
  Mutex mutex_;
  std::deque<Task> queue_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_EXECUTOR_H_

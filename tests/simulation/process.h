// One simulated process: a context's engine with its executor, timer and clock, and a stream store that outlives it.
#ifndef SIP_TESTS_SIMULATION_PROCESS_H_
#define SIP_TESTS_SIMULATION_PROCESS_H_

#include <memory>
#include <string>

#include "libs/engine/context_engine.h"
#include "tests/simulation/environment.h"
#include "tests/simulation/process_ports.h"

namespace sip {

// Single-threaded; outlived by the environment.
class Process {
 public:
  // `meanwhile` as ProcessLog has it.
  Process(Environment& environment, size_t context, std::string name, std::function<void()> meanwhile);
  ~Process() { Destroy(); }

  // Begins anew and takes all partitions over; what is wrong if that fails, and the process has ended then.
  absl::Status Start(bool with_empty_store);
  // As kill -9.
  void Kill();
  // Asks it to end; it has when its engine says so (Reap).
  void ShutDown();
  // Removes a process that has ended. True if it had.
  bool Reap();

  bool running() const { return host_ != nullptr; }
  bool shutting_down() const { return host_ != nullptr && host_->shutting_down; }
  bool paused() const { return paused_; }
  void set_paused(bool paused) { paused_ = paused; }
  // All partitions are served.
  bool Serves() const;
  // A partition of it is no longer served: whoever watches over it should end it.
  bool NeedsRestart() const;
  // Something that must never happen; empty if nothing has.
  std::string Defect() const;

  // Each does a little of what is to be done; false if there was nothing.
  bool RunTask();
  bool PollImports();
  void FireTimers();

  ContextEngine& engine() { return host_->engine; }
  std::shared_ptr<Life> life() const { return host_->life; }
  CrashableStore& store() { return store_; }
  size_t context() const { return context_; }
  const std::string& name() const { return name_; }

 private:
  // Everything that ends with the process.
  struct Host {
    Host(Process& process, std::shared_ptr<Life> started, const EngineOptions& options);
    std::shared_ptr<Life> life;
    ManualExecutor executor;
    ManualTimer timer;
    std::deque<Task> later;
    ProcessLog log;
    ProcessLog foreign_log;
    bool shutting_down = false;
    bool down = false;
    absl::Status imports;
    ContextEngine engine;  // Goes first.
  };

  EngineOptions DrawOptions();
  void Destroy();

  Environment& environment_;
  const size_t context_;
  const std::string name_;
  const std::function<void()> meanwhile_;
  const AgencyDirectory agencies_;
  OffsetClock clock_;
  CrashableStore store_;
  bool paused_ = false;
  std::unique_ptr<Host> host_;
};

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_PROCESS_H_

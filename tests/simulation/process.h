// One simulated process: a context's engine with its executor, timer and clock, and a stream store that outlives it.
#ifndef SIP_TESTS_SIMULATION_PROCESS_H_
#define SIP_TESTS_SIMULATION_PROCESS_H_

#include <memory>
#include <set>
#include <string>

#include "libs/engine/context_engine.h"
#include "libs/engine/ownership_keeper.h"
#include "libs/engine/standby.h"
#include "tests/simulation/environment.h"
#include "tests/simulation/process_ports.h"

namespace sip {

// How the processes of a context come to own partitions.
enum class Ownership {
  kAtStart,  // Each takes all of them over when it starts, and has lost what was taken from it.
  kMoving,   // Each claims and gives up what it is told to, one by one, and follows what the others own.
};

// Single-threaded; outlived by the environment.
class Process {
 public:
  // `meanwhile` as ProcessLog has it.
  Process(Environment& environment, Ownership ownership, size_t context, std::string name, std::function<void()> meanwhile);
  ~Process() { Destroy(); }

  // Begins anew, and takes all partitions over or begins to claim what it wants; what is wrong if that fails, and the process has
  // ended then.
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
  bool Serves(uint32_t partition) const;
  // Something of it has stopped for good: whoever watches over it should end it.
  bool NeedsRestart() const;
  // Something that must never happen; empty if nothing has.
  std::string Defect() const;

  // Each does a little of what is to be done; false if there was nothing.
  bool RunTask();
  bool PollImports();
  void FireTimers();
  // The standby's turn. False also if there is none.
  bool Follow();

  // Where ownership moves: what it should own, also when it has been started again.
  const std::set<uint32_t>& wanted() const { return wanted_; }
  void Want(std::set<uint32_t> partitions);
  // The same, and `done` runs once all else has been given up; never if the process ends before.
  void WantOnly(std::set<uint32_t> partitions, Task done);

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
    ManualExecutor claims;
    ManualTimer timer;
    std::deque<Task> later;
    ProcessLog log;
    ProcessLog foreign_log;
    bool shutting_down = false;
    bool down = false;
    absl::Status imports;
    absl::Status followed;
    std::unique_ptr<Standby> standby;  // Null unless ownership moves, as the keeper.
    ContextEngine engine;              // Goes first but for the keeper.
    std::shared_ptr<OwnershipKeeper> keeper;
  };

  EngineOptions DrawOptions();
  OwnershipKeeper::Options DrawKeeperOptions();
  // What others, and other threads of this process, do while it takes a partition over.
  void Meanwhile();
  void Destroy();

  Environment& environment_;
  const Ownership ownership_;
  const size_t context_;
  const std::string name_;
  const std::function<void()> meanwhile_;
  const AgencyDirectory agencies_;
  OffsetClock clock_;
  CrashableStore store_;
  bool paused_ = false;
  std::set<uint32_t> wanted_;
  std::unique_ptr<Host> host_;
};

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_PROCESS_H_

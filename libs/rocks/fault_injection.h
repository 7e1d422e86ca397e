// Files in memory for RocksDatabase::Options::memory that fail as a disk can, for tests.
#ifndef SIP_LIBS_ROCKS_FAULT_INJECTION_H_
#define SIP_LIBS_ROCKS_FAULT_INJECTION_H_

#include <cstddef>
#include <memory>

namespace sip {

// Thread-safe.
class RocksFaults {
 public:
  RocksFaults();
  ~RocksFaults();
  RocksFaults(const RocksFaults&) = delete;
  RocksFaults& operator=(const RocksFaults&) = delete;

  // For Options::memory.
  std::shared_ptr<void> files() const;

  // While set, every sync fails. What was appended may be found on the disk all the same.
  void FailSyncs(bool fail);
  // While set, every sync waits, as on a slow disk.
  void HoldSyncs(bool hold);
  // Returns once a sync waits.
  void AwaitHeldSync();
  // Syncs that were asked for since the start.
  size_t syncs() const;
  // Cuts every file down to what was synced when power was lost. Only while no database is open on these files.
  void LosePower();

  class State;

 private:
  struct Disk;
  std::shared_ptr<State> state_;
  std::shared_ptr<Disk> disk_;
};

}  // namespace sip

#endif  // SIP_LIBS_ROCKS_FAULT_INJECTION_H_

// Files in memory for RocksDatabase::Options::memory that fail as a disk can, for tests.
#ifndef SIP_LIBS_ROCKS_FAULT_INJECTION_H_
#define SIP_LIBS_ROCKS_FAULT_INJECTION_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

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

  enum class Fault {
    kIoError,     // EIO of anything that is asked of the disk; of a write, half may have been done.
    kNoSpace,     // ENOSPC of what writes.
    kFailedSync,  // Of a file or folder. What was to be synced never will be, though later syncs succeed.
  };
  // Operation `at` of those that this fault can meet fails, counted from now and from 0; all after it too if it `lasts`.
  struct Failure {
    Fault fault = Fault::kIoError;
    uint64_t at = 0;
    bool lasts = false;
  };
  // Nothing fails any more without one.
  void Fail(std::optional<Failure> failure);
  // Whether the operation came to pass.
  bool Failed() const;

  // What was not synced is lost, names of files whose folder was not synced too; with `seed`, only some of it, and some is torn.
  // Only while nothing is open on these files.
  void LosePower(std::optional<uint64_t> seed = std::nullopt);

  // The bytes of all files by path, as a copy of the disk; and a disk that has just these. Only while nothing is open.
  using Image = std::map<std::string, std::string>;
  Image image() const;
  void SetImage(const Image& image);

  class Disk;

 private:
  struct Environment;
  std::shared_ptr<Disk> disk_;
  std::shared_ptr<Environment> environment_;
};

}  // namespace sip

#endif  // SIP_LIBS_ROCKS_FAULT_INJECTION_H_

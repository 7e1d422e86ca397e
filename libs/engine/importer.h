// Reads another context's log and hands the records that a context subscribes to to its partitions.
#ifndef SIP_LIBS_ENGINE_IMPORTER_H_
#define SIP_LIBS_ENGINE_IMPORTER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "libs/base/mutex.h"
#include "libs/codec/codec.h"
#include "libs/engine/log_follower.h"
#include "libs/engine/partition.h"

namespace sip {

class Importer {
 public:
  // `kinds` are the foreign event kinds subscribed to; `foreign_codec` knows at least these. `partitions[p]` takes partition p.
  Importer(ForeignLog foreign, const Codec& foreign_codec, std::vector<std::string> kinds,
           std::vector<std::shared_ptr<Partition>> partitions, absl::Duration gather);
  ~Importer();

  void StartThread() { follower_.StartThread(); }
  // For tests without threads: hands over at most one batch; true if there was something.
  absl::StatusOr<bool> PollOnce() { return follower_.PollOnce(absl::ZeroDuration()); }
  void Rewind() { follower_.Rewind(); }
  // A command waits for what is in the foreign log now.
  void Hurry() { follower_.Hurry(); }
  // A partition has room again.
  void OnRoom();
  void Stop();

  const std::string& foreign_log() const { return foreign_.name; }
  // How far what was handed to the partitions reaches.
  const KnownUntil& known_until() const { return follower_.known_until(); }

 private:
  void TellWaiting(const absl::Status& why);
  absl::StatusOr<std::vector<TailStart>> Starts();
  absl::Status HandOver(TailBatch batch);
  // Waits for room; CANCELLED when stopped.
  absl::Status Offer(uint32_t partition, ImportItem item);

  const ForeignLog foreign_;
  const Codec& codec_;
  const absl::flat_hash_set<std::string> kinds_;
  const std::vector<std::shared_ptr<Partition>> partitions_;
  std::vector<uint64_t> epochs_;  // Of each partition's reading; of the thread that reads.
  Mutex mutex_;
  CondVar room_;
  uint64_t room_signals_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  LogFollower follower_;  // Last: its thread uses all above.
};

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_IMPORTER_H_

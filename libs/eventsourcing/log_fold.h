// The fold of a partition: which records are valid. The same pure function in every reader and owner, decided from headers alone;
// docs/log-format.md has its table. Everything else that is known about a log is a fold over the records that this one calls valid.
#ifndef SIP_LIBS_EVENTSOURCING_LOG_FOLD_H_
#define SIP_LIBS_EVENTSOURCING_LOG_FOLD_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/eventsourcing/record.h"

namespace sip {

// What one record turned out to be.
enum class Verdict {
  kGenesis,       // The first record.
  kClaim,         // A claim that won.
  kValid,         // A valid command: deliver it.
  kVoidCopy,      // A late copy of something already folded.
  kVoidLostRace,  // A claim that lost against another one.
  kVoidStale,     // A command of a claim that no longer holds.
  kVoidHole,      // A command after a gap: it ends the claim.
};

// Everything that a reader keeps of a partition: O(1) plus one entry per take-over. All ids and leaves are raw bytes.
struct FoldState {
  bool started = false;  // Genesis has been folded.
  std::string log_id;
  std::string installation_id;
  std::string log_name;
  uint32_t partition = 0;
  uint32_t partition_count = 0;
  std::optional<std::string> claim;  // The claim that holds; none after Genesis or a hole.
  std::string last_claim;
  uint64_t base = 0;
  uint64_t next_idx = 0;
  std::string head;  // Leaf of the last valid command (Genesis before the first).
  std::string genesis_leaf;
  std::set<std::string> won;
  std::set<std::string> lost;
  std::map<std::string, uint64_t> imported;  // Foreign log id → highest imported idx.
  absl::Time last_recorded_at = absl::InfinitePast();

  friend bool operator==(const FoldState&, const FoldState&) = default;
};

// Which partition a reader expects. Empty ids accept what Genesis says.
struct ExpectedLog {
  std::string log_id;
  uint32_t partition = 0;
};

// One partition's fold. Not thread-safe; copyable (the owner steps a copy before it sends).
class LogFold {
 public:
  explicit LogFold(ExpectedLog expected) : expected_(std::move(expected)) {}
  LogFold(ExpectedLog expected, FoldState state) : expected_(std::move(expected)), state_(std::move(state)) {}

  // Folds the next record. DATA_LOSS or INTERNAL stop the partition: the state is unchanged then and must not be stepped further.
  // On kValid, `*header` (if not null) receives the parsed header and `*leaf` its leaf.
  absl::StatusOr<Verdict> Step(const RecordView& record, log::v1::CommandHeader* header = nullptr, std::string* leaf = nullptr);

  const FoldState& state() const { return state_; }

 private:
  ExpectedLog expected_;
  FoldState state_;
};

// The stored form of a fold state, for checkpoints.
std::string EncodeFoldState(const FoldState& state);
absl::StatusOr<FoldState> DecodeFoldState(absl::string_view bytes);

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_LOG_FOLD_H_

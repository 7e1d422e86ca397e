// The fold of a partition: which records are valid. The same pure function in every reader and owner, decided from headers alone;
// docs/log-format.md has its table. Everything else that is known about a log is a fold over the records that this one calls valid.
#ifndef SIP_LIBS_EVENTSOURCING_LOG_FOLD_H_
#define SIP_LIBS_EVENTSOURCING_LOG_FOLD_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/eventsourcing/record.h"
#include "sip/log/v1/checkpoint.pb.h"

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

// Claim ids, cheap to copy: copies share all but the latest few. One is added per take-over.
class ClaimSet {
 public:
  ClaimSet() = default;
  explicit ClaimSet(const std::set<std::string>& ids) : shared_(std::make_shared<const Ids>(ids.begin(), ids.end())) {}

  bool Contains(absl::string_view id) const { return latest_.count(id) > 0 || shared_->count(id) > 0; }
  void Insert(absl::string_view id);
  // All of them.
  std::set<std::string> ids() const;

  friend bool operator==(const ClaimSet& a, const ClaimSet& b) {
    return (a.shared_ == b.shared_ && a.latest_ == b.latest_) || a.ids() == b.ids();
  }

 private:
  using Ids = std::set<std::string, std::less<>>;

  std::shared_ptr<const Ids> shared_ = std::make_shared<const Ids>();
  Ids latest_;
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
  ClaimSet won;
  ClaimSet lost;
  std::map<std::string, uint64_t> imported;  // Foreign log id → highest imported idx.
  absl::Time last_recorded_at = absl::InfinitePast();

  friend bool operator==(const FoldState&, const FoldState&) = default;
};

// What the fold needs of a record: taken from its header, which was checked, and its leaf. Cheap to keep, so that several folds can
// step the same record without parsing it again. What a kind has not is zero.
struct RecordFacts {
  using Id = std::array<char, 16>;
  using Digest = std::array<char, 32>;

  RecordKind kind = RecordKind::kCommand;
  uint32_t partition = 0;
  Id log_id{};
  Digest leaf{};
  Id claim_id{};     // Claims and commands.
  Id supersedes{};   // Claims.
  uint64_t idx = 0;  // Commands, as all up to `imported_idx`.
  Digest prev{};
  absl::Time recorded_at;
  bool imports = false;
  Id imported_log_id{};
  uint64_t imported_idx = 0;
  Id installation_id{};  // Genesis, as all that follow.
  uint32_t partition_count = 0;
  std::string log_name;
};

// DATA_LOSS if the header is not one of its kind, or a field has not the form that docs/log-format.md demands. A command's header
// is parsed into `*command` if that is not null.
absl::StatusOr<RecordFacts> ParseRecord(const RecordView& record, log::v1::CommandHeader* command = nullptr);

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
  // On kValid, `*header` (if not null) holds the parsed header and `*leaf` its leaf; otherwise anything.
  absl::StatusOr<Verdict> Step(const RecordView& record, log::v1::CommandHeader* header = nullptr, std::string* leaf = nullptr);

  // The same for a record that is parsed already.
  absl::StatusOr<Verdict> Step(const RecordFacts& record);

  const FoldState& state() const { return state_; }

 private:
  absl::StatusOr<Verdict> StepGenesis(const RecordFacts& genesis);
  absl::StatusOr<Verdict> StepClaim(const RecordFacts& claim);
  absl::StatusOr<Verdict> StepCommand(const RecordFacts& command);
  absl::Status CheckIsOurs(const RecordFacts& record) const;
  absl::Status CheckByOwner(const RecordFacts& command) const;
  // "sip.plans, partition 3, at 17: " in front of what is wrong.
  std::string Say(absl::string_view what) const;

  ExpectedLog expected_;
  FoldState state_;
};

// The stored form of a fold state, for checkpoints: sip.log.v1.FoldStateRecord, the same bytes for the same state. Decoding gives
// DATA_LOSS for anything else.
log::v1::FoldStateRecord FoldStateToProto(const FoldState& state);
absl::StatusOr<FoldState> FoldStateFromProto(const log::v1::FoldStateRecord& record);
std::string EncodeFoldState(const FoldState& state);
absl::StatusOr<FoldState> DecodeFoldState(absl::string_view bytes);

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_LOG_FOLD_H_

// The fold of a log once more, written from the table in docs/log-format.md and from nothing else: what the simulation judges by,
// so that a mistake in libs/eventsourcing/log_fold.cc cannot hide itself.
#ifndef SIP_TESTS_SIMULATION_REFERENCE_FOLD_H_
#define SIP_TESTS_SIMULATION_REFERENCE_FOLD_H_

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libs/eventsourcing/record.h"

namespace sip {

// Not thread-safe. The records must be well-formed.
class ReferenceFold {
 public:
  enum class Fate { kGenesis, kClaim, kValid, kCopy, kLostRace, kStale, kHole, kStop };
  static constexpr size_t kFates = 8;
  struct Valid {
    std::string leaf;
    log::v1::CommandHeader header;
    Record record;
  };

  Fate Step(const Record& record);
  // The last record in words: claims by number, so that they are the same in each run.
  const std::string& said() const { return said_; }
  // The valid commands, by idx.
  const std::vector<Valid>& valid() const { return valid_; }
  // How many records had each fate.
  const std::array<uint64_t, kFates>& counts() const { return counts_; }
  size_t size() const { return size_; }

 private:
  Fate StepClaim(const log::v1::ClaimHeader& claim);
  Fate StepCommand(const Record& record);
  // The number of a claim, by its first appearance.
  size_t Number(const std::string& claim_id) { return numbers_.emplace(claim_id, numbers_.size()).first->second; }

  size_t size_ = 0;
  std::array<uint64_t, kFates> counts_{};
  std::string genesis_;
  std::optional<std::string> claim_;
  std::string last_claim_;
  size_t base_ = 0;
  std::set<std::string> won_;
  std::set<std::string> lost_;
  std::vector<Valid> valid_;
  std::map<std::string, size_t> numbers_;
  std::string said_;
};

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_REFERENCE_FOLD_H_

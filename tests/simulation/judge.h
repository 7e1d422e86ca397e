// What clients asked and were told, beside what really lies in the logs: finds every answer that is not true. Knows nothing of
// engines.
#ifndef SIP_TESTS_SIMULATION_JUDGE_H_
#define SIP_TESTS_SIMULATION_JUDGE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/engine/command_executor.h"
#include "libs/engine/partition.h"
#include "tests/simulation/environment.h"
#include "tests/simulation/reference_fold.h"

namespace sip {

// A partition of one of the logs.
struct Place {
  size_t context = 0;
  uint32_t partition = 0;
};

// A client's intention; the same request may be sent many times.
struct Operation {
  Place place;
  CommandRequest request;
  std::string key;               // Of the request id.
  uint64_t first_sent = 0;       // The step.
  uint64_t foreign_needed = 0;   // Foreign records before this idx must have been imported before it is decided.
  bool unknown = false;          // Some call has ended, or may end, without telling what became of it.
  size_t calls = 0;              // Times that it was sent.
  size_t open = 0;               // Calls that are not answered.
  std::optional<uint64_t> done;  // The step of the first OK.
  uint64_t idx = 0;              // As all below: what the answer said.
  std::string leaf;
  uint64_t version = 0;
  std::string events;
};

// An answer that is true of some states of the partition only: a refusal of an operation, or what a reader was shown.
struct Claimed {
  Place place;
  uint64_t earliest = 0;  // The number of valid records before the state that was seen: at least, and at most.
  uint64_t latest = 0;
  std::optional<size_t> operation;
  absl::Status refusal;
  Uuid scope;  // Of a read.
  std::string state;
  uint64_t step = 0;
};

// What a barrier promised.
struct Promised {
  Place place;
  Watermark watermark;
  uint64_t step = 0;
};

class Judge {
 public:
  explicit Judge(Environment& environment) : environment_(environment) {}

  size_t AddOperation(Place place, CommandRequest request);
  size_t BeginCall(size_t operation);
  // The client hears.
  void EndCall(size_t call, const absl::StatusOr<CommandAnswer>& answer);
  // It never will.
  void LoseCall(size_t call);

  size_t BeginRead(Place place, const Uuid& scope);
  void EndRead(size_t read, std::string state);

  size_t BeginBarrier(Place place);
  void EndBarrier(size_t barrier, const Watermark& watermark);

  // Looks at what has landed in the logs.
  void Look();

  const std::vector<Operation>& operations() const { return operations_; }
  const std::vector<Claimed>& claimed() const { return claimed_; }
  const std::vector<Promised>& promised() const { return promised_; }
  const ReferenceFold& truth(Place place) const { return truth_[place.context][place.partition]; }
  // Valid records of the partition that some client knows of.
  uint64_t known(Place place) const { return known_[place.context][place.partition]; }
  const std::string& violation() const { return violation_; }
  void Violated(const std::string& what);
  uint64_t refusals() const { return refusals_; }

 private:
  struct Asked {
    Place place;
    std::optional<size_t> operation;  // Absent: a read or a barrier.
    uint64_t earliest = 0;
    Uuid scope;
    bool over = false;
  };
  uint64_t Earliest(Place place) const;
  void CheckOk(Operation& operation, const CommandAnswer& answer);
  void NoteRefusal(const Asked& call, const absl::Status& status);

  Environment& environment_;
  std::array<std::array<ReferenceFold, kPartitions>, kContexts> truth_;
  std::array<std::array<uint64_t, kPartitions>, kContexts> known_{};
  // When each number of records became known.
  std::array<std::array<std::vector<std::pair<absl::Time, uint64_t>>, kPartitions>, kContexts> known_at_;
  std::vector<Operation> operations_;
  std::vector<Asked> asked_;
  std::vector<Claimed> claimed_;
  std::vector<Promised> promised_;
  uint64_t refusals_ = 0;
  std::string violation_;
};

// Streams and bytes of events, in order.
std::string EventsText(const std::vector<RecordedEvent>& events);

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_JUDGE_H_

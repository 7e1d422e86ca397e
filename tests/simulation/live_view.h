// A view that follows the logs through everything that happens to them, and is killed now and then: rows and checkpoints are stored
// together, so that it goes on where it was.
#ifndef SIP_TESTS_SIMULATION_LIVE_VIEW_H_
#define SIP_TESTS_SIMULATION_LIVE_VIEW_H_

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "libs/views/memory_view.h"
#include "tests/simulation/environment.h"

namespace sip {

// Rows that show if a record is missing, comes twice or in another order: the last text of each note and consent, and per partition
// a chain over all leaves.
class SimulationProjection final : public Projection {
 public:
  absl::string_view Name() const override { return "simulation"; }
  int SchemaVersion() const override { return 1; }
  std::vector<std::string> Logs() const override;
  void Apply(const RecordedCommand& record, ViewBatch& view) const override;
};

// Not thread-safe.
class LiveView {
 public:
  explicit LiveView(Environment& environment) : environment_(environment) {}

  // Reads one batch of one log. What is wrong if that fails.
  absl::Status Poll(size_t context);
  // What was read since the last store is lost.
  void Crash();
  // Stores what was read.
  void Store();
  // Reads to the logs' ends; then compares with a replay of them. What is wrong if they differ.
  absl::Status CompareWithReplay();
  // The chain over a partition's leaves, as a view that has applied exactly these holds it.
  static std::string ChainOver(const std::vector<std::string>& leaves);
  std::string Chain(size_t context, uint32_t partition);

 private:
  struct State {
    MemoryView rows;
    std::array<std::array<ReaderCheckpoint, kPartitions>, kContexts> checkpoints;
  };
  // True if the log has nothing more.
  absl::StatusOr<bool> ReadBatch(size_t context, size_t max_records);

  Environment& environment_;
  const SimulationProjection projection_;
  State stored_;
  State live_;
  std::array<std::unique_ptr<LogTail>, kContexts> tails_;
};

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_LIVE_VIEW_H_

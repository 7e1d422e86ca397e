// Who should own what, where ownership moves: hands partitions over in good order, lets two processes want the same, and takes
// wishes back.
#ifndef SIP_TESTS_SIMULATION_OWNERSHIP_MOVES_H_
#define SIP_TESTS_SIMULATION_OWNERSHIP_MOVES_H_

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/environment.h"
#include "tests/simulation/process.h"

namespace sip {

// Single-threaded. What it is given outlives the processes' tasks.
class OwnershipMoves {
 public:
  // `processes`: those of the first context, then as many of the second. `say` writes a line of the trace.
  OwnershipMoves(Environment& environment, const std::vector<std::unique_ptr<Process>>& processes,
                 std::function<void(const std::string&)> say)
      : environment_(environment), processes_(processes), say_(std::move(say)) {}

  // Each partition is wanted by one process, whichever.
  void DrawOwners();
  // One process gives a partition up, and another one wants it from then on.
  void Move();
  // One more process wants a partition.
  void Grab();
  // A process wants a partition no longer, and nobody else is told.
  void GiveUp();
  // Nobody but `owner` wants anything of its context: it wants all, once the others have given up what they have. Moves that are
  // under way end halfway.
  void HandAllTo(Process& owner);
  // Nobody waits for a process that was killed before it had given up what it had.
  void GoOn();

  uint64_t moves() const { return moves_; }

 private:
  struct Awaited {
    std::shared_ptr<Life> life;
    bool given_up = false;
  };
  struct Handing {
    std::vector<std::shared_ptr<Awaited>> awaited;
    Process* to = nullptr;  // Null if there is nothing left to do.
  };
  static void GoOn(Handing& handing);

  Process& RandomProcess(size_t context);
  Process* RandomWho(size_t context, uint32_t partition);
  void HandOver(Process& from, Process& to, uint32_t partition);

  Environment& environment_;
  const std::vector<std::unique_ptr<Process>>& processes_;
  const std::function<void(const std::string&)> say_;
  bool settled_ = false;
  std::array<Handing, kContexts> handings_;
  uint64_t moves_ = 0;
};

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_OWNERSHIP_MOVES_H_

// After a run: executes the history of each log once more, one command after the other, and compares it with everything that was
// said meanwhile. The deciders and reactions are the real ones; all else that engines do is done here in the plainest way.
#ifndef SIP_TESTS_SIMULATION_HISTORY_CHECK_H_
#define SIP_TESTS_SIMULATION_HISTORY_CHECK_H_

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "libs/eventsourcing/context_model.h"
#include "libs/eventsourcing/recorded.h"
#include "tests/simulation/environment.h"
#include "tests/simulation/judge.h"

namespace sip {

// The state of a case as text, the same for the same state.
std::string StateText(size_t context, const CaseState& state);

// Not thread-safe.
class HistoryCheck {
 public:
  explicit HistoryCheck(Judge& judge) : judge_(judge) {}

  // Everything must have been imported and answered. What is wrong is told to the judge.
  void Run();
  // The records of a log, decoded, by idx. After Run.
  const std::vector<RecordedCommand>& records(Place place) const { return records_[place.context][place.partition]; }

 private:
  struct Case {
    std::unique_ptr<CaseState> state;
    std::map<StreamId, uint64_t> versions;
  };
  using Cases = std::map<Uuid, Case>;

  bool Decode(Place place);
  void Execute(Place place);
  void ExecuteCommand(Place place, const RecordedCommand& record, const Case& entry);
  void ExecuteImport(Place place, const RecordedCommand& record, const Case& entry);
  void Apply(const RecordedCommand& record, const ContextModel& model, Case& entry);
  // Looks for a state that makes true what was claimed.
  void Explain(uint64_t before, const Cases& cases);
  bool Explains(const Claimed& claimed, const Cases& cases) const;
  bool ExplainsRefusal(const Claimed& claimed, const Cases& cases) const;
  void CheckOperations(Place place);
  void CheckOrder(Place place);
  void CheckImports(Place place);
  void CheckPromises(Place place);
  void Violated(Place place, uint64_t idx, const std::string& what);

  Judge& judge_;
  std::array<std::array<std::vector<RecordedCommand>, kPartitions>, kContexts> records_;
  std::map<std::string, uint64_t> recorded_;  // Request key → idx; of the partition that is executed.
  std::set<size_t> unexplained_;              // Of what was claimed of that partition.
};

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_HISTORY_CHECK_H_

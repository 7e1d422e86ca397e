#include "tests/simulation/simulation.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/sha256.h"
#include "libs/engine/not_owner.h"
#include "libs/engine/stream_store.h"
#include "tests/simulation/environment.h"
#include "tests/simulation/history_check.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/live_view.h"
#include "tests/simulation/ownership_moves.h"
#include "tests/simulation/process.h"
#include "tests/simulation/requests.h"
#include "tests/simulation/store_check.h"

namespace sip {
namespace {

constexpr size_t kProcesses = 3;  // Of each context.
constexpr uint64_t kMostSteps = 360;
constexpr uint64_t kMostStepsMoving = 1000;  // A partition that moves costs more of them.
constexpr size_t kMostOperations = 45;
constexpr int kMostRounds = 200;

MemoryLogOptions LogOptions(uint64_t seed) {
  MemoryLogOptions options;
  for (const SimulatedContext& context : Contexts()) options.logs.push_back({context.model->log_name(), kPartitions});
  options.seed = seed;
  options.manual = true;
  options.others_can_own = true;
  return options;
}

class Simulation {
 public:
  Simulation(uint64_t seed, Ownership ownership, size_t trace_lines);
  SimulationResult Run();

 private:
  using Action = void (Simulation::*)();
  struct Weighted {
    uint64_t weight;
    Action action;
  };
  static std::vector<Weighted> Actions(Ownership ownership);

  // What can happen in a step.
  void SendNew();
  void SendAgain();
  void SendAnswered();
  void Read();
  void AskForBarrier();
  void RunTask();
  void Pump() { environment_.logs.Pump(1 + environment_.Below(3)); }
  void LandDelayed() { environment_.logs.LandDelayed(1); }
  void PollImports();
  void PassTime();
  void PauseOrResume();
  void Kill();
  void ShutDown();
  void StartOne();
  void PollView();
  void ChangeWeather();
  void Follow();
  void MoveOwnership() { moves_.Move(); }
  void GrabOwnership() { moves_.Grab(); }
  void GiveUpOwnership() { moves_.GiveUp(); }

  // Everything comes to rest, and all is answered.
  void ComeToRest();
  void GiveSomeUp();
  void RoundsUntilQuiet();
  bool Round();
  void EnsureRunning();
  void TakeOverWithoutReplay();
  void AskAFreshProcess();
  bool moving() const { return ownership_ == Ownership::kMoving; }
  void CheckEverything();

  void Say(const std::string& line) { environment_.trace.Add(absl::StrCat(environment_.step, " ", line)); }
  void WatchOver();
  void Start(Process& process, bool with_empty_store);
  void End(Process& process);
  void CheckStoreOf(Process& process);
  Process* RandomRunning(Place place);
  // Another one than those that have been asked.
  Process* NextToAsk(size_t context, const std::set<Process*>& asked);
  // Sends it to the process, and from whoever does not own the partition on to others.
  void Call(Process& process, size_t operation, bool patient);
  // What a router keeps of a call on its way.
  struct Asked {
    std::set<Process*> processes;
    bool unknown_fate = false;
  };
  void Ask(Process& process, size_t operation, size_t call, const CommandRequest& request, Asked asked);
  void OnAnswer(size_t operation, size_t call, const absl::StatusOr<CommandAnswer>& answer);

  const Ownership ownership_;
  Environment environment_;
  Judge judge_;
  RequestMaker requests_;
  LiveView view_;
  std::vector<std::unique_ptr<Process>> processes_;
  OwnershipMoves moves_;
  std::set<size_t> settled_;  // Operations with a definite answer since everything came to rest.
  std::set<size_t> asked_;    // Of those without, which have a call under way.
  std::array<Process*, kContexts> keepers_{};
  bool resting_ = false;
  uint64_t calls_ = 0;
  uint64_t reads_ = 0;
  uint64_t barriers_ = 0;
  uint64_t kills_ = 0;
};

Simulation::Simulation(uint64_t seed, Ownership ownership, size_t trace_lines)
    : ownership_(ownership),
      environment_(seed, LogOptions(seed), trace_lines),
      judge_(environment_),
      requests_(environment_, judge_, seed),
      view_(environment_),
      moves_(environment_, processes_, [this](const std::string& line) { Say(line); }) {
  for (size_t c = 0; c < kContexts; ++c) {
    for (size_t i = 0; i < kProcesses; ++i) {
      const std::string name = absl::StrCat(c == kNotes ? "notes-" : "consents-", i);
      processes_.push_back(std::make_unique<Process>(environment_, ownership, c, name, [this] { environment_.logs.Pump(1); }));
    }
  }
}

std::vector<Simulation::Weighted> Simulation::Actions(Ownership ownership) {
  std::vector<Weighted> actions = {
      {22, &Simulation::SendNew},  {10, &Simulation::SendAgain}, {3, &Simulation::SendAnswered},  {4, &Simulation::Read},
      {36, &Simulation::RunTask},  {20, &Simulation::Pump},      {2, &Simulation::LandDelayed},   {10, &Simulation::PollImports},
      {10, &Simulation::PassTime}, {3, &Simulation::Kill},       {4, &Simulation::PauseOrResume}, {1, &Simulation::ShutDown},
      {6, &Simulation::StartOne},  {5, &Simulation::PollView},   {1, &Simulation::ChangeWeather}, {3, &Simulation::AskForBarrier},
  };
  if (ownership == Ownership::kAtStart) return actions;
  const std::vector<Weighted> moves = {{90, &Simulation::RunTask},      {10, &Simulation::Follow},
                                       {10, &Simulation::PassTime},     {5, &Simulation::MoveOwnership},
                                       {2, &Simulation::GrabOwnership}, {1, &Simulation::GiveUpOwnership}};
  actions.insert(actions.end(), moves.begin(), moves.end());
  return actions;
}

SimulationResult Simulation::Run() {
  ChangeWeather();
  if (moving()) {
    moves_.DrawOwners();
    for (const auto& process : processes_) Start(*process, /*with_empty_store=*/false);
  }
  const std::vector<Weighted> actions = Actions(ownership_);
  uint64_t all = 0;
  for (const Weighted& weighted : actions) all += weighted.weight;
  const uint64_t most = moving() ? kMostStepsMoving : kMostSteps;
  const uint64_t steps = most / 2 + environment_.Below(most / 2);
  for (; environment_.step < steps && judge_.violation().empty(); ++environment_.step) {
    // No two steps happen at the same time.
    environment_.now += absl::Microseconds(1);
    uint64_t drawn = environment_.Below(all);
    for (const Weighted& weighted : actions) {
      if (drawn < weighted.weight) {
        (this->*weighted.action)();
        break;
      }
      drawn -= weighted.weight;
    }
    WatchOver();
  }
  if (judge_.violation().empty()) ComeToRest();
  if (judge_.violation().empty() && moving()) TakeOverWithoutReplay();
  if (judge_.violation().empty()) AskAFreshProcess();
  if (judge_.violation().empty()) CheckEverything();

  SimulationResult result;
  result.violation = judge_.violation();
  result.digest = environment_.trace.digest();
  result.trace.assign(environment_.trace.lines().begin(), environment_.trace.lines().end());
  result.steps = environment_.step;
  result.commands = judge_.operations().size();
  result.calls = calls_;
  result.refusals = judge_.refusals();
  result.reads = reads_;
  result.kills = kills_;
  result.barriers = barriers_;
  result.moves = moves_.moves();
  for (const Operation& operation : judge_.operations()) result.acknowledged += operation.done.has_value() ? 1 : 0;
  for (size_t c = 0; c < kContexts; ++c) {
    for (uint32_t p = 0; p < kPartitions; ++p) {
      for (size_t fate = 0; fate < result.fates.size(); ++fate) result.fates[fate] += judge_.truth({c, p}).counts()[fate];
    }
  }
  return result;
}

// --- what happens ---

void Simulation::SendNew() {
  if (judge_.operations().size() >= kMostOperations) return;
  Place place;
  CommandRequest request = requests_.Make(place);
  const size_t operation = judge_.AddOperation(place, std::move(request));
  Process* process = RandomRunning(place);
  if (process != nullptr) Call(*process, operation, /*patient=*/false);
}

void Simulation::SendAgain() {
  std::vector<size_t> open;
  for (size_t i = 0; i < judge_.operations().size(); ++i) {
    if (!judge_.operations()[i].done.has_value()) open.push_back(i);
  }
  if (open.empty()) return;
  const size_t operation = open[environment_.Below(open.size())];
  Process* process = RandomRunning(judge_.operations()[operation].place);
  if (process != nullptr) Call(*process, operation, /*patient=*/false);
}

void Simulation::SendAnswered() {
  std::vector<size_t> answered;
  for (size_t i = 0; i < judge_.operations().size(); ++i) {
    if (judge_.operations()[i].done.has_value()) answered.push_back(i);
  }
  if (answered.empty()) return;
  const size_t operation = answered[environment_.Below(answered.size())];
  Process* process = RandomRunning(judge_.operations()[operation].place);
  if (process != nullptr) Call(*process, operation, /*patient=*/false);
}

void Simulation::Read() {
  const size_t context = environment_.Below(kContexts);
  const Uuid case_id = requests_.RandomCase();
  const Place place{context, PartitionOf(case_id, kPartitions)};
  Process* process = RandomRunning(place);
  if (process == nullptr) return;
  const size_t read = judge_.BeginRead(place, case_id);
  Say(absl::StrCat("read ", read, " at ", process->name()));
  process->engine().ReadState(case_id, [this, read, context, life = process->life()](absl::StatusOr<const CaseState*> state) {
    if (life->ended() || !state.ok()) return;
    Say(absl::StrCat("read ", read, " is shown ", StateText(context, **state)));
    ++reads_;
    judge_.EndRead(read, StateText(context, **state));
  });
}

void Simulation::AskForBarrier() {
  const Place place{environment_.Below(kContexts), static_cast<uint32_t>(environment_.Below(kPartitions))};
  Process* process = RandomRunning(place);
  if (process == nullptr) return;
  const size_t barrier = judge_.BeginBarrier(place);
  Say(absl::StrCat("barrier ", barrier, " in partition ", place.partition, " at ", process->name()));
  process->engine().Barrier(place.partition, [this, barrier, life = process->life()](const absl::StatusOr<Watermark>& watermark) {
    if (life->ended() || !watermark.ok()) return;
    Say(absl::StrCat("barrier ", barrier, " stands at ", watermark->next_idx));
    ++barriers_;
    judge_.EndBarrier(barrier, *watermark);
  });
}

void Simulation::RunTask() {
  const size_t first = environment_.Below(processes_.size());
  for (size_t i = 0; i < processes_.size(); ++i) {
    Process& process = *processes_[(first + i) % processes_.size()];
    if (process.paused() || !process.RunTask()) continue;
    Say(absl::StrCat(process.name(), " works"));
    return;
  }
}

void Simulation::PollImports() {
  Process* process = RandomRunning({environment_.Below(kContexts), static_cast<uint32_t>(environment_.Below(kPartitions))});
  if (process == nullptr || process->paused()) return;
  if (process->PollImports()) Say(absl::StrCat(process->name(), " reads the other log"));
}

void Simulation::Follow() {
  Process& process = *processes_[environment_.Below(processes_.size())];
  if (process.paused() || !process.Follow()) return;
  Say(absl::StrCat(process.name(), " follows"));
}

void Simulation::PassTime() {
  const bool long_time = environment_.Draw(0.1);
  environment_.now += absl::Milliseconds(static_cast<int64_t>(1 + environment_.Below(long_time ? 5000 : 60)));
  for (const auto& process : processes_) {
    if (!process->paused()) process->FireTimers();
  }
}

void Simulation::PauseOrResume() {
  Process& process = *processes_[environment_.Below(processes_.size())];
  if (!process.running()) return;
  process.set_paused(!process.paused());
  Say(absl::StrCat(process.name(), process.paused() ? " is paused" : " goes on"));
}

void Simulation::Kill() {
  Process& process = *processes_[environment_.Below(processes_.size())];
  if (process.running()) End(process);
}

void Simulation::ShutDown() {
  Process& process = *processes_[environment_.Below(processes_.size())];
  if (!process.running() || process.shutting_down()) return;
  Say(absl::StrCat(process.name(), " is asked to end"));
  process.ShutDown();
}

void Simulation::StartOne() {
  Process& process = *processes_[environment_.Below(processes_.size())];
  if (!process.running()) Start(process, environment_.Draw(0.2));
}

void Simulation::PollView() {
  if (environment_.Draw(0.15)) {
    view_.Crash();
  } else if (environment_.Draw(0.3)) {
    view_.Store();
  } else if (const absl::Status polled = view_.Poll(environment_.Below(kContexts)); !polled.ok()) {
    judge_.Violated(absl::StrCat("a view cannot go on: ", polled.ToString()));
  }
}

void Simulation::ChangeWeather() {
  const auto draw = [&](double scale) {
    static constexpr double kLevels[] = {0, 0, 0.02, 0.05, 0.2};
    return scale * kLevels[environment_.Below(5)];
  };
  environment_.weather = {draw(0.1), draw(0.05), draw(1), draw(1), draw(3)};
  MemoryLogFaults faults;
  faults.lose_ack = draw(1);
  faults.lose_record = draw(1);
  faults.delay_record = draw(1);
  faults.copy_late = draw(3);
  faults.lose_race = draw(1);
  faults.lose_claim_ack = draw(1);
  faults.refuse = draw(0.5);
  faults.not_safe = draw(0.5);
  faults.lose_reader = draw(1);
  faults.outlive = draw(4);
  faults.claim_behind = draw(4);
  environment_.logs.set_faults(faults);
}

// --- the processes ---

void Simulation::WatchOver() {
  judge_.Look();
  for (const auto& process : processes_) {
    if (const std::string defect = process->Defect(); !defect.empty()) judge_.Violated(defect);
    if (process->Reap()) {
      ++kills_;
      Say(absl::StrCat(process->name(), " has ended"));
      CheckStoreOf(*process);
    } else if (!resting_ && process->NeedsRestart() && environment_.Draw(0.2)) {
      End(*process);
    }
  }
}

void Simulation::Start(Process& process, bool with_empty_store) {
  const absl::Status started = process.Start(with_empty_store);
  Say(absl::StrCat(process.name(), with_empty_store ? " starts anew: " : " starts: ", absl::StatusCodeToString(started.code())));
  asked_.clear();
  if (started.ok() || absl::IsAborted(started) || absl::IsUnavailable(started)) return;
  judge_.Violated(absl::StrCat(process.name(), " cannot start: ", started.ToString()));
}

void Simulation::End(Process& process) {
  Say(absl::StrCat(process.name(), " is killed"));
  ++kills_;
  process.Kill();
  CheckStoreOf(process);
}

void Simulation::CheckStoreOf(Process& process) {
  judge_.Look();
  if (const absl::Status checked = CheckStore(environment_, judge_, process); !checked.ok()) {
    judge_.Violated(absl::StrCat("the stream store of ", process.name(), ": ", checked.ToString()));
  }
}

Process* Simulation::RandomRunning(Place place) {
  const size_t first = environment_.Below(kProcesses);
  for (size_t i = 0; i < kProcesses; ++i) {
    Process& process = *processes_[place.context * kProcesses + (first + i) % kProcesses];
    // Mostly one that serves, as far as it knows.
    if (process.running() && (process.Serves(place.partition) || environment_.Draw(0.2))) return &process;
  }
  return nullptr;
}

void Simulation::Call(Process& process, size_t operation, bool patient) {
  const size_t call = judge_.BeginCall(operation);
  ++calls_;
  Say(absl::StrCat("call ", call, " of operation ", operation, " to ", process.name()));
  CommandRequest request = judge_.operations()[operation].request;
  if (patient) request.deadline = absl::InfiniteFuture();
  Ask(process, operation, call, request, {});
}

void Simulation::Ask(Process& process, size_t operation, size_t call, const CommandRequest& request, Asked asked) {
  asked.processes.insert(&process);
  const size_t context = process.context();
  process.engine().Execute(request, [this, operation, call, request, context, asked = std::move(asked),
                                     life = process.life()](absl::StatusOr<CommandAnswer> answer) mutable {
    if (life->ended()) return;
    asked.unknown_fate = asked.unknown_fate || IsUnknownFate(answer.status());
    Process* next = IsNotOwner(answer.status()) ? NextToAsk(context, asked.processes) : nullptr;
    if (next == nullptr) {
      if (!answer.ok() && asked.unknown_fate) answer = RefusalAfterUnknownFate(answer.status());
      return OnAnswer(operation, call, answer);
    }
    Say(absl::StrCat("call ", call, " goes on to ", next->name()));
    Ask(*next, operation, call, request, asked);
  });
}

Process* Simulation::NextToAsk(size_t context, const std::set<Process*>& asked) {
  for (size_t i = 0; i < kProcesses; ++i) {
    Process* process = processes_[context * kProcesses + i].get();
    if (process->running() && asked.count(process) == 0) return process;
  }
  return nullptr;
}

void Simulation::OnAnswer(size_t operation, size_t call, const absl::StatusOr<CommandAnswer>& answer) {
  asked_.erase(operation);
  if (environment_.Draw(environment_.weather.answer_lost)) {
    Say(absl::StrCat("the answer to call ", call, " is lost"));
    return judge_.LoseCall(call);
  }
  Say(answer.ok()
          ? absl::StrCat("call ", call, ": OK at ", answer->token.idx, ", version ", answer->stream_version)
          // Without its payloads, whose order is any.
          : absl::StrCat("call ", call, ": ", absl::StatusCodeToString(answer.status().code()), ": ", answer.status().message()));
  judge_.EndCall(call, answer);
  const bool definite = answer.ok() || (!absl::IsUnavailable(answer.status()) && !absl::IsDeadlineExceeded(answer.status()) &&
                                        !absl::IsResourceExhausted(answer.status()));
  if (resting_ && definite) settled_.insert(operation);
}

// --- the end ---

void Simulation::ComeToRest() {
  Say("everything comes to rest");
  resting_ = true;
  environment_.weather = {};
  environment_.logs.set_faults({});
  if (environment_.Draw(0.5)) environment_.logs.LandDelayed();
  GiveSomeUp();
  for (size_t c = 0; c < kContexts; ++c) {
    keepers_[c] = processes_[c * kProcesses + environment_.Below(kProcesses)].get();
    for (size_t i = 0; i < kProcesses; ++i) {
      Process& process = *processes_[c * kProcesses + i];
      process.set_paused(false);
      if (&process != keepers_[c] && process.running() && !moving()) End(process);
    }
    if (keepers_[c]->running() && environment_.Draw(0.3)) End(*keepers_[c]);
    if (moving()) moves_.HandAllTo(*keepers_[c]);
  }
  RoundsUntilQuiet();
}

void Simulation::RoundsUntilQuiet() {
  for (int round = 0; round < kMostRounds && judge_.violation().empty(); ++round) {
    if (!Round()) return;
  }
  judge_.Violated("it does not come to rest");
}

// Some clients take a refusal for the last word: what they asked for must not be recorded then.
void Simulation::GiveSomeUp() {
  for (size_t i = 0; i < judge_.operations().size(); ++i) {
    const Operation& operation = judge_.operations()[i];
    const bool refused = !operation.done.has_value() && !operation.unknown && operation.open == 0 && operation.calls > 0;
    if (refused && environment_.Draw(0.5)) settled_.insert(i);
  }
}

// True if something was done, or somebody waits.
bool Simulation::Round() {
  ++environment_.step;
  EnsureRunning();
  moves_.GoOn();
  bool busy = false;
  for (const auto& process : processes_) {
    while (process->RunTask()) busy = true;
    if (process->PollImports()) busy = true;
    if (process->Follow()) busy = true;
  }
  if (environment_.logs.Pump() > 0) busy = true;
  for (size_t i = 0; i < judge_.operations().size(); ++i) {
    Process* keeper = keepers_[judge_.operations()[i].place.context];
    if (settled_.contains(i) || !keeper->running()) continue;
    busy = true;
    if (asked_.insert(i).second) Call(*keeper, i, /*patient=*/true);
  }
  environment_.now += absl::Seconds(1);
  for (const auto& process : processes_) process->FireTimers();
  WatchOver();
  return busy;
}

void Simulation::EnsureRunning() {
  for (const auto& process : processes_) {
    if (!moving() && process.get() != keepers_[process->context()]) continue;
    if (process->NeedsRestart() || process->shutting_down()) End(*process);
    if (!process->running()) Start(*process, /*with_empty_store=*/false);
  }
}

// Whoever has followed to the end needs nothing but the claim.
void Simulation::TakeOverWithoutReplay() {
  Say("others take over");
  const auto replayed = [this](size_t context, uint32_t partition) {
    return keepers_[context]->engine().partition_status(partition).replayed;
  };
  std::array<std::array<uint64_t, kPartitions>, kContexts> before{};
  for (size_t c = 0; c < kContexts; ++c) {
    const size_t now = static_cast<size_t>(
        std::find_if(processes_.begin(), processes_.end(), [&](const auto& process) { return process.get() == keepers_[c]; }) -
        processes_.begin());
    keepers_[c] = processes_[c * kProcesses + (now + 1) % kProcesses].get();
    for (uint32_t p = 0; p < kPartitions; ++p) before[c][p] = replayed(c, p);
    moves_.HandAllTo(*keepers_[c]);
  }
  const auto all_serve = [this] {
    for (uint32_t p = 0; p < kPartitions; ++p) {
      if (!keepers_[kNotes]->Serves(p) || !keepers_[kConsents]->Serves(p)) return false;
    }
    return true;
  };
  for (int round = 0; round < kMostRounds && !all_serve(); ++round) Round();
  for (size_t c = 0; c < kContexts; ++c) {
    for (uint32_t p = 0; p < kPartitions; ++p) {
      if (!keepers_[c]->Serves(p)) judge_.Violated(absl::StrCat(keepers_[c]->name(), " cannot take partition ", p, " over"));
      if (replayed(c, p) == before[c][p]) continue;
      judge_.Violated(absl::StrCat(keepers_[c]->name(), " has followed partition ", p, " and folds ", replayed(c, p) - before[c][p],
                                   " records when it takes over"));
    }
  }
}

// A process that knows nothing but the log must give the same answers.
void Simulation::AskAFreshProcess() {
  Say("processes with empty stores are asked");
  environment_.logs.LandDelayed();
  settled_.clear();
  for (size_t c = 0; c < kContexts; ++c) {
    End(*keepers_[c]);
    keepers_[c] = processes_[c * kProcesses + environment_.Below(kProcesses)].get();
    Start(*keepers_[c], /*with_empty_store=*/true);
    if (moving()) moves_.HandAllTo(*keepers_[c]);
  }
  for (size_t i = 0; i < judge_.operations().size(); ++i) {
    if (!judge_.operations()[i].done.has_value()) settled_.insert(i);
  }
  RoundsUntilQuiet();
}

void Simulation::CheckEverything() {
  HistoryCheck history(judge_);
  history.Run();
  for (const auto& process : processes_) CheckStoreOf(*process);
  if (const absl::Status compared = view_.CompareWithReplay(); !compared.ok()) judge_.Violated(compared.ToString());
  for (size_t c = 0; c < kContexts; ++c) {
    for (uint32_t p = 0; p < kPartitions; ++p) {
      std::vector<std::string> leaves;
      for (const ReferenceFold::Valid& valid : judge_.truth({c, p}).valid()) leaves.push_back(valid.leaf);
      if (view_.Chain(c, p) != LiveView::ChainOver(leaves)) judge_.Violated("the view shows another history");
      Say(absl::StrCat("log ", c, ", partition ", p, ": ", leaves.size(), " of ", judge_.truth({c, p}).size()));
    }
  }
}

}  // namespace

SimulationResult Simulate(uint64_t seed, size_t trace_lines, Ownership ownership) {
  return Simulation(seed, ownership, trace_lines).Run();
}

}  // namespace sip

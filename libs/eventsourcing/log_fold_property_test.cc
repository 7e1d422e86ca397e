// The fold over random schedules: several writers that take over from each other, go on when they are fenced, lose records on the
// way and race for the claim; and anything that once lay in the log comes again.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/testing/log_records.h"

namespace sip {
namespace {

enum class Action : uint8_t { kTakeOver, kSend, kLand, kLose, kCopy };

struct Move {
  Action action = Action::kSend;
  uint32_t choice = 0;  // Of a writer, or of the record to copy.
};

// The fold of a whole log: final state and the leaves of the valid commands.
struct History {
  FoldState state;
  std::vector<std::string> leaves;
};

absl::StatusOr<History> FoldAll(const std::vector<Record>& log) {
  LogFold fold({TestId("log"), 0});
  History history;
  for (const Record& record : log) {
    std::string leaf;
    const absl::StatusOr<Verdict> verdict = fold.Step(ViewOf(record), nullptr, &leaf);
    if (!verdict.ok()) return verdict.status();
    if (*verdict == Verdict::kValid) history.leaves.push_back(leaf);
  }
  history.state = fold.state();
  return history;
}

// A node that wants to own the partition, as §4 of the design has it.
class Writer {
 public:
  Writer(int number, const std::vector<Record>& log) : name_(absl::StrCat("writer ", number)), local_({TestId("log"), 0}) {
    RC_ASSERT(ReadTo(log).ok());
    in_flight_.push_back(MakeClaim(local_.state(), name_));
  }

  bool idle() const { return in_flight_.empty(); }
  void Send() {
    if (!serving_) return;
    const Record record = NextCommand(ahead_->state(), absl::StrCat(name_, ":", sent_++));
    RC_ASSERT(ahead_->Step(ViewOf(record)).value() == Verdict::kValid);
    in_flight_.push_back(record);
  }
  // The next record reaches the log's end, and the writer learns of it: the leaf is acknowledged, or it gives up.
  void Land(std::vector<Record>& log, std::vector<std::pair<uint64_t, std::string>>& acknowledged) {
    log.push_back(in_flight_.front());
    in_flight_.pop_front();
    const absl::StatusOr<Verdict> verdict = ReadTo(log);
    if (!serving_ && !gave_up_) {
      serving_ = verdict.value() == Verdict::kClaim;
      gave_up_ = !serving_;
      if (serving_) ahead_ = local_;
    } else if (verdict.value() == Verdict::kValid && !gave_up_) {
      acknowledged.emplace_back(local_.state().next_idx - 1, local_.state().head);
    } else {
      gave_up_ = true;
      serving_ = false;
    }
  }
  void Lose() { in_flight_.pop_front(); }

 private:
  // Folds what it has not seen; the verdict on the last record.
  absl::StatusOr<Verdict> ReadTo(const std::vector<Record>& log) {
    absl::StatusOr<Verdict> verdict = Verdict::kVoidCopy;
    for (; seen_ < log.size() && verdict.ok(); ++seen_) verdict = local_.Step(ViewOf(log[seen_]));
    RC_ASSERT(verdict.ok());
    return verdict;
  }

  std::string name_;
  LogFold local_;
  std::optional<LogFold> ahead_;  // With what is in flight.
  std::deque<Record> in_flight_;
  size_t seen_ = 0;
  int sent_ = 0;
  bool serving_ = false;
  bool gave_up_ = false;
};

struct Played {
  std::vector<Record> log;
  std::vector<std::pair<uint64_t, std::string>> acknowledged;  // Place and leaf.
};

Played Play(const std::vector<Move>& moves) {
  Played played;
  played.log.push_back(MakeGenesis());
  std::vector<Writer> writers;
  for (const Move& move : moves) {
    if (move.action == Action::kTakeOver || writers.empty()) {
      writers.emplace_back(static_cast<int>(writers.size()), played.log);
      continue;
    }
    // Mostly one of the three latest, so that claims come to serve.
    const size_t recent = std::min<size_t>(writers.size(), 3);
    Writer& writer = writers[writers.size() - 1 - move.choice % recent];
    if (move.action == Action::kSend) writer.Send();
    if (move.action == Action::kLand && !writer.idle()) writer.Land(played.log, played.acknowledged);
    if (move.action == Action::kLose && !writer.idle()) writer.Lose();
    if (move.action == Action::kCopy) played.log.push_back(Record(played.log[move.choice % played.log.size()]));
  }
  return played;
}

rc::Gen<std::vector<Move>> Schedules() {
  const auto action = rc::gen::weightedElement<Action>(
      {{2, Action::kTakeOver}, {18, Action::kSend}, {22, Action::kLand}, {1, Action::kLose}, {3, Action::kCopy}});
  const auto move = rc::gen::map(rc::gen::pair(action, rc::gen::inRange<uint32_t>(0, 1000)), [](std::pair<Action, uint32_t> drawn) {
    return Move{drawn.first, drawn.second};
  });
  return rc::gen::scale(6.0, rc::gen::container<std::vector<Move>>(move));
}

RC_GTEST_PROP(LogFoldProperty, NoScheduleStopsTheFoldAndEveryAcknowledgedCommandStaysInItsPlace, ()) {
  const Played played = Play(*rc::gen::noShrink(Schedules()));
  const auto history = FoldAll(played.log);
  RC_ASSERT(history.ok());
  RC_ASSERT(history->leaves.size() == history->state.next_idx);
  for (const auto& [idx, leaf] : played.acknowledged) {
    RC_ASSERT(idx < history->leaves.size());
    RC_ASSERT(history->leaves[idx] == leaf);
  }
  RC_CLASSIFY(history->leaves.size() >= 10, "ten commands or more");
  RC_CLASSIFY(!history->state.lost.ids().empty(), "a lost race");
}

RC_GTEST_PROP(LogFoldProperty, ReplayingAnySuffixChangesNothing, ()) {
  std::vector<Record> log = Play(*rc::gen::noShrink(Schedules())).log;
  const auto before = FoldAll(log);
  const auto start = static_cast<std::ptrdiff_t>(*rc::gen::inRange<size_t>(0, log.size()));
  const std::vector<Record> suffix(log.begin() + start, log.end());
  log.insert(log.end(), suffix.begin(), suffix.end());
  const auto after = FoldAll(log);
  RC_ASSERT(before.ok() && after.ok());
  RC_ASSERT(after->state == before->state);
  RC_ASSERT(after->leaves == before->leaves);
}

RC_GTEST_PROP(LogFoldProperty, AMirrorThatRepeatsItselfHoldsTheSameHistory, ()) {
  const std::vector<Record> log = Play(*rc::gen::noShrink(Schedules())).log;
  std::vector<Record> mirror;
  for (size_t i = 0; i < log.size(); ++i) {
    mirror.push_back(log[i]);
    // It begins again some records back.
    const size_t back = *rc::gen::weightedOneOf<size_t>({{5, rc::gen::just<size_t>(0)}, {1, rc::gen::inRange<size_t>(1, 8)}});
    for (size_t j = i + 1 - std::min(back, i + 1); j <= i; ++j) mirror.push_back(log[j]);
  }
  const auto original = FoldAll(log);
  const auto mirrored = FoldAll(mirror);
  RC_ASSERT(original.ok() && mirrored.ok());
  RC_ASSERT(mirrored->state == original->state);
  RC_ASSERT(mirrored->leaves == original->leaves);
}

RC_GTEST_PROP(LogFoldProperty, ALateCopyOfAnyRecordIsVoidAtOnce, ()) {
  const std::vector<Record> log = Play(*rc::gen::noShrink(Schedules())).log;
  LogFold fold({TestId("log"), 0});
  for (size_t i = 0; i < log.size(); ++i) {
    RC_ASSERT(fold.Step(ViewOf(log[i])).ok());
    LogFold again = fold;
    const auto verdict = again.Step(ViewOf(log[*rc::gen::inRange<size_t>(0, i + 1)]));
    RC_ASSERT(verdict.ok());
    RC_ASSERT(*verdict == Verdict::kVoidCopy || *verdict == Verdict::kVoidStale);
    RC_ASSERT(again.state() == fold.state());
  }
}

RC_GTEST_PROP(LogFoldProperty, ATruncatedTailThatIsWrittenAnewStopsWhoHadReadIt, ()) {
  const std::vector<Record> log = Play(*rc::gen::noShrink(Schedules())).log;
  const auto cut = static_cast<std::ptrdiff_t>(*rc::gen::inRange<size_t>(1, log.size() + 1));
  const std::vector<Record> kept(log.begin(), log.begin() + cut);
  const auto reader = FoldAll(log);
  const auto owner = FoldAll(kept);
  RC_ASSERT(reader.ok() && owner.ok());
  RC_PRE(owner->leaves.size() < reader->leaves.size());
  LogFold after_loss({TestId("log"), 0}, owner->state);
  LogFold reading({TestId("log"), 0}, reader->state);
  const Record claim = MakeClaim(after_loss.state(), "after the loss");
  RC_ASSERT(after_loss.Step(ViewOf(claim)).ok());
  RC_ASSERT(reading.Step(ViewOf(claim)).ok());
  const Record command = NextCommand(after_loss.state(), "after the loss");
  RC_ASSERT(after_loss.Step(ViewOf(command)).value() == Verdict::kValid);
  RC_ASSERT(reading.Step(ViewOf(command)).status().code() == absl::StatusCode::kDataLoss);
}

RC_GTEST_PROP(LogFoldProperty, AFoldFromACheckpointEqualsTheFoldFromTheStart, ()) {
  const std::vector<Record> log = Play(*rc::gen::noShrink(Schedules())).log;
  const auto stop = static_cast<std::ptrdiff_t>(*rc::gen::inRange<size_t>(0, log.size() + 1));
  const auto until = FoldAll(std::vector<Record>(log.begin(), log.begin() + stop));
  RC_ASSERT(until.ok());
  const auto restored = DecodeFoldState(EncodeFoldState(until->state));
  RC_ASSERT(restored.ok());
  LogFold fold({TestId("log"), 0}, *restored);
  for (size_t i = static_cast<size_t>(stop); i < log.size(); ++i) RC_ASSERT(fold.Step(ViewOf(log[i])).ok());
  RC_ASSERT(fold.state() == FoldAll(log)->state);
  RC_ASSERT(EncodeFoldState(fold.state()) == EncodeFoldState(FoldAll(log)->state));
}

}  // namespace
}  // namespace sip

// Any sequence of records, most of them nearly right: the fold never crashes, changes nothing when it stops, has the same state
// after its stored form, and folds everything once more without a change.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/check.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/testing/log_records.h"

namespace sip {
namespace {

// Draws small numbers from the fuzzer's bytes.
class Dice {
 public:
  Dice(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  bool empty() const { return size_ == 0; }
  uint8_t Below(uint8_t limit) {
    if (size_ == 0) return 0;
    --size_;
    return static_cast<uint8_t>(*data_++ % limit);
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

log::v1::CommandHeader AnyCommand(const FoldState& state, Dice& dice) {
  log::v1::CommandHeader header = NextCommandHeader(state, std::string(1, static_cast<char>(dice.Below(4))));
  if (dice.Below(4) == 0) header.set_idx(state.next_idx + dice.Below(4) - dice.Below(4));
  if (dice.Below(4) == 0) header.set_claim_id(TestId(std::string(1, static_cast<char>('a' + dice.Below(8)))));
  if (dice.Below(8) == 0) header.set_prev(std::string(32, 'x'));
  if (dice.Below(8) == 0) header.mutable_recorded_at()->set_seconds(1'700'000'000 + dice.Below(16));
  if (dice.Below(8) == 0) header.set_partition(dice.Below(2));
  if (dice.Below(4) == 0) {
    header.mutable_imports()->set_log_id(TestId(std::string(1, static_cast<char>(dice.Below(2)))));
    header.mutable_imports()->set_idx(dice.Below(8));
    header.mutable_imports()->set_leaf(std::string(32, 'l'));
  }
  return header;
}

Record AnyRecord(const FoldState& state, const std::vector<Record>& log, Dice& dice) {
  const std::string name(1, static_cast<char>('a' + dice.Below(8)));
  switch (dice.Below(8)) {
    case 0:
      return log.empty() ? MakeGenesis() : Record(log[dice.Below(255) % log.size()]);
    case 1:
      return MakeClaim(state, name);
    case 2:
      return MakeClaim(TestClaimHeader(state, name, TestId(std::string(1, static_cast<char>('a' + dice.Below(8))))));
    case 3:
      return {static_cast<RecordKind>(dice.Below(5)), std::string(dice.Below(4), static_cast<char>(dice.Below(255))), ""};
    default:
      return MakeCommand(AnyCommand(state, dice), "");
  }
}

void Fuzz(Dice dice) {
  LogFold fold({TestId("log"), 0});
  std::vector<Record> log;
  SIP_CHECK(fold.Step(ViewOf(log.emplace_back(MakeGenesis()))).ok());
  while (!dice.empty()) {
    Record record = AnyRecord(fold.state(), log, dice);
    const FoldState before = fold.state();
    const absl::StatusOr<Verdict> verdict = fold.Step(ViewOf(record));
    if (!verdict.ok()) {
      SIP_CHECK(verdict.status().code() == absl::StatusCode::kDataLoss || verdict.status().code() == absl::StatusCode::kInternal);
      SIP_CHECK(fold.state() == before);
      continue;
    }
    log.push_back(std::move(record));
  }
  SIP_CHECK(DecodeFoldState(EncodeFoldState(fold.state())).value() == fold.state());
  LogFold again({TestId("log"), 0});
  for (const Record& record : log) SIP_CHECK(again.Step(ViewOf(record)).ok());
  SIP_CHECK(again.state() == fold.state());
  for (const Record& record : log) {
    const Verdict verdict = again.Step(ViewOf(record)).value();
    SIP_CHECK(verdict == Verdict::kVoidCopy || verdict == Verdict::kVoidStale);
  }
  SIP_CHECK(again.state() == fold.state());
}

}  // namespace
}  // namespace sip

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sip::Fuzz(sip::Dice(data, size));
  return 0;
}

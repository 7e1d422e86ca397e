#include "libs/log_memory/memory_log.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "absl/strings/str_cat.h"
#include "libs/testing/log_records.h"

namespace sip {
namespace {

constexpr char kLog[] = "sip.test";

absl::Status Ignore(const ValidRecordPtr&) { return absl::OkStatus(); }

// What an owner does, keeping every report.
class Owner {
 public:
  explicit Owner(std::unique_ptr<LogSession> session)
      : session_(std::move(session)), ahead_({session_->claimed().fold.log_id, 0}, session_->claimed().fold) {}

  absl::Status Append(absl::string_view payload) {
    const Record record = NextCommand(ahead_.state(), payload);
    const std::string leaf = LeafOf(record.kind, record.header);
    const uint64_t idx = ahead_.state().next_idx;
    absl::Status status = session_->Append(Prepared(record), [this, leaf, idx](AppendReport report) {
      outcomes_.push_back(report.outcome);
      if (report.outcome == AppendOutcome::kDurable) acknowledged_.emplace_back(idx, leaf);
    });
    if (!status.ok()) return status;
    EXPECT_EQ(ahead_.Step(ViewOf(record)).value(), Verdict::kValid);
    return status;
  }
  void Destroy() { session_.reset(); }
  const std::vector<AppendOutcome>& outcomes() const { return outcomes_; }
  const std::vector<std::pair<uint64_t, std::string>>& acknowledged() const { return acknowledged_; }

 private:
  std::vector<AppendOutcome> outcomes_;
  std::vector<std::pair<uint64_t, std::string>> acknowledged_;
  std::unique_ptr<LogSession> session_;
  LogFold ahead_;
};

class MemoryLogTest : public testing::Test {
 protected:
  std::unique_ptr<Owner> Claim() {
    auto session = store_.log(kLog)->Claim(0, {}, {}, Ignore);
    EXPECT_TRUE(session.ok()) << session.status();
    return std::make_unique<Owner>(*std::move(session));
  }
  uint64_t End() {
    uint64_t next_idx = 0;
    store_.log(kLog)->End(0, [&](absl::StatusOr<LogEnd> end) { next_idx = end.value().next_idx; });
    return next_idx;
  }
  size_t Lying() { return store_.Records(kLog, 0).size(); }

  MemoryLogStore store_{{.logs = {{kLog, 1}}}};
};

using Outcomes = std::vector<AppendOutcome>;

TEST_F(MemoryLogTest, ThereIsNoOtherLog) { EXPECT_EQ(store_.log("sip.other"), nullptr); }

TEST_F(MemoryLogTest, ALostAcknowledgementIsUnknownAndDurable) {
  const auto owner = Claim();
  store_.set_faults({.lose_ack = 1});
  ASSERT_TRUE(owner->Append("0").ok());
  EXPECT_EQ(owner->outcomes(), Outcomes{AppendOutcome::kUnknown});
  EXPECT_EQ(End(), 1u);
  EXPECT_EQ(owner->Append("1").code(), absl::StatusCode::kUnavailable);
}

TEST_F(MemoryLogTest, ALostRecordIsUnknownAndNowhere) {
  const auto owner = Claim();
  store_.set_faults({.lose_record = 1});
  ASSERT_TRUE(owner->Append("0").ok());
  EXPECT_EQ(owner->outcomes(), Outcomes{AppendOutcome::kUnknown});
  EXPECT_EQ(Lying(), 2u);
}

TEST_F(MemoryLogTest, ADelayedRecordComesLaterAndDoesNoHarm) {
  const auto owner = Claim();
  store_.set_faults({.delay_record = 1});
  ASSERT_TRUE(owner->Append("late").ok());
  EXPECT_EQ(owner->outcomes(), Outcomes{AppendOutcome::kUnknown});
  EXPECT_EQ(Lying(), 2u);
  store_.set_faults({});
  const auto next = Claim();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(next->Append(absl::StrCat(i)).ok());
  EXPECT_EQ(Lying(), 2u + 1 + 20 + 1);
  EXPECT_EQ(End(), 20u);
  EXPECT_EQ(next->acknowledged().size(), 20u);
}

TEST_F(MemoryLogTest, LateCopiesLeaveTheHistoryAsItIs) {
  const auto owner = Claim();
  store_.set_faults({.copy_late = 1});
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(owner->Append(absl::StrCat(i)).ok());
  EXPECT_EQ(Lying(), 2u + 20);
  EXPECT_EQ(End(), 10u);
}

TEST_F(MemoryLogTest, AClaimCanLoseTheRace) {
  store_.set_faults({.lose_race = 1});
  EXPECT_EQ(store_.log(kLog)->Claim(0, {}, {}, Ignore).status().code(), absl::StatusCode::kAborted);
  store_.set_faults({});
  EXPECT_TRUE(Claim()->Append("0").ok());
}

TEST_F(MemoryLogTest, AClaimCanBeInTheLogWithoutItsNodeKnowing) {
  store_.set_faults({.lose_claim_ack = 1});
  EXPECT_EQ(store_.log(kLog)->Claim(0, {}, {}, Ignore).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Lying(), 2u);
  store_.set_faults({});
  EXPECT_TRUE(Claim()->Append("0").ok());
}

TEST_F(MemoryLogTest, ATruncatedLogStopsWhoHadReadIt) {
  const auto owner = Claim();
  ASSERT_TRUE(owner->Append("0").ok());
  auto tail = store_.log(kLog)->Tail({{0, {}}});
  ASSERT_TRUE(tail.ok());
  const auto batch = (*tail)->Read(100, absl::ZeroDuration());
  ASSERT_TRUE(batch.ok());
  store_.Truncate(kLog, 0, 1);
  EXPECT_EQ(End(), 0u);
  EXPECT_EQ((*tail)->Read(100, absl::ZeroDuration()).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(store_.log(kLog)->Tail({{0, batch->progress[0].checkpoint}}).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(owner->Append("1").code(), absl::StatusCode::kUnavailable);
}

TEST_F(MemoryLogTest, AnInjectedStrangerStopsThePartition) {
  const auto owner = Claim();
  store_.Inject(kLog, 0, {RecordKind::kCommand, "garbage", ""});
  ASSERT_TRUE(owner->Append("0").ok());
  EXPECT_EQ(owner->outcomes(), Outcomes{AppendOutcome::kUnknown});
  EXPECT_EQ(store_.log(kLog)->Claim(0, {}, {}, Ignore).status().code(), absl::StatusCode::kDataLoss);
}

class ManualMemoryLogTest : public MemoryLogTest {
 protected:
  ManualMemoryLogTest() : store_({.logs = {{kLog, 2}}, .seed = 3, .manual = true}) {}
  std::unique_ptr<Owner> Claim() {
    auto session = store_.log(kLog)->Claim(0, {}, {}, Ignore);
    EXPECT_TRUE(session.ok()) << session.status();
    return std::make_unique<Owner>(*std::move(session));
  }

  MemoryLogStore store_;
};

TEST_F(ManualMemoryLogTest, NothingIsDurableUntilPumped) {
  const auto owner = Claim();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(owner->Append(absl::StrCat(i)).ok());
  EXPECT_EQ(store_.on_the_way(), 3u);
  EXPECT_TRUE(owner->outcomes().empty());
  EXPECT_EQ(store_.Pump(1), 1u);
  EXPECT_EQ(owner->acknowledged().size(), 1u);
  EXPECT_EQ(store_.Pump(), 2u);
  EXPECT_EQ(owner->acknowledged().size(), 3u);
  EXPECT_EQ(store_.Pump(), 0u);
}

TEST_F(ManualMemoryLogTest, WhatIsOnTheWayWhenAnotherClaimsIsFenced) {
  const auto zombie = Claim();
  ASSERT_TRUE(zombie->Append("0").ok());
  const auto owner = Claim();
  ASSERT_TRUE(owner->Append("0").ok());
  store_.Pump();
  EXPECT_EQ(zombie->outcomes(), Outcomes{AppendOutcome::kFenced});
  EXPECT_EQ(owner->outcomes(), Outcomes{AppendOutcome::kDurable});
  EXPECT_EQ(zombie->Append("1").code(), absl::StatusCode::kAborted);
}

TEST_F(ManualMemoryLogTest, ACrashLandsAPrefixAndReportsNothing) {
  const auto owner = Claim();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(owner->Append(absl::StrCat(i)).ok());
  const auto tail = store_.log(kLog)->Tail({{0, {}}});
  ASSERT_TRUE(tail.ok());
  store_.Crash();
  EXPECT_EQ(store_.on_the_way(), 0u);
  EXPECT_TRUE(owner->outcomes().empty());
  EXPECT_EQ((*tail)->Read(10, absl::ZeroDuration()).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(owner->Append("20").code(), absl::StatusCode::kUnavailable);
  owner->Destroy();
  EXPECT_EQ(owner->outcomes(), Outcomes(20, AppendOutcome::kUnknown));
  const auto next = Claim();
  ASSERT_TRUE(next->Append("next").ok());
  EXPECT_EQ(store_.Pump(), 1u);
  EXPECT_EQ(next->outcomes(), Outcomes{AppendOutcome::kDurable});
}

TEST_F(ManualMemoryLogTest, WhatWasOnTheWayCanOutliveItsSession) {
  auto owner = Claim();
  ASSERT_TRUE(owner->Append("0").ok());
  ASSERT_TRUE(owner->Append("1").ok());
  store_.set_faults({.outlive = 1});
  owner->Destroy();
  EXPECT_EQ(owner->outcomes(), Outcomes(2, AppendOutcome::kUnknown));
  EXPECT_EQ(store_.Records(kLog, 0).size(), 2u);
  EXPECT_EQ(store_.LandDelayed(1), 1u);
  const auto next = Claim();
  ASSERT_TRUE(next->Append("next").ok());
  EXPECT_EQ(store_.LandDelayed(), 1u);
  EXPECT_EQ(store_.LandDelayed(), 0u);
  store_.Pump();
  EXPECT_EQ(next->acknowledged().size(), 1u) << "the late one was stale";
  EXPECT_EQ(next->acknowledged()[0].first, 1u) << "the first one was there before the claim";
  EXPECT_EQ(store_.Records(kLog, 0, 2).size(), 4u);
}

TEST_F(ManualMemoryLogTest, WhatLandsBetweenReadingAndClaimIsInTheHistoryOfTheClaimant) {
  bool behind = false;
  for (int i = 0; i < 20 && !behind; ++i) {
    const auto owner = Claim();
    ASSERT_TRUE(owner->Append(absl::StrCat(i)).ok());
    store_.set_faults({.claim_behind = 1});
    const auto next = Claim();
    store_.set_faults({});
    behind = !owner->acknowledged().empty();
    const size_t place = owner->acknowledged().size();
    ASSERT_TRUE(next->Append("next").ok());
    store_.Pump();
    ASSERT_EQ(next->acknowledged().size(), 1u);
    if (behind) {
      EXPECT_EQ(next->acknowledged()[0].first, owner->acknowledged()[0].first + place);
    }
  }
  EXPECT_TRUE(behind);
}

TEST_F(ManualMemoryLogTest, TheQueueHasALimit) {
  MemoryLogStore small({.logs = {{kLog, 1}}, .manual = true, .queue_records = 2});
  Owner owner(small.log(kLog)->Claim(0, {}, {}, Ignore).value());
  EXPECT_TRUE(owner.Append("0").ok());
  EXPECT_TRUE(owner.Append("1").ok());
  EXPECT_EQ(owner.Append("2").code(), absl::StatusCode::kResourceExhausted);
  small.Pump(1);
  EXPECT_TRUE(owner.Append("2").ok());
}

// --- simulation ---

struct Simulated {
  std::vector<Record> records;
  std::vector<std::pair<uint64_t, std::string>> acknowledged;
};

// Several owners in turn, old ones going on, under all faults at once.
Simulated Simulate(uint64_t seed, const std::vector<uint8_t>& moves) {
  MemoryLogStore store({.logs = {{kLog, 1}}, .seed = seed, .manual = true});
  store.set_faults({.lose_ack = 0.05,
                    .lose_record = 0.05,
                    .delay_record = 0.05,
                    .copy_late = 0.2,
                    .lose_race = 0.2,
                    .lose_claim_ack = 0.1,
                    .refuse = 0.1,
                    .outlive = 0.3,
                    .claim_behind = 0.3});
  std::vector<std::unique_ptr<Owner>> owners;
  for (size_t i = 0; i < moves.size(); ++i) {
    const uint8_t move = moves[i] % 16;
    if (owners.empty() || move == 0) {
      auto session = store.log(kLog)->Claim(0, {}, {}, Ignore);
      if (session.ok()) owners.push_back(std::make_unique<Owner>(*std::move(session)));
    } else if (move == 1) {
      store.Crash();
    } else if (move < 9) {
      (void)owners[owners.size() - 1 - moves[i] / 16 % std::min<size_t>(owners.size(), 2)]->Append(absl::StrCat(i));
    } else {
      store.Pump(move - 8u);
    }
  }
  store.Pump();
  Simulated simulated{store.Records(kLog, 0), {}};
  for (const auto& owner : owners) {
    simulated.acknowledged.insert(simulated.acknowledged.end(), owner->acknowledged().begin(), owner->acknowledged().end());
  }
  return simulated;
}

RC_GTEST_PROP(MemoryLogProperty, WhateverGoesWrongEveryAcknowledgedCommandIsInItsPlace, (uint64_t seed)) {
  const auto moves = *rc::gen::noShrink(rc::gen::container<std::vector<uint8_t>>(200, rc::gen::inRange<uint8_t>(0, 255)));
  const Simulated simulated = Simulate(seed, moves);
  std::vector<std::string> leaves;
  std::optional<LogFold> fold;
  for (const Record& record : simulated.records) {
    if (!fold.has_value()) {
      log::v1::GenesisHeader genesis;
      RC_ASSERT(genesis.ParseFromString(record.header));
      fold.emplace(ExpectedLog{genesis.log_id(), 0});
    }
    std::string leaf;
    const auto verdict = fold->Step(ViewOf(record), nullptr, &leaf);
    RC_ASSERT(verdict.ok());
    if (*verdict == Verdict::kValid) leaves.push_back(leaf);
  }
  for (const auto& [idx, leaf] : simulated.acknowledged) RC_ASSERT(idx < leaves.size() && leaves[idx] == leaf);
  RC_CLASSIFY(simulated.acknowledged.size() >= 10, "ten acknowledged or more");
}

RC_GTEST_PROP(MemoryLogProperty, TheSameSeedGivesTheSameLog, (uint64_t seed)) {
  const auto moves = *rc::gen::noShrink(rc::gen::container<std::vector<uint8_t>>(100, rc::gen::inRange<uint8_t>(0, 255)));
  RC_ASSERT(Simulate(seed, moves).records == Simulate(seed, moves).records);
}

}  // namespace
}  // namespace sip

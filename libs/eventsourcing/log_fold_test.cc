// Every line of the table in docs/log-format.md, each as a test of its own.
#include "libs/eventsourcing/log_fold.h"

#include <gtest/gtest.h>

#include "libs/testing/log_records.h"

namespace sip {
namespace {

using absl::StatusCode;

class LogFoldTest : public testing::Test {
 protected:
  static LogFold NewFold() { return LogFold({TestId("log"), 0}); }
  // Genesis, claim "a", two commands.
  LogFoldTest() {
    Fold(MakeGenesis());
    Fold(MakeClaim(fold_.state(), "a"));
    Fold(NextCommand(fold_.state(), "0"));
    Fold(NextCommand(fold_.state(), "1"));
  }

  // Folds it for good and keeps it.
  Verdict Fold(const Record& record) {
    log_.push_back(record);
    const auto verdict = fold_.Step(ViewOf(record));
    EXPECT_TRUE(verdict.ok()) << verdict.status();
    return verdict.value_or(Verdict::kVoidHole);
  }
  // The record is void for the reason given and changes nothing.
  void ExpectVoid(const Record& record, Verdict expected) {
    const FoldState before = fold_.state();
    const auto verdict = fold_.Step(ViewOf(record));
    ASSERT_TRUE(verdict.ok()) << verdict.status();
    EXPECT_EQ(*verdict, expected);
    EXPECT_EQ(fold_.state(), before);
  }
  // The record stops the partition and changes nothing.
  void ExpectStop(const Record& record, StatusCode expected) {
    const FoldState before = fold_.state();
    EXPECT_EQ(fold_.Step(ViewOf(record)).status().code(), expected);
    EXPECT_EQ(fold_.state(), before);
  }
  log::v1::CommandHeader Next() const { return NextCommandHeader(fold_.state(), "next"); }
  static Record Command(const log::v1::CommandHeader& header) { return MakeCommand(header, "next"); }

  LogFold fold_ = NewFold();
  std::vector<Record> log_;
};

// --- any ---

TEST_F(LogFoldTest, AnyRecordWithAHeaderThatCannotBeParsedStops) {
  for (const RecordKind kind : {RecordKind::kGenesis, RecordKind::kClaim, RecordKind::kCommand}) {
    ExpectStop({kind, "\xff\xff", ""}, StatusCode::kDataLoss);
    ExpectStop({kind, "", ""}, StatusCode::kDataLoss);
  }
}

TEST_F(LogFoldTest, AnyRecordOfUnknownKindStops) { ExpectStop({RecordKind{9}, "", ""}, StatusCode::kDataLoss); }

TEST_F(LogFoldTest, AGenesisWithABadFieldStops) {
  const auto refused = [](const std::function<void(log::v1::GenesisHeader&)>& spoil) {
    log::v1::GenesisHeader header = TestGenesisHeader();
    spoil(header);
    LogFold fold = NewFold();
    return fold.Step(ViewOf(MakeGenesis(header))).status().code() == StatusCode::kDataLoss && !fold.state().started;
  };
  EXPECT_TRUE(refused([](auto& header) { header.set_installation_id("short"); }));
  EXPECT_TRUE(refused([](auto& header) { header.set_log_id("short"); }));
  EXPECT_TRUE(refused([](auto& header) { header.clear_log_name(); }));
  EXPECT_TRUE(refused([](auto& header) { header.set_partition_count(0); }));
  EXPECT_TRUE(refused([](auto& header) { header.set_hash_function("md5"); }));
}

TEST_F(LogFoldTest, AClaimWithABadFieldStops) {
  log::v1::ClaimHeader header = TestClaimHeader(fold_.state(), "b", fold_.state().last_claim);
  header.set_claim_id("short");
  ExpectStop(MakeClaim(header), StatusCode::kDataLoss);
  header = TestClaimHeader(fold_.state(), "b", "short");
  ExpectStop(MakeClaim(header), StatusCode::kDataLoss);
}

TEST_F(LogFoldTest, ACommandWithABadFieldStops) {
  const std::vector<std::function<void(log::v1::CommandHeader&)>> spoilers = {
      [](auto& header) { header.set_claim_id("short"); },
      [](auto& header) { header.set_prev("short"); },
      [](auto& header) { header.set_case_id("short"); },
      [](auto& header) { header.set_command_id("short"); },
      [](auto& header) { header.clear_recorded_at(); },
      [](auto& header) { header.mutable_recorded_at()->set_nanos(-1); },
      [](auto& header) { header.mutable_recorded_at()->set_seconds(INT64_MAX); },
      [](auto& header) { header.mutable_imports()->set_log_id("short"); },
      [](auto& header) {
        header.mutable_imports()->set_log_id(TestId("other"));
        header.mutable_imports()->set_leaf("short");
      },
      [](auto& header) { header.set_correlation_id("short"); },
      [](auto& header) { header.set_trace_id("short"); },
      [](auto& header) { header.set_span_id("short"); },
      [](auto& header) { header.set_payload_sha256("short"); },
  };
  for (size_t i = 0; i < spoilers.size(); ++i) {
    SCOPED_TRACE(i);
    log::v1::CommandHeader header = Next();
    spoilers[i](header);
    ExpectStop(Command(header), StatusCode::kDataLoss);
  }
}

TEST_F(LogFoldTest, AnyRecordOfAnotherLogStops) {
  FoldState other = fold_.state();
  other.log_id = TestId("other");
  ExpectStop(MakeClaim(other, "b"), StatusCode::kDataLoss);
  ExpectStop(NextCommand(other, "next"), StatusCode::kDataLoss);
  log::v1::GenesisHeader genesis = TestGenesisHeader();
  genesis.set_log_id(TestId("other"));
  ExpectStop(MakeGenesis(genesis), StatusCode::kDataLoss);
  LogFold fresh = NewFold();
  EXPECT_EQ(fresh.Step(ViewOf(MakeGenesis(genesis))).status().code(), StatusCode::kDataLoss);
}

TEST_F(LogFoldTest, AnyRecordOfAnotherPartitionStops) {
  FoldState other = fold_.state();
  other.partition = 1;
  ExpectStop(MakeClaim(other, "b"), StatusCode::kDataLoss);
  ExpectStop(NextCommand(other, "next"), StatusCode::kDataLoss);
  ExpectStop(MakeGenesis(1, 2), StatusCode::kDataLoss);
  LogFold fresh = NewFold();
  EXPECT_EQ(fresh.Step(ViewOf(MakeGenesis(1, 2))).status().code(), StatusCode::kDataLoss);
}

// --- Genesis ---

TEST_F(LogFoldTest, GenesisFirstStartsTheState) {
  LogFold fold = NewFold();
  const Record genesis = MakeGenesis(0, 16);
  ASSERT_EQ(fold.Step(ViewOf(genesis)).value(), Verdict::kGenesis);
  const FoldState& state = fold.state();
  EXPECT_TRUE(state.started);
  EXPECT_EQ(state.log_id, TestId("log"));
  EXPECT_EQ(state.installation_id, TestId("installation"));
  EXPECT_EQ(state.log_name, "sip.test");
  EXPECT_EQ(state.partition, 0u);
  EXPECT_EQ(state.partition_count, 16u);
  EXPECT_EQ(state.claim, std::nullopt);
  EXPECT_EQ(state.last_claim, TestId("log"));
  EXPECT_EQ(state.base, 0u);
  EXPECT_EQ(state.next_idx, 0u);
  EXPECT_EQ(state.head, LeafOf(RecordKind::kGenesis, genesis.header));
  EXPECT_EQ(state.won.ids(), std::set<std::string>{TestId("log")});
  EXPECT_TRUE(state.lost.ids().empty());
}

TEST_F(LogFoldTest, AnythingElseFirstStops) {
  for (size_t i = 1; i < log_.size(); ++i) {
    LogFold fold = NewFold();
    EXPECT_EQ(fold.Step(ViewOf(log_[i])).status().code(), StatusCode::kDataLoss);
  }
}

TEST_F(LogFoldTest, TheSameGenesisLaterIsACopy) { ExpectVoid(log_[0], Verdict::kVoidCopy); }

TEST_F(LogFoldTest, AnotherGenesisLaterStops) {
  log::v1::GenesisHeader other = TestGenesisHeader();
  other.set_installation_id(TestId("other"));
  ExpectStop(MakeGenesis(other), StatusCode::kDataLoss);
}

// --- Claim ---

TEST_F(LogFoldTest, AClaimThatSupersedesTheLastOneWins) {
  EXPECT_EQ(Fold(MakeClaim(fold_.state(), "b")), Verdict::kClaim);
  EXPECT_EQ(fold_.state().claim, TestId("b"));
  EXPECT_EQ(fold_.state().last_claim, TestId("b"));
  EXPECT_EQ(fold_.state().base, 2u);
  EXPECT_EQ(fold_.state().next_idx, 2u);
  EXPECT_TRUE(fold_.state().won.Contains(TestId("b")));
}

TEST_F(LogFoldTest, AClaimThatWonBeforeIsACopy) {
  ExpectVoid(log_[1], Verdict::kVoidCopy);
  Fold(MakeClaim(fold_.state(), "b"));
  ExpectVoid(log_[1], Verdict::kVoidCopy);
}

TEST_F(LogFoldTest, AClaimThatLostBeforeIsACopy) {
  const Record loser = MakeClaim(TestClaimHeader(fold_.state(), "b", TestId("log")));
  Fold(loser);
  ExpectVoid(loser, Verdict::kVoidCopy);
}

TEST_F(LogFoldTest, AClaimThatSupersedesAnUnknownOneStops) {
  ExpectStop(MakeClaim(TestClaimHeader(fold_.state(), "b", TestId("unknown"))), StatusCode::kDataLoss);
}

TEST_F(LogFoldTest, AClaimThatSupersedesALostOneStops) {
  Fold(MakeClaim(TestClaimHeader(fold_.state(), "b", TestId("log"))));
  ExpectStop(MakeClaim(TestClaimHeader(fold_.state(), "c", TestId("b"))), StatusCode::kDataLoss);
}

TEST_F(LogFoldTest, AClaimThatSupersedesAnEarlierOneLosesTheRace) {
  EXPECT_EQ(Fold(MakeClaim(TestClaimHeader(fold_.state(), "b", TestId("log")))), Verdict::kVoidLostRace);
  EXPECT_TRUE(fold_.state().lost.Contains(TestId("b")));
  EXPECT_EQ(fold_.state().claim, TestId("a"));
  EXPECT_EQ(fold_.state().last_claim, TestId("a"));
}

// --- Command ---

TEST_F(LogFoldTest, ACommandUnderAClaimThatLostStops) {
  Fold(MakeClaim(TestClaimHeader(fold_.state(), "b", TestId("log"))));
  log::v1::CommandHeader header = Next();
  header.set_claim_id(TestId("b"));
  ExpectStop(Command(header), StatusCode::kDataLoss);
}

TEST_F(LogFoldTest, ACommandUnderAnUnknownClaimStops) {
  log::v1::CommandHeader header = Next();
  header.set_claim_id(TestId("unknown"));
  ExpectStop(Command(header), StatusCode::kDataLoss);
}

TEST_F(LogFoldTest, ACommandOfAClaimThatNoLongerHoldsIsStale) {
  const Record zombie = Command(Next());
  Fold(MakeClaim(fold_.state(), "b"));
  ExpectVoid(zombie, Verdict::kVoidStale);
}

TEST_F(LogFoldTest, ACommandBeforeTheBaseOfItsClaimStops) {
  Fold(MakeClaim(fold_.state(), "b"));
  log::v1::CommandHeader header = Next();
  header.set_idx(1);
  ExpectStop(Command(header), StatusCode::kDataLoss);
}

TEST_F(LogFoldTest, ACommandBeforeTheNextPlaceIsACopy) {
  ExpectVoid(log_[2], Verdict::kVoidCopy);
  ExpectVoid(log_[3], Verdict::kVoidCopy);
}

TEST_F(LogFoldTest, ACommandBehindAHoleIsVoidAndEndsTheClaim) {
  FoldState expected = fold_.state();
  const Record in_order = Command(Next());
  log::v1::CommandHeader header = Next();
  header.set_idx(3);
  EXPECT_EQ(Fold(Command(header)), Verdict::kVoidHole);
  expected.claim = std::nullopt;
  EXPECT_EQ(fold_.state(), expected);
  ExpectVoid(in_order, Verdict::kVoidStale);
  EXPECT_EQ(Fold(MakeClaim(fold_.state(), "b")), Verdict::kClaim);
}

TEST_F(LogFoldTest, ACommandThatDoesNotFollowTheHeadStops) {
  log::v1::CommandHeader header = Next();
  header.set_prev(LeafOf(RecordKind::kCommand, "other"));
  ExpectStop(Command(header), StatusCode::kDataLoss);
}

TEST_F(LogFoldTest, ACommandRecordedNoLaterThanTheLastStops) {
  log::v1::CommandHeader last;
  ASSERT_TRUE(last.ParseFromString(log_.back().header));
  log::v1::CommandHeader header = Next();
  *header.mutable_recorded_at() = last.recorded_at();
  ExpectStop(Command(header), StatusCode::kInternal);
}

TEST_F(LogFoldTest, AnImportThatIsNotBeyondTheLastOfItsLogStops) {
  log::v1::CommandHeader header = Next();
  header.mutable_imports()->set_log_id(TestId("foreign"));
  header.mutable_imports()->set_idx(5);
  header.mutable_imports()->set_leaf(std::string(32, 'x'));
  EXPECT_EQ(Fold(Command(header)), Verdict::kValid);
  EXPECT_EQ(fold_.state().imported, (std::map<std::string, uint64_t>{{TestId("foreign"), 5}}));
  for (const uint64_t idx : {uint64_t{4}, uint64_t{5}}) {
    header = Next();
    header.mutable_imports()->set_log_id(TestId("foreign"));
    header.mutable_imports()->set_idx(idx);
    header.mutable_imports()->set_leaf(std::string(32, 'x'));
    ExpectStop(Command(header), StatusCode::kInternal);
  }
  header.mutable_imports()->set_idx(6);
  EXPECT_EQ(Fold(Command(header)), Verdict::kValid);
}

TEST_F(LogFoldTest, TheFirstImportMayBeOfPlaceZero) {
  log::v1::CommandHeader header = Next();
  header.mutable_imports()->set_log_id(TestId("foreign"));
  header.mutable_imports()->set_leaf(std::string(32, 'x'));
  EXPECT_EQ(Fold(Command(header)), Verdict::kValid);
  header = Next();
  header.mutable_imports()->set_log_id(TestId("foreign"));
  header.mutable_imports()->set_leaf(std::string(32, 'x'));
  ExpectStop(Command(header), StatusCode::kInternal);
}

TEST_F(LogFoldTest, AnyOtherCommandIsValidAndDelivered) {
  const Record record = Command(Next());
  log::v1::CommandHeader header;
  std::string leaf;
  ASSERT_EQ(fold_.Step(ViewOf(record), &header, &leaf).value(), Verdict::kValid);
  EXPECT_EQ(header.SerializeAsString(), record.header);
  EXPECT_EQ(leaf, LeafOf(RecordKind::kCommand, record.header));
  EXPECT_EQ(fold_.state().head, leaf);
  EXPECT_EQ(fold_.state().next_idx, 3u);
  EXPECT_EQ(fold_.state().claim, TestId("a"));
}

TEST_F(LogFoldTest, TheFoldNeverLooksAtPayloads) {
  Record record = Command(Next());
  record.payload = "something else";
  EXPECT_EQ(Fold(record), Verdict::kValid);
}

// --- claims ---

TEST(ClaimSetTest, KeepsEveryIdAndCopiesDoNotChange) {
  ClaimSet claims;
  std::set<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    const ClaimSet before = claims;
    claims.Insert(std::to_string(i));
    expected.insert(std::to_string(i));
    EXPECT_FALSE(before.Contains(std::to_string(i)));
    EXPECT_TRUE(claims.Contains(std::to_string(i)) && claims.Contains("0"));
    EXPECT_EQ(claims.ids(), expected);
    EXPECT_EQ(claims, ClaimSet(expected));
    EXPECT_FALSE(claims == before);
  }
}

// --- stored form ---

TEST_F(LogFoldTest, TheStoredFormGivesTheSameState) {
  Fold(MakeClaim(TestClaimHeader(fold_.state(), "b", TestId("log"))));
  EXPECT_EQ(DecodeFoldState(EncodeFoldState(fold_.state())).value(), fold_.state());
  EXPECT_EQ(DecodeFoldState(EncodeFoldState(FoldState())).value(), FoldState());
}

TEST_F(LogFoldTest, AStoredFormThatCannotBeReadIsRefused) {
  EXPECT_EQ(DecodeFoldState("\xff\xff").status().code(), StatusCode::kDataLoss);
  log::v1::FoldStateRecord record = FoldStateToProto(fold_.state());
  record.mutable_last_recorded_at()->set_nanos(-1);
  EXPECT_EQ(DecodeFoldState(record.SerializeAsString()).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace sip

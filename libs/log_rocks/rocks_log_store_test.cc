#include "libs/log_rocks/rocks_log_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/mutex.h"
#include "libs/base/pause.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/log_rocks/chunk.h"
#include "libs/log_rocks/folder_files.h"
#include "libs/rocks/database.h"
#include "libs/rocks/fault_injection.h"
#include "libs/rocks/files.h"
#include "libs/testing/log_records.h"

namespace sip {
namespace {

constexpr char kPlans[] = "sip.plans";
constexpr char kRules[] = "sip.rules";

absl::Status Ignore(const ValidRecordPtr&) { return absl::OkStatus(); }

class RocksLogStoreTest : public testing::Test {
 protected:
  RocksLogStoreTest() {
    options_.path = root_ + "/log";
    options_.logs = {{kPlans, 4}, {kRules, 1}};
    options_.installation_id = TestId("installation");
    options_.memory = faults_.files();
    options_.on_failure = [this](const absl::Status&) { ++failures_; };
  }
  void Open() {
    auto store = RocksLogStore::Open(options_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  void Reopen() {
    store_.reset();
    Open();
  }
  absl::Status OpenStatus() {
    store_.reset();
    return RocksLogStore::Open(options_).status();
  }

  // An owner that waits for each append, or collects reports.
  struct Owner {
    explicit Owner(std::unique_ptr<LogSession> claimed)
        : session(std::move(claimed)),
          ahead({session->claimed().fold.log_id, session->claimed().fold.partition}, session->claimed().fold) {}
    absl::Status Append(absl::string_view payload) {
      const Record record = NextCommand(ahead.state(), payload);
      EXPECT_EQ(ahead.Step(ViewOf(record)).value(), Verdict::kValid);
      return session->Append(Prepared(record), [this](AppendReport report) {
        MutexLock lock(mutex);
        reports.push_back(report);
        changed.NotifyAll();
      });
    }
    std::vector<AppendReport> Await(size_t count) {
      MutexLock lock(mutex);
      while (reports.size() < count) changed.Wait(mutex);
      return reports;
    }

    Mutex mutex;
    CondVar changed;
    std::vector<AppendReport> reports;
    std::unique_ptr<LogSession> session;
    LogFold ahead;
  };
  std::unique_ptr<Owner> Claim(absl::string_view log, uint32_t partition) {
    auto session = store_->log(log)->Claim(partition, {}, {}, Ignore);
    EXPECT_TRUE(session.ok()) << session.status();
    return std::make_unique<Owner>(*std::move(session));
  }
  void AppendDurably(absl::string_view log, uint32_t partition, int count) {
    const auto owner = Claim(log, partition);
    for (int i = 0; i < count; ++i) ASSERT_TRUE(owner->Append(absl::StrCat(i)).ok());
    for (const AppendReport& report : owner->Await(static_cast<size_t>(count))) {
      EXPECT_EQ(report.outcome, AppendOutcome::kDurable);
    }
  }
  uint64_t End(absl::string_view log, uint32_t partition) {
    uint64_t next_idx = 0;
    store_->log(log)->End(partition, [&](absl::StatusOr<LogEnd> end) { next_idx = end.value().next_idx; });
    return next_idx;
  }
  uint64_t Chunks() {
    uint64_t chunks = 0;
    EXPECT_TRUE(store_
                    ->VisitRecords(0,
                                   [&](const RocksLogStore::StoredRecord& record) {
                                     chunks = record.chunk + 1;
                                     return absl::OkStatus();
                                   })
                    .ok());
    return chunks;
  }
  // The chunks as rows of a plain database, while the store is closed.
  std::unique_ptr<RocksDatabase> Rows() {
    store_.reset();
    auto rows = RocksDatabase::Open({.path = options_.path + "/chunks", .only_copy = true, .memory = options_.memory});
    EXPECT_TRUE(rows.ok()) << rows.status();
    return *std::move(rows);
  }
  static void PutRow(RocksDatabase& rows, uint64_t number, absl::string_view value) {
    RocksBatch batch;
    batch.Put(ChunkKey(number), value);
    ASSERT_TRUE(rows.Write(batch, Durability::kSynced).ok());
  }
  RocksFiles Files() const { return RocksFiles(options_.memory); }
  void RemoveFile(const std::string& path) {
    RocksFaults::Image image = faults_.image();
    EXPECT_EQ(image.erase(path), 1u);
    faults_.SetImage(image);
  }
  // One byte of the chunk that was written last.
  void LoseTail() {
    RocksFaults::Image image = faults_.image();
    std::string* newest = nullptr;
    for (auto& [path, bytes] : image) {
      if (absl::EndsWith(path, ".log")) newest = &bytes;
    }
    ASSERT_TRUE(newest != nullptr && !newest->empty());
    newest->pop_back();
    faults_.SetImage(image);
  }
  void RemoveState() { RemoveFile(options_.path + "/state"); }

  const std::string root_ = "/test";
  RocksFaults faults_;
  std::atomic<int> failures_{0};
  RocksLogOptions options_;
  std::unique_ptr<RocksLogStore> store_;
};

// --- opening ---

TEST_F(RocksLogStoreTest, SaysWhatItFound) {
  Open();
  EXPECT_TRUE(store_->found().created);
  EXPECT_EQ(store_->found().chunks, 1u);
  EXPECT_EQ(store_->log("sip.other"), nullptr);
  AppendDurably(kPlans, 0, 3);
  AppendDurably(kPlans, 1, 2);
  AppendDurably(kRules, 0, 1);
  const uint64_t chunks = Chunks();
  Reopen();
  const RocksLogFound& found = store_->found();
  EXPECT_FALSE(found.created);
  EXPECT_EQ(found.installation_id, options_.installation_id);
  EXPECT_EQ(found.chunks, chunks);
  EXPECT_EQ(found.chunks_scanned, 0u);
  ASSERT_EQ(found.logs.size(), 2u);
  EXPECT_EQ(found.logs[0].name, kPlans);
  EXPECT_EQ(found.logs[0].partition_count, 4u);
  EXPECT_EQ(found.logs[0].commands, 5u);
  EXPECT_EQ(found.logs[1].commands, 1u);
}

TEST_F(RocksLogStoreTest, AMissingFolderIsNotMadeUnlessAsked) {
  options_.create_if_missing = false;
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(Files().Exists(options_.path));
}

TEST_F(RocksLogStoreTest, AFolderOfAnotherInstallationIsRefused) {
  Open();
  options_.installation_id = TestId("another");
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kFailedPrecondition);
  options_.installation_id = "";
  EXPECT_TRUE(OpenStatus().ok());
  options_.installation_id = "short";
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(RocksLogStoreTest, AnotherNumberOfPartitionsIsRefused) {
  Open();
  options_.logs[0].partition_count = 8;
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(RocksLogStoreTest, AFolderThatLacksALogIsGivenIt) {
  Open();
  AppendDurably(kPlans, 0, 1);
  options_.logs.push_back({"sip.consent", 4});
  Reopen();
  AppendDurably("sip.consent", 3, 2);
  EXPECT_EQ(store_->log("sip.consent")->identity().installation_id, options_.installation_id);
  RemoveState();
  Reopen();
  EXPECT_EQ(End("sip.consent", 3), 2u);
  EXPECT_EQ(End(kPlans, 0), 1u);
}

TEST_F(RocksLogStoreTest, AFolderThatIsOpenIsRefusedButCanBeLookedAt) {
  Open();
  AppendDurably(kPlans, 0, 2);
  EXPECT_EQ(RocksLogStore::Open(options_).status().code(), absl::StatusCode::kUnavailable);
  RocksLogOptions look = options_;
  look.read_only = true;
  auto reader = RocksLogStore::Open(look);
  ASSERT_TRUE(reader.ok()) << reader.status();
  std::map<std::string, int> records;
  EXPECT_TRUE((*reader)
                  ->VisitRecords(0,
                                 [&](const RocksLogStore::StoredRecord& record) {
                                   ++records[absl::StrCat(std::string(record.log), "/", record.partition)];
                                   return absl::OkStatus();
                                 })
                  .ok());
  EXPECT_EQ(records, (std::map<std::string, int>{
                         {"sip.plans/0", 4}, {"sip.plans/1", 1}, {"sip.plans/2", 1}, {"sip.plans/3", 1}, {"sip.rules/0", 1}}));
  EXPECT_EQ((*reader)->log(kPlans)->Claim(0, {}, {}, Ignore).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(RocksLogStoreTest, WithoutItsStateFileEverythingIsScanned) {
  Open();
  AppendDurably(kPlans, 0, 3);
  const uint64_t chunks = Chunks();
  for (const bool damaged : {false, true}) {
    store_.reset();
    RemoveState();
    if (damaged) {
      ASSERT_TRUE(Files().Replace(options_.path + "/state", "damaged", Durability::kSynced).ok());
    }
    Open();
    EXPECT_EQ(store_->found().chunks_scanned, chunks);
    EXPECT_EQ(End(kPlans, 0), 3u);
  }
}

// --- committing ---

TEST_F(RocksLogStoreTest, AllClaimsGoIntoOneChunk) {
  Open();
  AppendDurably(kPlans, 1, 2);
  const uint64_t before = Chunks();
  std::vector<RocksClaimRequest> requests;
  std::vector<std::string> delivered;
  const auto deliver = [&](const ValidRecordPtr& record) {
    delivered.push_back(absl::StrCat(record->partition, ":", record->payload));
    return absl::OkStatus();
  };
  for (uint32_t p = 0; p < 4; ++p) requests.push_back({kPlans, p, {}, deliver});
  requests.push_back({kRules, 0, {}, deliver});
  auto sessions = store_->ClaimAll(std::move(requests), {"node", "", ""});
  ASSERT_TRUE(sessions.ok()) << sessions.status();
  ASSERT_EQ(sessions->size(), 5u);
  for (uint32_t p = 0; p < 4; ++p) EXPECT_EQ((*sessions)[p]->claimed().fold.partition, p);
  EXPECT_EQ((*sessions)[4]->claimed().fold.log_name, kRules);
  EXPECT_EQ(delivered, (std::vector<std::string>{"1:0", "1:1"}));
  EXPECT_EQ(Chunks(), before + 1);
}

TEST_F(RocksLogStoreTest, AClaimThatAnotherOneOvertakesIsAborted) {
  Open();
  AppendDurably(kPlans, 0, 1);
  std::unique_ptr<Owner> winner;
  const auto late = store_->log(kPlans)->Claim(0, {}, {}, [&](const ValidRecordPtr&) {
    winner = Claim(kPlans, 0);
    return absl::OkStatus();
  });
  EXPECT_EQ(late.status().code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(winner->Append("1").ok());
  EXPECT_EQ(winner->Await(1)[0].outcome, AppendOutcome::kDurable);
}

TEST_F(RocksLogStoreTest, PartitionsThatAreNotThereOrNamedTwiceAreRefused) {
  Open();
  EXPECT_EQ(store_->ClaimAll({{kPlans, 0, {}, Ignore}, {kPlans, 0, {}, Ignore}}, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->ClaimAll({{"sip.other", 0, {}, Ignore}}, {}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->log(kPlans)->Tail({{0, {}}, {0, {}}}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->log(kPlans)->Tail({}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(RocksLogStoreTest, WhatQueuesDuringASyncGoesIntoTheNextChunkTogether) {
  Open();
  const auto plans = Claim(kPlans, 0);
  const auto rules = Claim(kRules, 0);
  const uint64_t before = Chunks();
  faults_.HoldSyncs(true);
  ASSERT_TRUE(plans->Append("first").ok());
  faults_.AwaitHeldSync();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(plans->Append(absl::StrCat(i)).ok());
    ASSERT_TRUE(rules->Append(absl::StrCat(i)).ok());
  }
  EXPECT_EQ(End(kPlans, 0), 0u);
  faults_.HoldSyncs(false);
  EXPECT_EQ(plans->Await(11).back().resume_cursor, before + 1);
  EXPECT_EQ(rules->Await(10).back().resume_cursor, before + 1);
  EXPECT_EQ(Chunks(), before + 2);
  EXPECT_EQ(End(kPlans, 0), 11u);
}

TEST_F(RocksLogStoreTest, AQueueThatIsFullRefuses) {
  options_.queue_records = 3;
  Open();
  const auto owner = Claim(kPlans, 0);
  faults_.HoldSyncs(true);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(owner->Append(absl::StrCat(i)).ok());
  const absl::Status refused =
      owner->session->Append(Prepared(NextCommand(owner->ahead.state(), "3")), [](AppendReport) { ADD_FAILURE(); });
  ASSERT_TRUE(RejectionOf(refused).has_value());
  EXPECT_EQ(RejectionOf(refused)->violations(0).reason(), Reason::REASON_OVERLOADED);
  faults_.HoldSyncs(false);
  owner->Await(3);
  EXPECT_TRUE(owner->Append("3").ok());
  owner->Await(4);
}

TEST_F(RocksLogStoreTest, TheDiskReserveIsNotWrittenInto) {
  std::atomic<uint64_t> free{1000};
  options_.disk_reserve_bytes = 1000;
  options_.disk_check_interval = absl::ZeroDuration();
  options_.free_bytes = [&]() -> absl::StatusOr<uint64_t> { return free.load(); };
  Open();
  const auto owner = Claim(kPlans, 0);
  free = 999;
  ASSERT_TRUE(owner->Append("finds out").ok());
  owner->Await(1);
  // Claims are let through: without them nothing could be served at all.
  const auto other = Claim(kPlans, 1);
  const absl::Status refused =
      owner->session->Append(Prepared(NextCommand(owner->ahead.state(), "x")), [](AppendReport) { ADD_FAILURE(); });
  ASSERT_TRUE(RejectionOf(refused).has_value());
  EXPECT_EQ(RejectionOf(refused)->violations(0).reason(), Reason::REASON_DISK_RESERVE_REACHED);
  free = 1000;
  EXPECT_TRUE(owner->Append("room").ok());
  owner->Await(2);
}

TEST_F(RocksLogStoreTest, ASessionCanBeDestroyedWhileTheDiskIsStuck) {
  Open();
  auto owner = Claim(kPlans, 0);
  faults_.HoldSyncs(true);
  ASSERT_TRUE(owner->Append("0").ok());
  faults_.AwaitHeldSync();
  ASSERT_TRUE(owner->Append("1").ok());
  owner->session.reset();
  for (const AppendReport& report : owner->Await(2)) EXPECT_EQ(report.outcome, AppendOutcome::kUnknown);
  faults_.HoldSyncs(false);
}

TEST_F(RocksLogStoreTest, AfterCloseNothingIsTakenAndReadsEnd) {
  Open();
  const auto owner = Claim(kPlans, 0);
  const auto tail = store_->log(kPlans)->Tail({{0, {}}});
  ASSERT_TRUE(tail.ok());
  ASSERT_TRUE(store_->Close().ok());
  EXPECT_EQ(owner->Append("0").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store_->log(kPlans)->Claim(0, {}, {}, Ignore).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ((*tail)->Read(10, absl::InfiniteDuration()).status().code(), absl::StatusCode::kCancelled);
}

// --- failing disks ---

TEST_F(RocksLogStoreTest, AfterAFailedSyncAllIsUnknownAndNothingMoreIsTaken) {
  Open();
  const auto plans = Claim(kPlans, 0);
  const auto rules = Claim(kRules, 0);
  ASSERT_TRUE(plans->Append("kept").ok());
  plans->Await(1);
  faults_.HoldSyncs(true);
  faults_.FailSyncs(true);
  ASSERT_TRUE(plans->Append("unknown").ok());
  faults_.AwaitHeldSync();
  ASSERT_TRUE(plans->Append("behind it").ok());
  ASSERT_TRUE(rules->Append("in another log").ok());
  faults_.HoldSyncs(false);
  EXPECT_EQ(plans->Await(3)[1].outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(plans->Await(3)[2].outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(rules->Await(1)[0].outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(plans->Append("too late").code(), absl::StatusCode::kUnavailable);
  // Not UNAVAILABLE, which owners take for "try again later": their callers would never be answered.
  EXPECT_EQ(store_->log(kPlans)->Claim(1, {}, {}, Ignore).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(store_->health().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(End(kPlans, 0), 1u);
  plans->session.reset();
  rules->session.reset();
  EXPECT_FALSE(store_->Close().ok());
  EXPECT_EQ(failures_, 1);
  faults_.FailSyncs(false);
  Reopen();
  EXPECT_GE(End(kPlans, 0), 1u);
  EXPECT_LE(End(kPlans, 0), 2u);
  AppendDurably(kPlans, 0, 1);
}

TEST_F(RocksLogStoreTest, LossOfPowerTakesNothingThatWasAcknowledged) {
  Open();
  AppendDurably(kPlans, 0, 5);
  AppendDurably(kPlans, 0, 5);
  auto owner = Claim(kPlans, 0);
  faults_.HoldSyncs(true);
  ASSERT_TRUE(owner->Append("in flight").ok());
  faults_.AwaitHeldSync();
  owner->session.reset();
  faults_.FailSyncs(true);
  faults_.HoldSyncs(false);
  store_.reset();
  faults_.LosePower();
  faults_.FailSyncs(false);
  Open();
  EXPECT_EQ(End(kPlans, 0), 10u);
  AppendDurably(kPlans, 0, 1);
}

TEST_F(RocksLogStoreTest, ADamagedChunkIsFound) {
  Open();
  AppendDurably(kPlans, 0, 1);
  const uint64_t last = Chunks() - 1;
  const auto tampered = [&](uint64_t number) {
    const auto rows = Rows();
    std::string value = **rows->Get(ChunkKey(number));
    value[value.size() / 2] = static_cast<char>(value[value.size() / 2] ^ 1);
    PutRow(*rows, number, value);
  };
  tampered(last - 1);
  Open();
  const auto tail = store_->log(kPlans)->Tail({{0, {}}});
  ASSERT_TRUE(tail.ok());
  EXPECT_EQ((*tail)->Read(100, absl::ZeroDuration()).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(store_->log(kPlans)->Claim(0, {}, {}, Ignore).status().code(), absl::StatusCode::kDataLoss);
  store_->Close().IgnoreError();
  RemoveState();
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kDataLoss);
}

TEST_F(RocksLogStoreTest, AMissingChunkIsFound) {
  Open();
  AppendDurably(kPlans, 0, 2);
  {
    const auto rows = Rows();
    RocksBatch batch;
    batch.Delete(ChunkKey(1));
    ASSERT_TRUE(rows->Write(batch, Durability::kSynced).ok());
  }
  Open();
  const auto tail = store_->log(kPlans)->Tail({{0, {}}});
  ASSERT_TRUE(tail.ok());
  EXPECT_EQ((*tail)->Read(100, absl::ZeroDuration()).status().code(), absl::StatusCode::kDataLoss);
  store_->Close().IgnoreError();
  RemoveState();
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kDataLoss);
}

// The state file used to be passed over when it knew of more than the folder holds.
TEST_F(RocksLogStoreTest, ALogThatLostWhatItsStateKnowsOfIsRefusedWithoutAnchorToo) {
  Open();
  AppendDurably(kPlans, 0, 1);
  store_.reset();
  LoseTail();
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kFailedPrecondition);
  RemoveState();
  EXPECT_EQ(OpenStatus(), absl::OkStatus());
}

TEST_F(RocksLogStoreTest, AnEmptyDatabaseBesideAStateIsNoNewInstallation) {
  Open();
  store_.reset();
  RocksFaults::Image image = faults_.image();
  for (auto file = image.begin(); file != image.end();) {
    file = absl::StrContains(file->first, "/chunks/") ? image.erase(file) : std::next(file);
  }
  faults_.SetImage(image);
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(RocksLogStoreTest, ALogWithAnotherHistoryThanItsStateIsRefused) {
  Open();
  AppendDurably(kPlans, 0, 2);
  store_.reset();
  auto state = ReadStateFile(Files(), options_.path + "/state");
  ASSERT_TRUE(state.has_value());
  state->set_last_chunk_crc32c(state->last_chunk_crc32c() + 1);
  ASSERT_TRUE(WriteStateFile(Files(), options_.path + "/state", *state).ok());
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(RocksLogStoreTest, OneStoppedPartitionLeavesTheOthersAlone) {
  Open();
  AppendDurably(kPlans, 1, 2);
  const uint64_t next = Chunks();
  {
    const auto rows = Rows();
    ChunkBuilder builder;
    builder.Add(0, 1, RecordView{RecordKind::kCommand, "garbage", ""});
    PutRow(*rows, next, builder.Finish(next));
  }
  for (int i = 0; i < 2; ++i) {
    Reopen();
    ASSERT_EQ(store_->found().logs[0].stopped.size(), 1u);
    EXPECT_EQ(store_->found().logs[0].stopped[0].code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(store_->log(kPlans)->Claim(1, {}, {}, Ignore).status().code(), absl::StatusCode::kDataLoss);
    store_->log(kPlans)->End(
        1, [](const absl::StatusOr<LogEnd>& end) { EXPECT_EQ(end.status().code(), absl::StatusCode::kDataLoss); });
    AppendDurably(kPlans, 2, 1);
  }
}

// --- anchors ---

class RocksLogAnchorTest : public RocksLogStoreTest {
 protected:
  RocksLogAnchorTest() { options_.anchor_path = root_ + "/elsewhere/anchor"; }
};

TEST_F(RocksLogAnchorTest, AnchorsAreWrittenAtTheirCadence) {
  options_.anchor_every = 2;
  Open();
  AppendDurably(kPlans, 2, 1);
  AppendDurably(kPlans, 2, 1);
  // The anchor follows the commit that was just acknowledged; the next one waits for it.
  const auto next = Claim(kPlans, 0);
  const auto anchors = ReadAnchorFile(Files(), options_.anchor_path);
  ASSERT_TRUE(anchors.ok() && anchors->has_value()) << anchors.status();
  ASSERT_EQ((*anchors)->anchors_size(), 5);
  EXPECT_EQ((*anchors)->anchors(2).log_name(), kPlans);
  EXPECT_EQ((*anchors)->anchors(2).partition(), 2u);
  EXPECT_EQ((*anchors)->anchors(2).size(), 2u);
}

TEST_F(RocksLogAnchorTest, AnchorsAreWrittenWhenTheLogFallsIdle) {
  options_.anchor_interval = absl::Milliseconds(1);
  Open();
  AppendDurably(kPlans, 2, 1);
  uint64_t size = 0;
  while (size != 1) {
    const auto anchors = ReadAnchorFile(Files(), options_.anchor_path);
    ASSERT_TRUE(anchors.ok() && anchors->has_value()) << anchors.status();
    size = (*anchors)->anchors(2).size();
    std::this_thread::yield();
  }
}

// The log's own thread used to wait without an end when a caller's thread wrote as its interval ran out, and wrote last.
TEST_F(RocksLogAnchorTest, AnchorsAreWrittenWhenTheLogFallsIdleBehindACallersWrite) {
  options_.anchor_interval = absl::Milliseconds(100);
  Open();
  AppendDurably(kPlans, 2, 1);
  const auto owner = Claim(kPlans, 2);
  faults_.HoldSyncs(true);
  const auto write_here = [&] {
    owner->session->BeginBatch();
    EXPECT_TRUE(owner->Append("the caller writes it").ok());
    owner->session->EndBatch(/*write_here=*/true);
  };
  std::thread caller(write_here);
  faults_.AwaitHeldSync();
  Pause().Take(2 * options_.anchor_interval);
  faults_.HoldSyncs(false);
  caller.join();
  write_here();
  uint64_t size = 0;
  while (size != 3) {
    const auto anchors = ReadAnchorFile(Files(), options_.anchor_path);
    ASSERT_TRUE(anchors.ok() && anchors->has_value()) << anchors.status();
    size = (*anchors)->anchors(2).size();
    std::this_thread::yield();
  }
}

TEST_F(RocksLogAnchorTest, ALogThatLostItsTailIsRefusedIfItWasAnchored) {
  Open();
  AppendDurably(kPlans, 0, 1);
  const auto owner = Claim(kPlans, 0);
  ASSERT_TRUE(owner->Append("the tail").ok());
  owner->Await(1);
  owner->session.reset();
  store_.reset();
  LoseTail();
  RemoveState();
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kFailedPrecondition);
  RemoveFile(options_.anchor_path);
  Open();
  EXPECT_EQ(End(kPlans, 0), 1u);
}

TEST_F(RocksLogAnchorTest, ALogThatWasReplacedIsRefusedIfItWasAnchored) {
  Open();
  AppendDurably(kPlans, 0, 3);
  options_.path = root_ + "/new";
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(RocksLogAnchorTest, AnAnchorOfAnotherHistoryIsRefused) {
  Open();
  AppendDurably(kPlans, 0, 3);
  store_.reset();
  auto anchors = ReadAnchorFile(Files(), options_.anchor_path);
  ASSERT_TRUE(anchors.ok() && anchors->has_value());
  const log::v1::AnchorFile original = **anchors;
  log::v1::AnchorFile other_head = original;
  other_head.mutable_anchors(0)->set_head(std::string(32, 'x'));
  ASSERT_TRUE(WriteAnchorFile(Files(), options_.anchor_path, other_head).ok());
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kFailedPrecondition);
  log::v1::AnchorFile longer = original;
  longer.mutable_anchors(0)->set_size(4);
  ASSERT_TRUE(WriteAnchorFile(Files(), options_.anchor_path, longer).ok());
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kFailedPrecondition);
  log::v1::AnchorFile other_log = original;
  other_log.mutable_anchors(0)->set_log_id(TestId("other"));
  ASSERT_TRUE(WriteAnchorFile(Files(), options_.anchor_path, other_log).ok());
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(WriteAnchorFile(Files(), options_.anchor_path, original).ok());
  EXPECT_TRUE(OpenStatus().ok());
}

TEST_F(RocksLogAnchorTest, ADamagedAnchorFileIsRefused) {
  Open();
  store_.reset();
  ASSERT_TRUE(Files().Replace(options_.anchor_path, "damaged", Durability::kSynced).ok());
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(RocksLogAnchorTest, AnchorsThatCannotBeWrittenAreReported) {
  options_.anchor_every = 1;
  std::vector<absl::Status> warnings;
  options_.on_warning = [&](absl::Status status) { warnings.push_back(std::move(status)); };
  Open();
  ASSERT_TRUE(Files().Replace(root_ + "/elsewhere", "in the way", Durability::kSynced).ok());
  AppendDurably(kPlans, 0, 1);
  EXPECT_FALSE(store_->Close().ok());
  EXPECT_FALSE(warnings.empty());
  EXPECT_EQ(OpenStatus().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace sip

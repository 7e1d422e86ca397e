#include "libs/testing/log_conformance.h"

#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/monotonic.h"
#include "libs/base/mutex.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/testing/log_records.h"

namespace sip {

const bool kLogConformanceLinked = true;

namespace {

// Long enough for any machine; nothing waits for it unless the test fails.
constexpr absl::Duration kPatience = absl::Seconds(30);

absl::Status Ignore(const ValidRecordPtr&) { return absl::OkStatus(); }

// Collects the reports of appends.
class Reports {
 public:
  LogSession::Done Next() {
    const size_t number = expected_++;
    return [this, number](AppendReport report) {
      MutexLock lock(mutex_);
      reports_.emplace_back(number, report);
      changed_.NotifyAll();
    };
  }
  // All reports, once there are as many as appends; each with the number of its append.
  std::vector<std::pair<size_t, AppendReport>> Await() {
    MutexLock lock(mutex_);
    while (reports_.size() < expected_) {
      if (!changed_.WaitWithTimeout(mutex_, kPatience)) ADD_FAILURE() << reports_.size() << " of " << expected_ << " reports";
    }
    return reports_;
  }
  // The same, all durable and in order.
  std::vector<AppendReport> AwaitDurable() {
    std::vector<AppendReport> durable;
    for (const auto& [number, report] : Await()) {
      EXPECT_EQ(number, durable.size());
      EXPECT_EQ(report.outcome, AppendOutcome::kDurable);
      durable.push_back(report);
    }
    return durable;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  size_t expected_ = 0;  // The appending thread's.
  std::vector<std::pair<size_t, AppendReport>> reports_ ABSL_GUARDED_BY(mutex_);
};

// An owner of one partition, as the engine is one.
class Owner {
 public:
  Owner(EventLog& log, uint32_t partition, const ReaderCheckpoint& from = {},
        const std::function<absl::Status(ValidRecordPtr)>& deliver = Ignore)
      : ahead_({}) {
    auto session = log.Claim(partition, from, {"node", "endpoint", "build"}, deliver);
    EXPECT_TRUE(session.ok()) << session.status();
    if (!session.ok()) return;
    session_ = *std::move(session);
    ahead_ = LogFold({session_->claimed().fold.log_id, partition}, session_->claimed().fold);
  }

  absl::Status Append(absl::string_view payload) {
    const Record record = NextCommand(ahead_.state(), payload);
    absl::Status status = session_->Append(Prepared(record), reports_.Next());
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(ahead_.Step(ViewOf(record)).ok());
    return status;
  }
  // Appends payloads "<first>", "<first + 1>" … and waits until they are durable.
  std::vector<AppendReport> AppendAndAwait(int first, int count) {
    for (int i = first; i < first + count; ++i) Append(absl::StrCat(i)).IgnoreError();
    return reports_.AwaitDurable();
  }

  LogSession& session() { return *session_; }
  std::unique_ptr<LogSession>& session_pointer() { return session_; }
  const FoldState& ahead() const { return ahead_.state(); }
  Reports& reports() { return reports_; }

 private:
  Reports reports_;  // Outlives the session.
  LogFold ahead_;
  std::unique_ptr<LogSession> session_;
};

// A tail of some partitions that keeps what it read.
class Reader {
 public:
  Reader(EventLog& log, const std::vector<TailStart>& starts) {
    for (const TailStart& start : starts) checkpoints_[start.partition] = start.checkpoint;
    auto tail = log.Tail(starts);
    EXPECT_TRUE(tail.ok()) << tail.status();
    tail_ = *std::move(tail);
  }
  static Reader OfAll(EventLog& log) {
    std::vector<TailStart> starts;
    for (uint32_t p = 0; p < LogBackend::kPartitions; ++p) starts.push_back({p, {}});
    return Reader(log, starts);
  }

  // One batch; false if there was nothing.
  bool ReadBatch(size_t max_records = 1000, absl::Duration wait = absl::ZeroDuration()) {
    const auto batch = tail_->Read(max_records, wait);
    EXPECT_TRUE(batch.ok()) << batch.status();
    if (!batch.ok()) return false;
    for (const ValidRecordPtr& record : batch->records) {
      EXPECT_EQ(record->idx, payloads_[record->partition].size() + skipped_[record->partition]);
      payloads_[record->partition].push_back(record->payload);
    }
    for (const TailBatch::Progress& progress : batch->progress) checkpoints_[progress.partition] = progress.checkpoint;
    at_end_ = batch->at_end;
    ended_ = batch->ended;
    return !batch->records.empty() || !batch->progress.empty();
  }
  void ReadToEnd() {
    do {
      ReadBatch();
    } while (!at_end_ && !testing::Test::HasFailure());
  }
  // Waits until `count` records of all partitions have been read.
  void Await(size_t count) {
    while (total() < count && !testing::Test::HasFailure()) ReadBatch(1000, kPatience);
  }

  LogTail& tail() { return *tail_; }
  bool at_end() const { return at_end_; }
  // Of the last batch.
  const std::vector<TailBatch::Ended>& ended() const { return ended_; }
  // Records before the reader's start.
  void Skip(uint32_t partition, size_t count) { skipped_[partition] = count; }
  const std::vector<std::string>& payloads(uint32_t partition = 0) { return payloads_[partition]; }
  const ReaderCheckpoint& checkpoint(uint32_t partition = 0) { return checkpoints_[partition]; }
  size_t total() const {
    size_t total = 0;
    for (const auto& [partition, payloads] : payloads_) total += payloads.size();
    return total;
  }

 private:
  std::unique_ptr<LogTail> tail_;
  std::map<uint32_t, std::vector<std::string>> payloads_;
  std::map<uint32_t, ReaderCheckpoint> checkpoints_;
  std::map<uint32_t, size_t> skipped_;
  bool at_end_ = false;
  std::vector<TailBatch::Ended> ended_;
};

std::vector<std::string> Numbers(int first, int count) {
  std::vector<std::string> numbers;
  for (int i = first; i < first + count; ++i) numbers.push_back(absl::StrCat(i));
  return numbers;
}

uint64_t EndOf(EventLog& log, uint32_t partition) {
  Mutex mutex;
  CondVar changed;
  std::optional<absl::StatusOr<LogEnd>> found;
  log.End(partition, [&](absl::StatusOr<LogEnd> end) {
    MutexLock lock(mutex);
    found = std::move(end);
    changed.NotifyAll();
  });
  MutexLock lock(mutex);
  while (!found.has_value()) changed.Wait(mutex);
  EXPECT_TRUE(found->ok()) << found->status();
  return found->ok() ? (*found)->next_idx : UINT64_MAX;
}

// --- identity, claims ---

TEST_P(LogConformance, SaysWhoItIs) {
  EXPECT_EQ(log().identity().name, LogBackend::kLogName);
  EXPECT_EQ(log().identity().partition_count, LogBackend::kPartitions);
  EXPECT_EQ(log().identity().log_id.size(), 16u);
  EXPECT_EQ(log().identity().installation_id.size(), 16u);
}

TEST_P(LogConformance, AFreshPartitionIsEmptyAndCanBeClaimed) {
  size_t delivered = 0;
  Owner owner(log(), 2, {}, [&](const ValidRecordPtr&) {
    ++delivered;
    return absl::OkStatus();
  });
  const FoldState& state = owner.session().claimed().fold;
  EXPECT_EQ(delivered, 0u);
  EXPECT_TRUE(state.started);
  EXPECT_EQ(state.log_id, log().identity().log_id);
  EXPECT_EQ(state.installation_id, log().identity().installation_id);
  EXPECT_EQ(state.partition, 2u);
  EXPECT_EQ(state.next_idx, 0u);
  EXPECT_TRUE(state.claim.has_value());
  EXPECT_EQ(EndOf(log(), 2), 0u);
  Reader reader(log(), {{2, {}}});
  reader.ReadToEnd();
  EXPECT_EQ(reader.total(), 0u);
  EXPECT_EQ(reader.checkpoint(2).fold, state);
}

TEST_P(LogConformance, APartitionThatIsNotThereIsRefused) {
  EXPECT_EQ(log().Claim(LogBackend::kPartitions, {}, {}, Ignore).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(log().Tail({{LogBackend::kPartitions, {}}}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_P(LogConformance, AClaimDeliversWhatIsThereAndGoesOnBehindIt) {
  Owner(log(), 0).AppendAndAwait(0, 5);
  std::vector<std::string> delivered;
  Owner next(log(), 0, {}, [&](const ValidRecordPtr& record) {
    EXPECT_EQ(record->idx, delivered.size());
    delivered.push_back(record->payload);
    return absl::OkStatus();
  });
  EXPECT_EQ(delivered, Numbers(0, 5));
  EXPECT_EQ(next.session().claimed().fold.next_idx, 5u);
  next.AppendAndAwait(5, 1);
  EXPECT_EQ(EndOf(log(), 0), 6u);
}

TEST_P(LogConformance, AClaimFromACheckpointDeliversTheRest) {
  Owner owner(log(), 0);
  owner.AppendAndAwait(0, 3);
  Reader reader(log(), {{0, {}}});
  reader.ReadToEnd();
  owner.AppendAndAwait(3, 2);
  std::vector<std::string> delivered;
  Owner next(log(), 0, reader.checkpoint(), [&](const ValidRecordPtr& record) {
    delivered.push_back(record->payload);
    return absl::OkStatus();
  });
  EXPECT_EQ(delivered, Numbers(3, 2));
  Owner from_the_claim(log(), 0, next.session().claimed(),
                       [](const ValidRecordPtr&) { return absl::InternalError("nothing is new"); });
}

TEST_P(LogConformance, AnErrorOfTheReceiverEndsTheClaimAndLeavesTheOwnerBe) {
  Owner owner(log(), 0);
  owner.AppendAndAwait(0, 1);
  const auto refused = log().Claim(0, {}, {}, [](const ValidRecordPtr&) { return absl::CancelledError("enough"); });
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kCancelled);
  owner.AppendAndAwait(1, 1);
}

TEST_P(LogConformance, AClaimThatMayOnlyFollowAnOwnOneLeavesAnotherOwnerBe) {
  ClaimantInfo claimant{"node", "endpoint", "build"};
  claimant.on_attempt = [&](const std::string& claim_id) { claimant.only_after.push_back(claim_id); };
  ASSERT_TRUE(log().Claim(0, {}, claimant, Ignore).ok());
  ASSERT_EQ(claimant.only_after.size(), 1u);
  ASSERT_TRUE(log().Claim(0, {}, claimant, Ignore).ok()) << "the last claim is one of its own";
  Owner other(log(), 0);
  other.AppendAndAwait(0, 2);
  size_t delivered = 0;
  const auto refused = log().Claim(0, {}, claimant, [&](const ValidRecordPtr&) {
    ++delivered;
    return absl::OkStatus();
  });
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(delivered, 2u);
  other.AppendAndAwait(2, 1);
}

TEST_P(LogConformance, ALaterClaimFencesTheEarlierSession) {
  Owner first(log(), 0);
  first.AppendAndAwait(0, 2);
  Owner second(log(), 0);
  Reports late;
  const Record record = NextCommand(first.ahead(), "late");
  const absl::Status status = first.session().Append(Prepared(record), late.Next());
  if (status.ok()) {
    EXPECT_EQ(late.Await()[0].second.outcome, AppendOutcome::kFenced);
  } else {
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  }
  EXPECT_EQ(first.session().Append(Prepared(record), [](AppendReport) { ADD_FAILURE(); }).code(), absl::StatusCode::kAborted);
  second.AppendAndAwait(2, 2);
  Reader reader(log(), {{0, {}}});
  reader.ReadToEnd();
  EXPECT_EQ(reader.payloads(), Numbers(0, 4));
}

TEST_P(LogConformance, PartitionsAreClaimedAndWrittenIndependently) {
  Owner a(log(), 0);
  Owner b(log(), 3);
  a.AppendAndAwait(0, 2);
  Owner again(log(), 0);
  b.AppendAndAwait(0, 3);
  EXPECT_EQ(EndOf(log(), 0), 2u);
  EXPECT_EQ(EndOf(log(), 1), 0u);
  EXPECT_EQ(EndOf(log(), 3), 3u);
}

TEST_P(LogConformance, ManyTakeOversMakeOneHistory) {
  for (int i = 0; i < 20; ++i) Owner(log(), 1).AppendAndAwait(i, 1);
  Reader reader(log(), {{1, {}}});
  reader.ReadToEnd();
  EXPECT_EQ(reader.payloads(1), Numbers(0, 20));
  EXPECT_EQ(reader.checkpoint(1).fold.won.ids().size(), 21u);
}

// --- appends ---

TEST_P(LogConformance, AppendsAreReportedInOrderAndReadAsTheyWereWritten) {
  Owner owner(log(), 0);
  const Record record = NextCommand(owner.ahead(), "0");
  owner.AppendAndAwait(0, 100);
  EXPECT_EQ(EndOf(log(), 0), 100u);
  const auto tail = log().Tail({{0, {}}});
  ASSERT_TRUE(tail.ok());
  absl::StatusOr<TailBatch> batch = TailBatch();
  while (batch.ok() && batch->records.empty()) batch = (*tail)->Read(1, kPatience);
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->records[0]->partition, 0u);
  EXPECT_EQ(batch->records[0]->idx, 0u);
  EXPECT_EQ(batch->records[0]->header.bytes(), record.header);
  EXPECT_EQ(batch->records[0]->header->SerializeAsString(), record.header);
  EXPECT_EQ(batch->records[0]->leaf, LeafOf(RecordKind::kCommand, record.header));
  EXPECT_EQ(batch->records[0]->payload, "0");
  Reader reader(log(), {{0, {}}});
  reader.ReadToEnd();
  EXPECT_EQ(reader.payloads(), Numbers(0, 100));
}

TEST_P(LogConformance, AnEmptyPayloadAndABigOneAreKept) {
  Owner owner(log(), 0);
  const std::string big(kMaxRecordBytes - 4096, 'x');
  EXPECT_TRUE(owner.Append("").ok());
  EXPECT_TRUE(owner.Append(big).ok());
  owner.reports().AwaitDurable();
  Reader reader(log(), {{0, {}}});
  reader.ReadToEnd();
  EXPECT_EQ(reader.payloads(), (std::vector<std::string>{"", big}));
}

TEST_P(LogConformance, ARecordThatIsTooLargeIsRefused) {
  Owner owner(log(), 0);
  const Record record = NextCommand(owner.ahead(), std::string(kMaxRecordBytes, 'x'));
  EXPECT_EQ(owner.session().Append(Prepared(record), [](AppendReport) { ADD_FAILURE(); }).code(),
            absl::StatusCode::kInvalidArgument);
  owner.AppendAndAwait(0, 1);
}

TEST_P(LogConformance, ARecordThatIsNotTheNextValidCommandIsRefused) {
  Owner owner(log(), 0);
  owner.AppendAndAwait(0, 1);
  log::v1::CommandHeader header = NextCommandHeader(owner.ahead(), "x");
  header.set_prev(std::string(32, 'x'));
  EXPECT_EQ(owner.session().Append(Prepared(MakeCommand(header, "x")), [](AppendReport) { ADD_FAILURE(); }).code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(EndOf(log(), 0), 1u);
}

TEST_P(LogConformance, AFullLogRefusesAndGoesOnWhenThereIsRoom) {
  Owner owner(log(), 0);
  owner.AppendAndAwait(0, 1);
  backend_->SetFull(true);
  const absl::Status refused =
      owner.session().Append(Prepared(NextCommand(owner.ahead(), "1")), [](AppendReport) { ADD_FAILURE() << "never queued"; });
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(RejectionOf(refused).has_value());
  backend_->SetFull(false);
  owner.AppendAndAwait(1, 2);
  EXPECT_EQ(EndOf(log(), 0), 3u);
}

TEST_P(LogConformance, ABatchIsDurableOnceItHasEnded) {
  Owner owner(log(), 0);
  int next = 0;
  for (const bool write_here : {true, false}) {
    owner.session().BeginBatch();
    for (const int end = next + 3; next < end; ++next) ASSERT_TRUE(owner.Append(absl::StrCat(next)).ok());
    owner.session().EndBatch(write_here);
    owner.reports().AwaitDurable();
    EXPECT_EQ(EndOf(log(), 0), static_cast<uint64_t>(next));
  }
  owner.session().EndBatch(/*write_here=*/true);  // None was begun.
  owner.AppendAndAwait(next, 1);
}

TEST_P(LogConformance, AnEmptyBatchKeepsNothingBack) {
  Owner owner(log(), 0);
  owner.session().BeginBatch();
  owner.session().EndBatch(/*write_here=*/true);
  owner.AppendAndAwait(0, 3);
}

TEST_P(LogConformance, ADestroyedSessionHasReportedEveryAppendOnce) {
  Owner owner(log(), 0);
  for (int i = 0; i < 200; ++i) {
    // The last ones in a batch that never ends.
    if (i == 190) owner.session().BeginBatch();
    ASSERT_TRUE(owner.Append(absl::StrCat(i)).ok());
  }
  owner.session_pointer().reset();
  size_t durable = 0;
  size_t number = 0;
  for (const auto& [append, report] : owner.reports().Await()) {
    EXPECT_EQ(append, number++);
    if (report.outcome == AppendOutcome::kDurable) {
      EXPECT_EQ(durable, append) << "durable behind an unknown one";
      ++durable;
    } else {
      EXPECT_EQ(report.outcome, AppendOutcome::kUnknown);
    }
  }
  Owner next(log(), 0);
  EXPECT_GE(next.session().claimed().fold.next_idx, durable);
}

// --- readers ---

TEST_P(LogConformance, AReaderWithNothingToReadReturnsAtOnceUnlessItIsToWait) {
  Reader reader = Reader::OfAll(log());
  reader.ReadToEnd();
  EXPECT_FALSE(reader.ReadBatch());
  EXPECT_TRUE(reader.at_end());
  EXPECT_FALSE(reader.ReadBatch(1000, absl::Milliseconds(1)));
}

TEST_P(LogConformance, AReaderLearnsUntilWhenItHasReadAllThatWasRecorded) {
  Owner owner(log(), 1);
  const absl::Time after = SystemClock().Now();
  Reader reader = Reader::OfAll(log());
  reader.ReadToEnd();
  // Whoever keeps the log is asked now and then.
  std::map<uint32_t, absl::Time> ended;
  const absl::Duration until = MonotonicNow() + kPatience;
  const auto all_ended = [&] {
    return ended.size() == LogBackend::kPartitions &&
           std::all_of(ended.begin(), ended.end(), [&](const auto& end) { return end.second > after; });
  };
  while (!all_ended() && MonotonicNow() < until && !HasFailure()) {
    reader.ReadBatch(1000, absl::Milliseconds(20));
    for (const TailBatch::Ended& end : reader.ended()) ended[end.partition] = end.at;
  }
  EXPECT_TRUE(all_ended());
  for (const auto& [partition, at] : ended) EXPECT_LE(at, SystemClock().Now()) << partition;
}

TEST_P(LogConformance, AWaitingReaderIsWokenByAnAppend) {
  Reader reader = Reader::OfAll(log());
  reader.ReadToEnd();
  Owner owner(log(), 1);
  reader.ReadToEnd();
  std::thread writer([&] { owner.AppendAndAwait(0, 1); });
  reader.Await(1);
  writer.join();
  EXPECT_EQ(reader.payloads(1), Numbers(0, 1));
}

TEST_P(LogConformance, CancelEndsAWaitingRead) {
  const auto tail = log().Tail({{0, {}}});
  ASSERT_TRUE(tail.ok());
  std::thread canceller([&] { (*tail)->Cancel(); });
  absl::Status status;
  while (status.ok()) status = (*tail)->Read(10, kPatience).status();
  canceller.join();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ((*tail)->Read(10, absl::ZeroDuration()).status().code(), absl::StatusCode::kCancelled);
}

TEST_P(LogConformance, AReaderSeesOnlyThePartitionsThatItAskedFor) {
  Owner(log(), 0).AppendAndAwait(0, 2);
  Owner(log(), 1).AppendAndAwait(10, 2);
  Owner(log(), 2).AppendAndAwait(20, 2);
  Reader reader(log(), {{0, {}}, {2, {}}});
  reader.ReadToEnd();
  EXPECT_EQ(reader.payloads(0), Numbers(0, 2));
  EXPECT_EQ(reader.payloads(2), Numbers(20, 2));
  EXPECT_EQ(reader.total(), 4u);
}

TEST_P(LogConformance, SmallReadsGiveEveryRecordOnceInOrder) {
  Owner owner(log(), 0);
  for (int i = 0; i < 50; ++i) owner.AppendAndAwait(i, 1);
  Reader reader(log(), {{0, {}}});
  int batches = 0;
  while (!reader.at_end() && !HasFailure()) {
    if (reader.ReadBatch(7)) ++batches;
  }
  EXPECT_EQ(reader.payloads(), Numbers(0, 50));
  EXPECT_GE(batches, 50 / 7);
  EXPECT_TRUE(reader.at_end());
}

TEST_P(LogConformance, AReaderGoesOnFromAnyCheckpointThatItWasGiven) {
  Owner owner(log(), 0);
  for (int i = 0; i < 30; ++i) owner.AppendAndAwait(i, 1);
  Reader reader(log(), {{0, {}}});
  for (bool more = true; more && !HasFailure();) {
    more = reader.ReadBatch(4) || !reader.at_end();
    const size_t seen = reader.payloads().size();
    EXPECT_EQ(reader.checkpoint().fold.next_idx, seen);
    Reader from_there(log(), {{0, reader.checkpoint()}});
    from_there.Skip(0, seen);
    from_there.ReadToEnd();
    EXPECT_EQ(from_there.payloads(), Numbers(static_cast<int>(seen), 30 - static_cast<int>(seen)));
  }
}

TEST_P(LogConformance, ReadersOfPartitionsGoOnFromDifferentPlaces) {
  Owner a(log(), 0);
  Owner b(log(), 1);
  a.AppendAndAwait(0, 2);
  b.AppendAndAwait(0, 2);
  Reader early = Reader::OfAll(log());
  early.ReadToEnd();
  a.AppendAndAwait(2, 2);
  b.AppendAndAwait(2, 2);
  Reader late = Reader::OfAll(log());
  late.ReadToEnd();
  Reader reader(log(), {{0, early.checkpoint(0)}, {1, late.checkpoint(1)}});
  reader.Skip(0, 2);
  reader.ReadToEnd();
  EXPECT_EQ(reader.payloads(0), Numbers(2, 2));
  EXPECT_EQ(reader.payloads(1), std::vector<std::string>());
}

TEST_P(LogConformance, AReportIsACheckpoint) {
  Owner owner(log(), 0);
  LogFold fold({log().identity().log_id, 0}, owner.session().claimed().fold);
  std::vector<FoldState> states;
  for (int i = 0; i < 10; ++i) {
    const Record record = NextCommand(fold.state(), absl::StrCat(i));
    ASSERT_TRUE(fold.Step(ViewOf(record)).ok());
    states.push_back(fold.state());
    ASSERT_TRUE(owner.session().Append(Prepared(record), owner.reports().Next()).ok());
  }
  const std::vector<AppendReport> reports = owner.reports().AwaitDurable();
  for (int i = 0; i < 10; ++i) {
    const AppendReport& report = reports[static_cast<size_t>(i)];
    const ReaderCheckpoint checkpoint{report.resume_cursor, report.record_cursor, states[static_cast<size_t>(i)]};
    Reader reader(log(), {{0, checkpoint}});
    reader.Skip(0, static_cast<size_t>(i) + 1);
    reader.ReadToEnd();
    EXPECT_EQ(reader.payloads(), Numbers(i + 1, 9 - i));
    Owner next(log(), 0, checkpoint, Ignore);
    EXPECT_EQ(next.session().claimed().fold.next_idx, 10u);
  }
}

TEST_P(LogConformance, ACheckpointOfAnotherHistoryIsRefused) {
  Owner owner(log(), 0);
  owner.AppendAndAwait(0, 3);
  Reader reader(log(), {{0, {}}});
  reader.ReadToEnd();
  ReaderCheckpoint other_head = reader.checkpoint();
  other_head.fold.head = LeafOf(RecordKind::kCommand, "another");
  EXPECT_EQ(log().Tail({{0, other_head}}).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(log().Claim(0, other_head, {}, Ignore).status().code(), absl::StatusCode::kDataLoss);
  ReaderCheckpoint beyond = reader.checkpoint();
  beyond.cursor += 1000;
  beyond.head_cursor = beyond.cursor - 1;
  EXPECT_EQ(log().Tail({{0, beyond}}).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(log().Claim(0, beyond, {}, Ignore).status().code(), absl::StatusCode::kDataLoss);
}

TEST_P(LogConformance, WritersAndReadersOfAllPartitionsAtOnce) {
  constexpr int kPerPartition = 200;
  constexpr size_t kTotal = size_t{kPerPartition} * LogBackend::kPartitions;
  constexpr size_t kReaders = 2;
  std::vector<std::thread> threads;
  threads.reserve(kReaders + LogBackend::kPartitions);
  for (size_t i = 0; i < kReaders; ++i) {
    threads.emplace_back([&] {
      Reader reader = Reader::OfAll(log());
      reader.Await(kTotal);
      for (uint32_t p = 0; p < LogBackend::kPartitions; ++p) EXPECT_EQ(reader.payloads(p), Numbers(0, kPerPartition));
    });
  }
  for (uint32_t p = 0; p < LogBackend::kPartitions; ++p) {
    threads.emplace_back([&, p] {
      Owner owner(log(), p);
      for (int i = 0; i < kPerPartition; ++i) {
        // Some in batches, of which one half are written by this thread if it comes to that.
        if (p % 2 == 0 && i % 3 == 0) owner.session().BeginBatch();
        owner.Append(absl::StrCat(i)).IgnoreError();
        if (i % 3 == 2) owner.session().EndBatch(/*write_here=*/i % 2 == 0);
      }
      owner.session().EndBatch(/*write_here=*/false);
      owner.reports().AwaitDurable();
      EXPECT_EQ(EndOf(log(), p), uint64_t{kPerPartition});
    });
  }
  for (std::thread& thread : threads) thread.join();
  Reader late = Reader::OfAll(log());
  late.ReadToEnd();
  EXPECT_EQ(late.total(), kTotal);
}

// --- restart ---

TEST_P(LogConformance, EverythingAcknowledgedIsThereAfterARestart) {
  const std::string log_id = log().identity().log_id;
  ReaderCheckpoint checkpoint;
  {
    Owner owner(log(), 0);
    owner.AppendAndAwait(0, 5);
    Reader reader(log(), {{0, {}}});
    reader.ReadToEnd();
    checkpoint = reader.checkpoint();
    owner.AppendAndAwait(5, 5);
  }
  backend_->Restart();
  EXPECT_EQ(log().identity().log_id, log_id);
  EXPECT_EQ(EndOf(log(), 0), 10u);
  Reader whole(log(), {{0, {}}});
  whole.ReadToEnd();
  EXPECT_EQ(whole.payloads(), Numbers(0, 10));
  Reader rest(log(), {{0, checkpoint}});
  rest.Skip(0, 5);
  rest.ReadToEnd();
  EXPECT_EQ(rest.payloads(), Numbers(5, 5));
  Owner owner(log(), 0, checkpoint);
  owner.AppendAndAwait(10, 1);
  EXPECT_EQ(EndOf(log(), 0), 11u);
}

TEST_P(LogConformance, ManyRestartsMakeOneHistory) {
  for (int i = 0; i < 5; ++i) {
    Owner(log(), 0).AppendAndAwait(i, 1);
    backend_->Restart();
  }
  Reader reader(log(), {{0, {}}});
  reader.ReadToEnd();
  EXPECT_EQ(reader.payloads(), Numbers(0, 5));
}

}  // namespace
}  // namespace sip

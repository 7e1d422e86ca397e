// Two nodes over one log, each with an engine, a server for its peer and a router.
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "libs/base/mutex.h"
#include "libs/engine/memory_stream_store.h"
#include "libs/engine/not_owner.h"
#include "libs/eventsourcing/record.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/routing/local_access.h"
#include "libs/routing/owner_messages.h"
#include "libs/routing/owner_server.h"
#include "libs/routing/peer_access.h"
#include "libs/routing/router.h"
#include "libs/testing/matchers.h"
#include "libs/testing/notes_engine.h"
#include "libs/testing/test_authority.h"

namespace sip {
namespace {

constexpr uint32_t kPartitions = 2;

// The result of something that answers on another thread.
template <typename T>
class Awaited {
 public:
  void Set(T value) {
    MutexLock lock(mutex_);
    value_ = std::move(value);
    set_.NotifyAll();
  }
  T Get() {
    MutexLock lock(mutex_);
    while (!value_.has_value()) set_.Wait(mutex_);
    return *std::move(value_);
  }

 private:
  Mutex mutex_;
  CondVar set_;
  std::optional<T> value_;
};

class Node {
 public:
  explicit Node(MemoryLogStore& logs) : timer_(SystemClock()), pool_(2), notes_(logs, *store_, SystemClock(), pool_, timer_) {
    local_.Add(notes_.engine(), *store_);
    auto server = OwnerServer::Start({}, local_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  ~Node() {
    StopServer();
    Awaited<bool> down;
    notes_.engine().Shutdown([&] { down.Set(true); });
    down.Get();
  }

  // Once the peer listens.
  void Meet(const Node& peer) {
    auto access = NewPeerAccess(absl::StrCat("127.0.0.1:", peer.server_->port()), {});
    ASSERT_TRUE(access.ok()) << access.status();
    peer_ = *std::move(access);
    router_ = std::make_unique<Router>(Router::Parts{local_, SystemClock(), timer_, {{kNotesLog, kPartitions}}, {{peer_.get()}}},
                                       Router::Options{});
  }

  absl::Status Acquire(uint32_t partition) {
    Awaited<absl::Status> acquired;
    notes_.engine().Acquire(partition, [&](absl::Status status) { acquired.Set(std::move(status)); });
    return acquired.Get();
  }
  void Release(uint32_t partition) {
    Awaited<bool> released;
    notes_.engine().Release(partition, [&] { released.Set(true); });
    released.Get();
  }
  absl::StatusOr<CommandAnswer> Execute(CommandRequest request) {
    Awaited<absl::StatusOr<CommandAnswer>> answer;
    router_->Execute(kNotesLog, std::move(request), [&](absl::StatusOr<CommandAnswer> value) { answer.Set(std::move(value)); });
    return answer.Get();
  }
  absl::StatusOr<std::vector<ValidRecord>> ReadScope(const Uuid& scope) {
    Awaited<absl::StatusOr<std::vector<ValidRecord>>> records;
    router_->ReadScope(kNotesLog, scope, absl::InfiniteFuture(),
                       [&](absl::StatusOr<std::vector<ValidRecord>> value) { records.Set(std::move(value)); });
    return records.Get();
  }
  absl::StatusOr<Watermark> Barrier(uint32_t partition) {
    Awaited<absl::StatusOr<Watermark>> barrier;
    router_->Barrier(kNotesLog, partition, absl::InfiniteFuture(),
                     [&](absl::StatusOr<Watermark> value) { barrier.Set(std::move(value)); });
    return barrier.Get();
  }

  void StopServer() { server_->Stop(absl::Seconds(10)); }
  uint64_t Acknowledged(uint32_t partition) { return notes_.engine().partition_status(partition).acknowledged; }
  const Router& router() const { return *router_; }
  PartitionAccess& local() { return local_; }

 private:
  const std::unique_ptr<StreamStore> store_ = NewMemoryStreamStore();
  ThreadTimer timer_;
  ThreadPool pool_;
  NotesEngine notes_;
  LocalAccess local_;
  std::unique_ptr<OwnerServer> server_;
  std::unique_ptr<PartitionAccess> peer_;
  std::unique_ptr<Router> router_;
};

// Counts the questions, and answers none.
class Nobody final : public PartitionAccess {
 public:
  explicit Nobody(absl::Status refusal = NotOwnerStatus("")) : refusal_(std::move(refusal)) {}
  void Execute(const std::string&, CommandRequest, CommandExecutor::Done done) override { done(refusal_); }
  void ReadScope(const std::string&, const Uuid&, absl::Time, RecordsDone done) override { done(NotOwnerStatus("")); }
  void AwaitImport(const std::string&, const ConsistencyToken&, absl::Time, ImportDone done) override { done(NotOwnerStatus("")); }
  void Barrier(const std::string&, uint32_t, absl::Time, BarrierDone done) override {
    ++asked;
    done(NotOwnerStatus(""));
  }
  std::atomic<int> asked{0};

 private:
  const absl::Status refusal_;  // Of commands.
};

// gRPC 1.51 ends the threads of its callbacks with the last server and channel, and may crash when the next ones come at once: one
// pair lives as long as the program.
void KeepCallbackThreads() {
  static Nobody& nobody = *new Nobody;
  static const auto& server = *new auto(OwnerServer::Start({}, nobody));
  static const auto& access = *new auto(NewPeerAccess(absl::StrCat("127.0.0.1:", (*server)->port()), {}));
  Awaited<absl::Status> asked;
  (*access)->Barrier("", 0, absl::InfiniteFuture(), [&](const absl::StatusOr<Watermark>& barrier) { asked.Set(barrier.status()); });
  EXPECT_TRUE(IsNotOwner(asked.Get()));
}

class RoutingTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { KeepCallbackThreads(); }
  RoutingTest() {
    a_.Meet(b_);
    b_.Meet(a_);
  }
  static MemoryLogOptions LogOptions() {
    MemoryLogOptions options = NotesLogOptions(kPartitions);
    options.others_can_own = true;
    return options;
  }
  static uint32_t PartitionOfNote(absl::string_view case_name) { return PartitionOf(NoteTestId(case_name), kPartitions); }

  MemoryLogStore logs_{LogOptions()};
  Node a_{logs_};
  Node b_{logs_};
};

TEST_F(RoutingTest, AnyNodeMayBeAskedAndTheOwnerAnswers) {
  const uint32_t partition = PartitionOfNote("case");
  ASSERT_TRUE(a_.Acquire(partition).ok());
  // First nobody is known to answer, then the owner.
  for (int i = 0; i < 4; ++i) {
    const auto answer = b_.Execute(WriteNoteCommand("case", absl::StrCat("note", i), "text", absl::StrCat("r", i)));
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->record->header->acting_agency(), "region-nord");
    ASSERT_EQ(answer->record->events.size(), 1u);
    EXPECT_EQ(answer->stream_version, 1u);
  }
  EXPECT_EQ(a_.Acknowledged(partition), 4u);
  const auto records = b_.ReadScope(NoteTestId("case"));
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(records->size(), 4u);
  const auto barrier = b_.Barrier(partition);
  ASSERT_TRUE(barrier.ok()) << barrier.status();
  EXPECT_GE(barrier->next_idx, 4u);
}

TEST_F(RoutingTest, ThePeersAnswerIsTheSameAsTheOwners) {
  ASSERT_TRUE(a_.Acquire(PartitionOfNote("case")).ok());
  const auto here = a_.Execute(WriteNoteCommand("case", "note", "text", "r"));
  const auto there = b_.Execute(WriteNoteCommand("case", "note", "text", "r"));
  ASSERT_TRUE(here.ok() && there.ok());
  EXPECT_EQ(here->token, there->token);
  EXPECT_EQ(here->stream_version, there->stream_version);
  EXPECT_EQ(here->record->leaf, there->record->leaf);
  EXPECT_EQ(here->record->recorded_at, there->record->recorded_at);
  EXPECT_EQ(here->record->header->SerializeAsString(), there->record->header->SerializeAsString());
  EXPECT_EQ(here->record->command->SerializeAsString(), there->record->command->SerializeAsString());
}

TEST_F(RoutingTest, ARefusalComesThroughWithItsRules) {
  ASSERT_TRUE(a_.Acquire(PartitionOfNote("case")).ok());
  ASSERT_TRUE(a_.Execute(WriteNoteCommand("case", "note", "text", "r")).ok());
  const auto refused = b_.Execute(WriteNoteCommand("case", "other", "another text", "r"));
  ASSERT_FALSE(refused.ok());
  ASSERT_TRUE(RejectionOf(refused.status()).has_value());
  EXPECT_EQ(RejectionOf(refused.status())->violations(0).reason(), common::v1::REASON_REQUEST_ID_REUSED);
}

TEST_F(RoutingTest, NoCommandIsLostOrDoubledWhileAPartitionMovesToAndFro) {
  const uint32_t partition = PartitionOfNote("case");
  ASSERT_TRUE(a_.Acquire(partition).ok());
  constexpr int kCommands = 300;
  std::atomic<int> sent{0};
  std::set<uint64_t> places;
  Mutex mutex;
  constexpr int kClients = 3;
  std::vector<std::thread> clients;
  clients.reserve(kClients);
  for (int client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client] {
      for (int i = sent++; i < kCommands; i = sent++) {
        Node& node = (i + client) % 2 == 0 ? a_ : b_;
        const auto answer = node.Execute(WriteNoteCommand("case", absl::StrCat("note", i), "text", absl::StrCat("r", i)));
        ASSERT_TRUE(answer.ok()) << answer.status();
        MutexLock lock(mutex);
        EXPECT_TRUE(places.insert(answer->token.idx).second);
      }
    });
  }
  for (Node *from = &a_, *to = &b_; sent < kCommands; std::swap(from, to)) {
    const int before = sent;
    from->Release(partition);
    EXPECT_TRUE(to->Acquire(partition).ok());
    while (sent < std::min(before + 20, kCommands)) std::this_thread::yield();
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(places.size(), static_cast<size_t>(kCommands));
  const auto records = a_.ReadScope(NoteTestId("case"));
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(records->size(), static_cast<size_t>(kCommands));
  EXPECT_EQ(a_.router().calls_under_way(), 0u);
}

TEST_F(RoutingTest, WhatNobodyOwnsIsRefusedAtTheDeadline) {
  CommandRequest request = WriteNoteCommand("case", "note", "text", "r");
  request.deadline = SystemClock().Now() + absl::Milliseconds(100);
  const auto refused = a_.Execute(std::move(request));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(RejectionOf(refused.status())->violations(0).reason(), common::v1::REASON_NOT_CAUGHT_UP);
}

TEST_F(RoutingTest, AnOwnerThatCannotBeReachedIsNotWaitedFor) {
  const uint32_t partition = PartitionOfNote("case");
  ASSERT_TRUE(a_.Acquire(partition).ok());
  ASSERT_TRUE(b_.Execute(WriteNoteCommand("case", "first", "text", "r0")).ok()) << "it is known to answer";
  a_.StopServer();
  ASSERT_TRUE(b_.Acquire(partition).ok());
  const auto answer = b_.Execute(WriteNoteCommand("case", "note", "text", "r"));
  EXPECT_TRUE(answer.ok()) << answer.status();
}

TEST_F(RoutingTest, WhomTheLastClaimNamesIsAskedFirst) {
  ThreadTimer timer(SystemClock());
  LocalAccess local;
  Nobody a;
  Nobody b;
  std::string last_owner = "nowhere:1";
  Router router({local,
                 SystemClock(),
                 timer,
                 {{kNotesLog, kPartitions}},
                 {{&a, {}, "a:1"}, {&b, {}, "b:1"}},
                 "here:1",
                 [&](const std::string&, uint32_t) { return std::optional<std::string>(last_owner); }},
                {});
  // Who is asked when there is time for one only: nobody owns it, and the deadline has passed then.
  const auto asked_first = [&] {
    const int a_before = a.asked;
    const int b_before = b.asked;
    Awaited<bool> refused;
    router.Barrier(kNotesLog, 0, absl::InfinitePast(), [&](const absl::StatusOr<Watermark>&) { refused.Set(true); });
    refused.Get();
    return a.asked > a_before ? "a" : b.asked > b_before ? "b" : "here";
  };
  EXPECT_EQ(asked_first(), "here");
  last_owner = "b:1";
  EXPECT_EQ(asked_first(), "b");
  last_owner = "a:1";
  EXPECT_EQ(asked_first(), "a");
  last_owner = "here:1";
  EXPECT_EQ(asked_first(), "here");
}

TEST_F(RoutingTest, WhoAnsweredSinceIsAskedBeforeWhomAnOldClaimNames) {
  const uint32_t partition = PartitionOfNote("case");
  ASSERT_TRUE(b_.Acquire(partition).ok());
  Nobody former;
  std::string last_owner = "former:1";
  ThreadTimer timer(SystemClock());
  LocalAccess local;
  Router router({local,
                 SystemClock(),
                 timer,
                 {{kNotesLog, kPartitions}},
                 {{&former, {}, "former:1"}, {&b_.local(), {}, "b:1"}},
                 "here:1",
                 [&](const std::string&, uint32_t) { return std::optional<std::string>(last_owner); }},
                {});
  const auto ask = [&] {
    Awaited<absl::StatusOr<Watermark>> answer;
    router.Barrier(kNotesLog, partition, absl::InfiniteFuture(),
                   [&](absl::StatusOr<Watermark> value) { answer.Set(std::move(value)); });
    EXPECT_TRUE(answer.Get().ok());
  };
  ask();
  EXPECT_EQ(former.asked, 1);
  ask();
  EXPECT_EQ(former.asked, 1) << "its Claim was known when another one answered";
}

// What the client of a router hears that asks a node, and then another one.
absl::Status AskBoth(const absl::Status& first, const absl::Status& then) {
  ThreadTimer timer(SystemClock());
  Nobody one(first);
  Nobody other(then);
  Router router({one, SystemClock(), timer, {{kNotesLog, kPartitions}}, {{&other, {}, "other:1"}}, "one:1"}, {});
  Awaited<absl::Status> heard;
  CommandRequest request = WriteNoteCommand("case", "note", "text", "r");
  request.deadline = absl::InfiniteFuture();
  router.Execute(kNotesLog, std::move(request), [&](const absl::StatusOr<CommandAnswer>& answer) { heard.Set(answer.status()); });
  return heard.Get();
}

// A command lay in flight when its partition was given up, and was recorded; the next owner was overloaded and had not looked, and
// the client was told what means that nothing was begun.
TEST_F(RoutingTest, WhatOneNodeMayHaveRecordedIsNotRefusedAsNeverBegunByAnother) {
  const absl::Status overloaded = RejectionStatus(Reason::REASON_OVERLOADED);
  const absl::Status heard = AskBoth(UnknownFateStatus(""), overloaded);
  EXPECT_EQ(RejectionOf(heard)->violations(0).reason(), common::v1::REASON_NOT_CAUGHT_UP) << heard;
  EXPECT_EQ(AskBoth(NotOwnerStatus(""), overloaded), overloaded);
  const absl::Status by_rule = RejectionStatus(Reason::REASON_STREAM_VERSION_MOVED);
  EXPECT_EQ(AskBoth(UnknownFateStatus(""), by_rule), by_rule) << "that node knows";
}

TEST_F(RoutingTest, ThatAFateIsUnknownIsToldFromNodeToNode) {
  EXPECT_TRUE(IsUnknownFate(FromRefusal(ToRefusal(UnknownFateStatus("")))));
  EXPECT_TRUE(IsNotOwner(FromRefusal(ToRefusal(UnknownFateStatus("")))));
  EXPECT_FALSE(IsUnknownFate(FromRefusal(ToRefusal(NotOwnerStatus("")))));
}

absl::Status AskAcross(const PeerSecurity& server_security, const PeerSecurity& client_security,
                       const std::vector<std::string>& peers, Nobody& nobody) {
  auto server = OwnerServer::Start({"127.0.0.1:0", server_security, peers}, nobody);
  if (!server.ok()) return server.status();
  auto access = NewPeerAccess(absl::StrCat("127.0.0.1:", (*server)->port()), client_security);
  if (!access.ok()) return access.status();
  Awaited<absl::Status> asked;
  (*access)->Barrier("sip.notes", 0, SystemClock().Now() + absl::Seconds(20),
                     [&](const absl::StatusOr<Watermark>& barrier) { asked.Set(barrier.status()); });
  return asked.Get();
}

TEST(PeerSecurity, OnlyAConfiguredPeerIsAnswered) {
  KeepCallbackThreads();
  const TestAuthority authority;
  const auto security = [&](const std::string& name) {
    return PeerSecurity{authority.Path("ca.pem"), authority.Path(name + ".pem"), authority.Path(name + ".key")};
  };
  authority.Issue("a", "IP:127.0.0.1,URI:sip:node:a");
  authority.Issue("b", "IP:127.0.0.1,URI:sip:node:b");
  authority.Issue("agency", "IP:127.0.0.1,URI:sip:agency:region-nord");
  Nobody nobody;
  EXPECT_TRUE(IsNotOwner(AskAcross(security("a"), security("b"), {"b"}, nobody))) << "answered";
  EXPECT_EQ(nobody.asked, 1);
  EXPECT_FALSE(IsNotOwner(AskAcross(security("a"), security("b"), {"c"}, nobody)));
  EXPECT_FALSE(IsNotOwner(AskAcross(security("a"), security("agency"), {"b"}, nobody)));
  EXPECT_EQ(nobody.asked, 1) << "a stranger got through";
}

TEST(PeerSecurity, BeyondTheLoopbackNodesNeedCertificates) {
  Nobody nobody;
  EXPECT_EQ(OwnerServer::Start({"0.0.0.0:0", {}, {}}, nobody).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(NewPeerAccess("10.1.2.3:7444", {}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OwnerServer::Start({"127.0.0.1:0", {"/nowhere", "/nowhere", "/nowhere"}, {}}, nobody).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sip

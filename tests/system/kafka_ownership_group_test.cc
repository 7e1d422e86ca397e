// Sharing partitions out by a group of consumers on a real broker: every partition has one node, nodes that leave are replaced, and
// nobody is told to take what another one has not given up.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "libs/base/mutex.h"
#include "libs/base/pause.h"
#include "libs/log_kafka/ownership_group.h"
#include "libs/testing/kafka_fixture.h"
#include "libs/testing/matchers.h"

namespace sip {
namespace {

[[maybe_unused]] testing::Environment* const kBroker =
    UseKafkaCluster({.brokers = 1, .settings = {"group.min.session.timeout.ms=1000"}});

using Shares = OwnershipGroup::Shares;

// A member of the group, and what it was told to own.
class Member {
 public:
  Member(const KafkaLogOptions& kafka, const std::string& name, std::vector<std::string> logs) {
    OwnershipGroup::Options options;
    options.process = "sip-test";
    options.node = name;
    options.logs = std::move(logs);
    options.session_timeout = absl::Seconds(2);
    options.longest_release = absl::Seconds(20);
    options.on_change = [this](const Shares& shares, absl::AnyInvocable<void()> given_up) { Note(shares, std::move(given_up)); };
    auto group = OwnershipGroup::Join(kafka, std::move(options));
    EXPECT_THAT(group, IsOk());
    if (group.ok()) group_ = *std::move(group);
  }
  ~Member() {
    GiveUp();
    group_.reset();
  }

  OwnershipGroup& group() { return *group_; }
  size_t count() {
    MutexLock lock(mutex_);
    size_t partitions = 0;
    for (const auto& [log, share] : shares_) partitions += share.size();
    return partitions;
  }
  std::set<std::pair<std::string, uint32_t>> owned() {
    MutexLock lock(mutex_);
    std::set<std::pair<std::string, uint32_t>> all;
    for (const auto& [log, share] : shares_) {
      for (const uint32_t partition : share) all.emplace(log, partition);
    }
    return all;
  }
  // From now on it says so only when it is told to.
  void HoldOn() {
    MutexLock lock(mutex_);
    holds_on_ = true;
  }
  void GiveUp() {
    std::vector<absl::AnyInvocable<void()>> held;
    {
      MutexLock lock(mutex_);
      holds_on_ = false;
      held = std::exchange(held_, {});
    }
    for (auto& given_up : held) given_up();
  }
  bool asked_to_give_up() {
    MutexLock lock(mutex_);
    return !held_.empty();
  }
  bool told() {
    MutexLock lock(mutex_);
    return told_;
  }

 private:
  void Note(const Shares& shares, absl::AnyInvocable<void()> given_up) {
    {
      MutexLock lock(mutex_);
      shares_ = shares;
      told_ = true;
      if (holds_on_) {
        held_.push_back(std::move(given_up));
        return;
      }
    }
    given_up();
  }

  Mutex mutex_;
  Shares shares_ ABSL_GUARDED_BY(mutex_);
  bool told_ ABSL_GUARDED_BY(mutex_) = false;
  bool holds_on_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<absl::AnyInvocable<void()>> held_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<OwnershipGroup> group_;
};

class KafkaOwnershipGroupTest : public KafkaFixture {
 protected:
  // sip.test with four partitions, sip.other with one.
  void SetUp() override { ASSERT_THAT(Init(4), IsOk()); }
  std::unique_ptr<Member> Join(const std::string& name, std::vector<std::string> logs = {kLog, "sip.other"}) {
    return std::make_unique<Member>(options_, name, std::move(logs));
  }
};

TEST_F(KafkaOwnershipGroupTest, EveryPartitionHasOneNodeAndWhoLeavesIsReplaced) {
  auto a = Join("a");
  ASSERT_TRUE(Await([&] { return a->count() == 5; }));
  auto b = Join("b");
  ASSERT_TRUE(Await([&] { return a->count() + b->count() == 5 && std::min(a->count(), b->count()) == 2; }));
  std::set<std::pair<std::string, uint32_t>> all = a->owned();
  all.merge(b->owned());
  EXPECT_EQ(all.size(), 5u) << "one partition has two nodes";
  a->group().Leave();
  EXPECT_EQ(a->count(), 0u) << "it left with partitions";
  EXPECT_TRUE(Await([&] { return b->count() == 5; }));
}

TEST_F(KafkaOwnershipGroupTest, WhoIsNotNeededKnowsIt) {
  auto a = Join("a", {"sip.other"});
  ASSERT_TRUE(Await([&] { return a->count() == 1; }));
  auto b = Join("b", {"sip.other"});
  EXPECT_TRUE(Await([&] { return b->group().joined() && b->told(); }));
  EXPECT_EQ(a->count() + b->count(), 1u);
}

TEST_F(KafkaOwnershipGroupTest, WhoDoesNotReachTheGroupHasNotJoinedIt) {
  options_.connection.brokers = "127.0.0.1:1";
  const auto a = Join("a");
  Pause().Take(absl::Seconds(1));
  EXPECT_FALSE(a->group().joined());
  EXPECT_FALSE(a->told());
}

TEST_F(KafkaOwnershipGroupTest, NobodyIsToldToTakeWhatHasNotBeenGivenUp) {
  auto a = Join("a");
  ASSERT_TRUE(Await([&] { return a->count() == 5; }));
  a->HoldOn();
  auto b = Join("b");
  ASSERT_TRUE(Await([&] { return a->asked_to_give_up(); }));
  Pause().Take(absl::Seconds(3));
  EXPECT_EQ(b->count(), 0u) << "before the other node said that it had given it up";
  a->GiveUp();
  EXPECT_TRUE(Await([&] { return b->count() == 2; }));
}

TEST_F(KafkaOwnershipGroupTest, WhoLeavesStaysUntilItHasGivenUp) {
  auto a = Join("a");
  auto b = Join("b");
  ASSERT_TRUE(Await([&] { return a->count() + b->count() == 5 && std::min(a->count(), b->count()) == 2; }));
  const size_t before = b->count();
  a->HoldOn();
  std::thread leaving([&] { a->group().Leave(); });
  EXPECT_TRUE(Await([&] { return a->asked_to_give_up(); }));
  // Longer than the group waits for somebody of whom it hears nothing.
  Pause().Take(absl::Seconds(4));
  EXPECT_EQ(b->count(), before) << "before the other node said that it had given it up";
  a->GiveUp();
  leaving.join();
  EXPECT_TRUE(Await([&] { return b->count() == 5; }));
}

}  // namespace
}  // namespace sip

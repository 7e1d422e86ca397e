#include "libs/rules/rule_book.h"

#include <gtest/gtest.h>

#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

rules::v1::RuleSet Set(const std::string& owner, absl::CivilDay day, const std::string& title = "title") {
  rules::v1::RuleSet set;
  set.set_owner(owner);
  set.set_id(owner + "/" + absl::FormatCivilTime(day));
  set.set_title(title);
  *set.mutable_valid_from() = ToProto(day);
  return set;
}

rules::v1::RuleSetEvent Published(const rules::v1::RuleSet& set) {
  rules::v1::RuleSetEvent event;
  *event.mutable_rule_set_published()->mutable_rule_set() = set;
  event.mutable_rule_set_published()->set_digest(RuleSetDigest(set));
  return event;
}

TEST(RuleBookTest, ASetIsFoundByIdAndDigestOnceItIsPublished) {
  RuleBook book;
  const rules::v1::RuleSet set = Set("skl", absl::CivilDay(2018, 1, 1));
  EXPECT_EQ(book.Find(set.id()), nullptr);
  book.Apply(Published(set));
  ASSERT_NE(book.Find(set.id()), nullptr);
  EXPECT_EQ(book.FindByDigest(RuleSetDigest(set)), book.Find(set.id()));
  EXPECT_EQ(book.DigestOf(*book.Find(set.id())), RuleSetDigest(set));
  EXPECT_EQ(book.FindByDigest("unknown"), nullptr);
  EXPECT_EQ(book.DigestOf(Set("other", absl::CivilDay(2018, 1, 1))), "");
}

TEST(RuleBookTest, TheLatestSetOfTheOwnerThatHasBegunIsValid) {
  RuleBook book;
  book.Add(Set("halland", absl::CivilDay(2023, 1, 1)));
  book.Add(Set("halland", absl::CivilDay(2018, 1, 1)));
  book.Add(Set("skl", absl::CivilDay(2016, 1, 1)));
  EXPECT_EQ(book.ValidOn("halland", absl::CivilDay(2017, 12, 31)), nullptr);
  EXPECT_EQ(book.ValidOn("halland", absl::CivilDay(2018, 1, 1))->id(), "halland/2018-01-01");
  EXPECT_EQ(book.ValidOn("halland", absl::CivilDay(2022, 12, 31))->id(), "halland/2018-01-01");
  EXPECT_EQ(book.ValidOn("halland", absl::CivilDay(2040, 1, 1))->id(), "halland/2023-01-01");
  EXPECT_EQ(book.ValidOn("nobody", absl::CivilDay(2040, 1, 1)), nullptr);
}

TEST(RuleBookTest, ASnapshotDoesNotSeeWhatIsPublishedLater) {
  RuleBook book;
  book.Add(Set("skl", absl::CivilDay(2018, 1, 1)));
  const auto before = book.Snapshot();
  const rules::v1::RuleSet* set = before->Find("skl/2018-01-01");
  book.Add(Set("skl", absl::CivilDay(2019, 1, 1)));
  EXPECT_EQ(before->all().size(), 1u);
  EXPECT_EQ(book.Snapshot()->all().size(), 2u);
  EXPECT_EQ(book.Find("skl/2018-01-01"), set);
}

TEST(RuleBookTest, APublishedIdKeepsItsContent) {
  RuleBook book;
  book.Apply(Published(Set("skl", absl::CivilDay(2018, 1, 1), "first")));
  book.Apply(Published(Set("skl", absl::CivilDay(2018, 1, 1), "second")));
  EXPECT_EQ(book.Find("skl/2018-01-01")->title(), "first");
}

TEST(RuleBookTest, TheDigestDependsOnContentAlone) {
  const rules::v1::RuleSet set = Set("skl", absl::CivilDay(2018, 1, 1));
  rules::v1::RuleSet reparsed;
  ASSERT_TRUE(reparsed.ParseFromString(set.SerializeAsString()));
  EXPECT_EQ(RuleSetDigest(set), RuleSetDigest(reparsed));
  EXPECT_EQ(RuleSetDigest(set).size(), 32u);
  EXPECT_NE(RuleSetDigest(set), RuleSetDigest(Set("skl", absl::CivilDay(2018, 1, 1), "other")));
}

}  // namespace
}  // namespace sip

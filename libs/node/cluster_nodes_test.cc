#include "libs/node/cluster_nodes.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sip {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ClusterNodesTest, NamesProcessNameAndAddress) {
  const auto nodes = ParseClusterNodes("sip-plans/plans-1=10.0.0.1:7444, sip-views/views-1=[::1]:7445,");
  ASSERT_TRUE(nodes.ok()) << nodes.status();
  ASSERT_EQ(nodes->size(), 2u);
  EXPECT_EQ((*nodes)[0].process, "sip-plans");
  EXPECT_EQ((*nodes)[0].name, "plans-1");
  EXPECT_EQ((*nodes)[0].address, "10.0.0.1:7444");
  EXPECT_EQ((*nodes)[1].address, "[::1]:7445");
}

TEST(ClusterNodesTest, WhatIsNoNodeIsNamed) {
  for (const std::string bad :
       {"plans-1=10.0.0.1:1", "sip-plans/=10.0.0.1:1", "sip-plans/a", "sip-plans/a=host", "sip-plans/a=h:99999", "a/b/c=h:1"}) {
    EXPECT_THAT(std::string(ParseClusterNodes(bad).status().message()), HasSubstr("'" + bad + "'"));
  }
}

TEST(ClusterNodesTest, AProcessThatThereIsNotIsRefusedWithThoseThatThereAre) {
  EXPECT_THAT(std::string(ParseClusterNodes("sip-plan/plans-1=h:1").status().message()),
              HasSubstr("'sip-plan/plans-1=h:1': expected one of the processes sip-consent, sip-deviations, sip-meetings, "
                        "sip-plans, sip-views, sipd"));
}

TEST(ClusterNodesTest, ANameIsGivenOnce) {
  EXPECT_THAT(std::string(ParseClusterNodes("sip-plans/a=h:1,sip-views/a=h:2").status().message()),
              HasSubstr("two nodes are called 'a'"));
}

TEST(ClusterNodesTest, PartitionsAreNumbersAndRanges) {
  const auto partitions = ParsePartitions("0-2, 7,7");
  ASSERT_TRUE(partitions.ok()) << partitions.status();
  EXPECT_THAT(*partitions, ElementsAre(0, 1, 2, 7));
  EXPECT_THAT(PartitionsOfLog(*partitions, 2), ElementsAre(0, 1));
  for (const std::string bad : {"x", "3-1", "1-2-3", "-1", "1024"}) EXPECT_FALSE(ParsePartitions(bad).ok()) << bad;
}

}  // namespace
}  // namespace sip

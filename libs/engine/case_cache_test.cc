#include "libs/engine/case_cache.h"

#include <gtest/gtest.h>

namespace sip {
namespace {

Uuid Id(char c) { return MakeUuidV8(std::string(16, c)); }

CaseEntry Entry(int in_flight = 0) {
  CaseEntry entry;
  entry.in_flight = in_flight;
  return entry;
}

TEST(CaseCacheTest, DropsTheLongestUnused) {
  CaseCache cache(2);
  cache.Put(Id('a'), Entry());
  cache.Put(Id('b'), Entry());
  ASSERT_NE(cache.Find(Id('a')), nullptr);
  cache.Put(Id('c'), Entry());
  EXPECT_NE(cache.Find(Id('a')), nullptr);
  EXPECT_EQ(cache.Find(Id('b')), nullptr);
  EXPECT_NE(cache.Find(Id('c')), nullptr);
}

TEST(CaseCacheTest, WhatIsInFlightStaysHoweverManyThereAre) {
  CaseCache cache(2);
  for (const char c : {'a', 'b', 'c', 'd'}) cache.Put(Id(c), Entry(1));
  EXPECT_EQ(cache.size(), 4u);
  cache.Find(Id('a'))->in_flight = 0;
  cache.Put(Id('e'), Entry());
  EXPECT_EQ(cache.Find(Id('a')), nullptr);
  EXPECT_NE(cache.Find(Id('b')), nullptr);
}

TEST(CaseCacheTest, TheNewestStaysEvenInACacheOfNone) {
  CaseCache cache(0);
  EXPECT_NE(cache.Put(Id('a'), Entry()), nullptr);
  cache.Put(Id('b'), Entry());
  EXPECT_EQ(cache.Find(Id('a')), nullptr);
  EXPECT_NE(cache.Find(Id('b')), nullptr);
}

TEST(CaseCacheTest, PuttingAgainReplaces) {
  CaseCache cache(2);
  cache.Put(Id('a'), Entry(1));
  cache.Put(Id('a'), Entry(0));
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(cache.Find(Id('a'))->in_flight, 0);
  cache.Drop(Id('a'));
  cache.Drop(Id('a'));
  EXPECT_EQ(cache.size(), 0u);
}

}  // namespace
}  // namespace sip

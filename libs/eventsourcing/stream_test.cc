#include "libs/eventsourcing/stream.h"

#include <gtest/gtest.h>

namespace sip {
namespace {

constexpr char kId[] = "018f0000-0000-7000-8000-000000000001";

TEST(StreamTest, NameIsTypeAndId) {
  const StreamId stream{"plan", *Uuid::Parse(kId)};
  EXPECT_EQ(stream.ToString(), std::string("plan/") + kId);
  EXPECT_EQ(StreamId::Parse(stream.ToString()), stream);
}

TEST(StreamTest, OtherNamesAreRefused) {
  for (const std::string& name : {std::string(), std::string("plan"), std::string("plan/"), std::string("/") + kId,
                                  std::string("plan/") + kId + "0", std::string("plan/x/") + kId}) {
    EXPECT_EQ(StreamId::Parse(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace sip

#include "libs/eventsourcing/stored_header.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace sip {
namespace {

std::string BytesOf(uint64_t idx) {
  log::v1::CommandHeader header;
  header.set_idx(idx);
  return header.SerializeAsString();
}

TEST(StoredHeaderTest, IsReadFromItsBytesAndKeepsThem) {
  const StoredHeader header(BytesOf(7));
  EXPECT_EQ(header.bytes(), BytesOf(7));
  EXPECT_EQ(header->idx(), 7u);
  EXPECT_EQ(&*header, &*header) << "parsed twice";
}

TEST(StoredHeaderTest, ACopyAndWhatIsMovedSayTheSame) {
  StoredHeader header(BytesOf(7));
  EXPECT_EQ(header->idx(), 7u);
  const StoredHeader copy(header);
  EXPECT_EQ(copy->idx(), 7u);
  const log::v1::CommandHeader* parsed = &*header;
  const StoredHeader moved(std::move(header));
  EXPECT_EQ(&*moved, parsed);
  StoredHeader assigned(BytesOf(8));
  EXPECT_EQ(assigned->idx(), 8u);
  assigned = copy;
  EXPECT_EQ(assigned->idx(), 7u);
  EXPECT_EQ(assigned.bytes(), copy.bytes());
}

TEST(StoredHeaderTest, CopiesShareOneParsedForm) {
  StoredHeader header(BytesOf(7));
  const StoredHeader copy(header);
  const log::v1::CommandHeader* parsed = &*copy;
  EXPECT_EQ(&*header, parsed);
  header = StoredHeader(BytesOf(8));
  EXPECT_EQ(&*copy, parsed);
  EXPECT_EQ(copy->idx(), 7u);
}

TEST(StoredHeaderTest, WhatIsSharedOutlivesTheRecord) {
  std::shared_ptr<const log::v1::CommandHeader> shared;
  {
    const StoredHeader header(BytesOf(7));
    shared = header.shared();
    EXPECT_EQ(shared.get(), &*header);
  }
  EXPECT_EQ(shared->idx(), 7u);
}

TEST(StoredHeaderTest, ReadersOnManyThreadsShareOneParsedForm) {
  for (uint64_t round = 0; round < 50; ++round) {
    const StoredHeader header(BytesOf(round));
    std::vector<const log::v1::CommandHeader*> seen(4);
    std::vector<std::thread> threads;
    threads.reserve(seen.size());
    for (const log::v1::CommandHeader*& one : seen) threads.emplace_back([&] { one = &*header; });
    for (std::thread& thread : threads) thread.join();
    for (const log::v1::CommandHeader* one : seen) EXPECT_EQ(one, seen[0]);
    EXPECT_EQ(seen[0]->idx(), round);
  }
}

}  // namespace
}  // namespace sip

#include "libs/eventsourcing/prepared_command.h"

#include <gtest/gtest.h>

#include "libs/testing/log_records.h"

namespace sip {
namespace {

FoldState ClaimedState() {
  LogFold fold(ExpectedLog{});
  EXPECT_TRUE(fold.Step(ViewOf(MakeGenesis())).ok());
  EXPECT_TRUE(fold.Step(ViewOf(MakeClaim(fold.state(), "owner"))).ok());
  return fold.state();
}

TEST(PreparedCommandTest, HoldsWhatReadersAndFoldsTakeFromTheBytes) {
  const Record record = NextCommand(ClaimedState(), "payload");
  const auto prepared = PreparedCommand::Make(record.header, record.payload);
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  const RecordFacts facts = ParseRecord(ViewOf(record)).value();
  EXPECT_EQ(prepared->facts().leaf, facts.leaf);
  EXPECT_EQ(prepared->facts().prev, facts.prev);
  EXPECT_EQ(prepared->record()->leaf, LeafOf(RecordKind::kCommand, record.header));
  EXPECT_EQ(prepared->record()->idx, facts.idx);
  EXPECT_EQ(prepared->record()->partition, facts.partition);
  EXPECT_EQ(prepared->record()->header->SerializeAsString(), record.header);
  EXPECT_EQ(prepared->view().header, record.header);
  EXPECT_EQ(prepared->view().payload, "payload");
}

TEST(PreparedCommandTest, WhatIsNoCommandCannotBePrepared) {
  EXPECT_EQ(PreparedCommand::Make("garbage", "").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(PreparedCommand::Make("", "").status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace sip

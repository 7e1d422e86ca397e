#include "libs/eventsourcing/partition_reader.h"

#include <gtest/gtest.h>

#include "libs/testing/log_records.h"

namespace sip {
namespace {

TEST(PartitionReaderTest, GivesValidCommandsAndRemembersWhereTheHeadLies) {
  PartitionReader reader({TestId("log"), 0}, ReaderCheckpoint());
  const Record genesis = MakeGenesis();
  EXPECT_EQ(reader.Read(10, ViewOf(genesis)).value(), nullptr);
  EXPECT_EQ(reader.checkpoint().head_cursor, 10u);
  EXPECT_EQ(reader.Read(11, ViewOf(MakeClaim(reader.state(), "a"))).value(), nullptr);
  EXPECT_EQ(reader.checkpoint().head_cursor, 10u);
  const Record command = NextCommand(reader.state(), "payload");
  const auto valid = reader.Read(15, ViewOf(command)).value();
  ASSERT_NE(valid, nullptr);
  EXPECT_EQ(valid->partition, 0u);
  EXPECT_EQ(valid->idx, 0u);
  EXPECT_EQ(valid->leaf, LeafOf(RecordKind::kCommand, command.header));
  EXPECT_EQ(valid->header.bytes(), command.header);
  EXPECT_EQ(valid->header->SerializeAsString(), command.header);
  EXPECT_EQ(valid->payload, "payload");
  EXPECT_EQ(reader.checkpoint().head_cursor, 15u);
  EXPECT_EQ(reader.checkpoint().cursor, 16u);
  reader.AdvanceTo(20);
  reader.AdvanceTo(18);
  EXPECT_EQ(reader.checkpoint().cursor, 20u);
  EXPECT_EQ(reader.checkpoint().head_cursor, 15u);
  EXPECT_TRUE(CheckIsHead(reader.checkpoint(), ViewOf(command)).ok());
  EXPECT_EQ(CheckIsHead(reader.checkpoint(), ViewOf(genesis)).code(), absl::StatusCode::kDataLoss);
}

TEST(PartitionReaderTest, PassesOnWhatStopsTheFold) {
  PartitionReader reader({TestId("log"), 0}, ReaderCheckpoint());
  EXPECT_EQ(reader.Read(0, RecordView{RecordKind::kGenesis, "\xff", ""}).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace sip

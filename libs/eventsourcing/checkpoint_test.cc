#include "libs/eventsourcing/checkpoint.h"

#include <gtest/gtest.h>

#include "libs/testing/log_records.h"

namespace sip {
namespace {

ReaderCheckpoint Sample() {
  LogFold fold({TestId("log"), 0});
  EXPECT_TRUE(fold.Step(ViewOf(MakeGenesis())).ok());
  EXPECT_TRUE(fold.Step(ViewOf(MakeClaim(fold.state(), "a"))).ok());
  return {17, 16, fold.state()};
}

TEST(CheckpointTest, DecodingGivesWhatWasEncoded) {
  EXPECT_EQ(DecodeCheckpoint(EncodeCheckpoint(Sample())).value(), Sample());
  EXPECT_EQ(DecodeCheckpoint(EncodeCheckpoint(ReaderCheckpoint())).value(), ReaderCheckpoint());
}

TEST(CheckpointTest, AnotherFormatIsRefused) {
  log::v1::ReaderCheckpointRecord record = CheckpointToProto(Sample());
  record.set_format(2);
  EXPECT_EQ(DecodeCheckpoint(record.SerializeAsString()).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(CheckpointTest, OtherBytesAreRefused) { EXPECT_EQ(DecodeCheckpoint("\xff\xff").status().code(), absl::StatusCode::kDataLoss); }

}  // namespace
}  // namespace sip

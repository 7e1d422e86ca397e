#include "libs/eventsourcing/record.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "absl/strings/escaping.h"
#include "libs/base/sha256.h"

namespace sip {
namespace {

log::v1::CommandHeader GoldenHeader() {
  log::v1::CommandHeader header;
  header.set_log_id(std::string(16, '\x11'));
  header.set_partition(3);
  header.set_idx(7);
  header.set_claim_id(std::string(16, '\x22'));
  header.set_prev(std::string(32, '\x33'));
  header.set_case_id(std::string(16, '\x44'));
  log::v1::StreamWrite& write = *header.add_writes();
  write.set_stream("plan/00000000-0000-0000-0000-000000000001");
  write.set_version(2);
  header.set_command_id(std::string(16, '\x55'));
  header.mutable_recorded_at()->set_seconds(1'700'000'000);
  header.mutable_recorded_at()->set_nanos(5000);
  header.set_acting_agency("region");
  header.add_key_ids(0);
  header.set_payload_sha256(Sha256("payload"));
  return header;
}

// Never change these: logs written by any release must stay readable.
TEST(RecordTest, FrameOfACommandHasItsPinnedBytes) {
  const std::string header = GoldenHeader().SerializeAsString();
  const std::string frame = EncodeFrame(RecordView{RecordKind::kCommand, header, "payload"});
  EXPECT_EQ(absl::BytesToHexString(frame),
            "5349503103000000d7"
            "0a1011111111111111111111111111111111"
            "1003"
            "1807"
            "221022222222222222222222222222222222"
            "2a203333333333333333333333333333333333333333333333333333333333333333"
            "321044444444444444444444444444444444"
            "3a2d0a29706c616e2f30303030303030302d303030302d303030302d303030302d3030303030303030303030311002"
            "421055555555555555555555555555555555"
            "4a090880e2cfaa06108827"
            "5a06726567696f6e"
            "920101"
            "00"
            "9a0120239f59ed55e737c77147cf55ad0c1b030b6d7ee748a7426952f9b852d5a935e5"
            "00000007"
            "7061796c6f6164");
}

TEST(RecordTest, FrameOfGenesisHasItsPinnedBytes) {
  log::v1::GenesisHeader header;
  header.set_installation_id(std::string(16, '\xaa'));
  header.set_log_id(std::string(16, '\xbb'));
  header.set_log_name("sip.plans");
  header.set_partition(15);
  header.set_partition_count(16);
  header.set_hash_function("sha-256");
  EXPECT_EQ(absl::BytesToHexString(EncodeFrame(RecordView{RecordKind::kGenesis, header.SerializeAsString(), ""})),
            "53495031010000003c"
            "0a10aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1210bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
            "1a097369702e706c616e73200f2810"
            "32077368612d323536"
            "00000000");
}

TEST(RecordTest, FrameOfAClaimHasItsPinnedBytes) {
  log::v1::ClaimHeader header;
  header.set_log_id(std::string(16, '\xbb'));
  header.set_partition(1);
  header.set_claim_id(std::string(16, '\xcc'));
  header.set_supersedes(std::string(16, '\xbb'));
  header.set_node("n");
  EXPECT_EQ(absl::BytesToHexString(EncodeFrame(RecordView{RecordKind::kClaim, header.SerializeAsString(), ""})),
            "53495031020000003b"
            "0a10bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb1001"
            "1a10cccccccccccccccccccccccccccccccc2210bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb2a016e"
            "00000000");
}

TEST(RecordTest, LeafIsTheDigestOfDomainKindAndHeader) {
  const std::string preimage = absl::HexStringToBytes("007369702d6c6561662f76310a03") + "header";
  EXPECT_EQ(LeafOf(RecordKind::kCommand, "header"), Sha256(preimage));
  EXPECT_NE(LeafOf(RecordKind::kClaim, "header"), LeafOf(RecordKind::kCommand, "header"));
}

TEST(RecordTest, PartitionIsPinnedByTheCaseId) {
  const Uuid id = *Uuid::Parse("018f0000-0000-7000-8000-000000000001");
  // SHA-256 of its 16 bytes begins with f62b8d1eeb75e6f4.
  EXPECT_EQ(PartitionOf(id, 1), 0u);
  EXPECT_EQ(PartitionOf(id, 16), 4u);
  EXPECT_EQ(PartitionOf(id, 1'000'003), 219'915u);
}

TEST(RecordTest, PayloadMustHaveTheDigestOfItsHeader) {
  EXPECT_TRUE(CheckPayloadDigest(GoldenHeader(), "payload").ok());
  EXPECT_EQ(CheckPayloadDigest(GoldenHeader(), "Payload").code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(CheckPayloadDigest(GoldenHeader(), "").code(), absl::StatusCode::kDataLoss);
}

void ExpectRefused(absl::string_view frame) {
  EXPECT_EQ(DecodeFrame(frame).status().code(), absl::StatusCode::kDataLoss) << absl::BytesToHexString(frame);
}

TEST(RecordTest, EveryPrefixOfAFrameIsRefused) {
  const std::string frame = EncodeFrame(RecordView{RecordKind::kCommand, "header", "payload"});
  for (size_t size = 0; size < frame.size(); ++size) ExpectRefused(absl::string_view(frame).substr(0, size));
  EXPECT_TRUE(DecodeFrame(frame).ok());
}

TEST(RecordTest, BytesBehindAFrameAreRefused) {
  ExpectRefused(EncodeFrame(RecordView{RecordKind::kCommand, "header", "payload"}) + "x");
}

TEST(RecordTest, AnotherMagicIsRefused) {
  std::string frame = EncodeFrame(RecordView{RecordKind::kCommand, "header", "payload"});
  for (size_t i = 0; i < 4; ++i) {
    std::string other = frame;
    other[i] = static_cast<char>(other[i] ^ 1);
    ExpectRefused(other);
  }
}

TEST(RecordTest, UnknownKindsAreRefused) {
  std::string frame = EncodeFrame(RecordView{RecordKind::kCommand, "header", ""});
  for (int kind = 0; kind < 256; ++kind) {
    frame[4] = static_cast<char>(kind);
    EXPECT_EQ(DecodeFrame(frame).ok(), kind >= 1 && kind <= 3) << kind;
  }
}

TEST(RecordTest, LengthsThatReachBeyondTheFrameAreRefused) {
  ExpectRefused(absl::HexStringToBytes("5349503103ffffffff") + "header");
  ExpectRefused(absl::HexStringToBytes("534950310300000001") + "h" + absl::HexStringToBytes("ffffffff") + "payload");
}

TEST(RecordTest, APayloadBehindGenesisOrClaimIsRefused) {
  ExpectRefused(EncodeFrame(RecordView{RecordKind::kGenesis, "header", "payload"}));
  ExpectRefused(EncodeFrame(RecordView{RecordKind::kClaim, "header", "payload"}));
}

RC_GTEST_PROP(RecordProperty, DecodingGivesWhatWasEncoded, (const std::string& header, const std::string& payload)) {
  const std::string frame = EncodeFrame(RecordView{RecordKind::kCommand, header, payload});
  RC_ASSERT(frame.size() == FrameSize({RecordKind::kCommand, header, payload}));
  const auto record = DecodeFrame(frame);
  RC_ASSERT(record.ok());
  RC_ASSERT(record->kind == RecordKind::kCommand);
  RC_ASSERT(record->header == header);
  RC_ASSERT(record->payload == payload);
}

}  // namespace
}  // namespace sip

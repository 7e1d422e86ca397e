#include "libs/codec/stored_parts.h"

#include <gtest/gtest.h>

#include <string>

#include "google/protobuf/stubs/logging.h"
#include "libs/base/wire.h"
#include "libs/testing/random_message.h"
#include "rapidcheck/gtest.h"
#include "sip/log/v1/record.pb.h"

namespace sip {
namespace {

using log::v1::Part;
using log::v1::Payload;

bool Same(const StoredPart& part, const Part& as_parsed) {
  return part.part_id == as_parsed.part_id() && part.event_index == as_parsed.event_index() &&
         part.stream_index == as_parsed.stream_index() && part.completes_part_id == as_parsed.completes_part_id() &&
         part.role == static_cast<int>(as_parsed.role()) && part.key_id == as_parsed.key_id() && part.kind == as_parsed.kind() &&
         part.data == as_parsed.data();
}

bool Same(const StoredParts& parts, const Payload& as_parsed) {
  if (parts.size() != static_cast<size_t>(as_parsed.parts_size())) return false;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!Same(parts[i], as_parsed.parts(static_cast<int>(i)))) return false;
  }
  return true;
}

RC_GTEST_PROP(StoredPartsTest, AreWhatProtobufReads, (uint64_t seed)) {
  const auto payload = RandomMessage<Payload>(seed, {.plausible = false, .unknown_fields = true});
  const std::string bytes = payload.SerializeAsString();
  const absl::StatusOr<StoredParts> parts = PartsOf(bytes);
  RC_ASSERT(parts.ok());
  RC_ASSERT(Same(*parts, payload));
}

// What protobuf takes for a payload, so does a reader, and sees the same in it.
RC_GTEST_PROP(StoredPartsTest, OfGarbledBytesAreWhatProtobufReads, (uint64_t seed, const std::string& garbage)) {
  const google::protobuf::LogSilencer silencer;  // What protobuf prints about bad bytes is no news here.
  std::string bytes = RandomMessage<Payload>(seed, {.plausible = false, .unknown_fields = true}).SerializeAsString();
  for (size_t i = 0; i < garbage.size() && !bytes.empty(); ++i) bytes[(seed + i * 7) % bytes.size()] = garbage[i];
  Payload payload;
  if (!payload.ParseFromString(bytes)) return;
  const absl::StatusOr<StoredParts> parts = PartsOf(bytes);
  RC_ASSERT(parts.ok());
  RC_ASSERT(Same(*parts, payload));
}

TEST(StoredPartsTest, AFieldOfAnotherWireTypeIsPassedOver) {
  std::string part;
  AppendDelimited(Part::kPartIdFieldNumber, "7", part);
  AppendVarint(Part::kKindFieldNumber << 3, part);
  AppendVarint(7, part);
  std::string payload;
  AppendDelimited(Payload::kPartsFieldNumber, part, payload);
  const absl::StatusOr<StoredParts> parts = PartsOf(payload);
  ASSERT_TRUE(parts.ok());
  ASSERT_EQ(parts->size(), 1u);
  EXPECT_EQ(parts->front().part_id, 0u);
  EXPECT_EQ(parts->front().kind, "");
}

TEST(StoredPartsTest, OfWhatIsNoPayloadAreDataLoss) {
  std::string cut_off;
  AppendDelimited(Payload::kPartsFieldNumber, "\x22\x05", cut_off);
  for (const std::string& bytes : {std::string("\xff\xff"), cut_off}) {
    EXPECT_EQ(PartsOf(bytes).status().code(), absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace sip

// The stored bytes of every event kind. What this test approves lies in logs for ever: a difference means that old records would be
// read differently, unless it is a new field or kind.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "libs/base/sha256.h"
#include "libs/codec/codec.h"
#include "libs/domain/stored_logs.h"
#include "libs/testing/matchers.h"
#include "libs/testing/random_message.h"
#include "libs/testing/scenario_text.h"
#include "libs/testing/wrapper.h"
#include "tests/golden/full_message.h"
#include "tests/golden/golden_file.h"

namespace sip {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kSalt[] = "golden-golden-go";

const Codec& TestCodec() {
  static const Codec* const kCodec = new Codec(StoredCommands(), StoredEvents());
  return *kCodec;
}

const StreamId& TestStream() {
  static const StreamId* const kStream = new StreamId{"golden", NamedId("golden")};
  return *kStream;
}

absl::StatusOr<std::string> Encode(const std::vector<NewEvent>& events) {
  PayloadInput input;
  input.events = &events;
  input.streams = {TestStream()};
  input.acting_agency = "region-nord";
  input.salt = kSalt;
  return TestCodec().EncodePayload(input);
}

absl::StatusOr<RecordedCommand> Decode(const std::string& payload) {
  ValidRecord record;
  record.payload = payload;
  log::v1::CommandHeader header;
  header.set_payload_sha256(Sha256(payload));
  log::v1::StreamWrite& write = *header.add_writes();
  write.set_stream(TestStream().ToString());
  write.set_version(1);
  record.header = StoredHeader(header.SerializeAsString());
  return TestCodec().Decode(record, "golden", {});
}

// One event of each variant of the kind.
std::vector<NewEvent> SamplesOf(const Message& wrapper, const FieldDescriptor& kind) {
  std::vector<NewEvent> samples;
  for (int variant = 0; variant < VariantsOf(kind.message_type()); ++variant) {
    std::shared_ptr<Message> sample(wrapper.New());
    FillFully(variant, *sample->GetReflection()->MutableMessage(sample.get(), &kind));
    samples.push_back(NewEvent{TestStream(), std::move(sample)});
  }
  return samples;
}

struct KindCase {
  const Message* wrapper = nullptr;
  const FieldDescriptor* kind = nullptr;
};

std::vector<KindCase> AllEventKinds() {
  std::vector<KindCase> kinds;
  for (const Message* wrapper : StoredEvents()) {
    for (int i = 0; i < wrapper->GetDescriptor()->field_count(); ++i) {
      kinds.push_back({wrapper, wrapper->GetDescriptor()->field(i)});
    }
  }
  return kinds;
}

std::string NameOf(const ::testing::TestParamInfo<KindCase>& info) {
  return absl::StrCat(info.param.wrapper->GetDescriptor()->name(), "_", info.param.kind->name());
}

class GoldenEvent : public ::testing::TestWithParam<KindCase> {};

TEST_P(GoldenEvent, IsStoredAsApproved) {
  const std::string kind = GetParam().kind->message_type()->full_name();
  const std::string path = absl::StrCat("tests/golden/events/", kind, ".hex");
  const absl::StatusOr<std::string> payload = Encode(SamplesOf(*GetParam().wrapper, *GetParam().kind));
  ASSERT_THAT(payload, IsOk());
  std::vector<std::string> forms = ParseForms(ReadGolden(path).value_or(""));
  const GoldenMode mode = GoldenModeFromEnvironment();
  if (mode != GoldenMode::kCompare && (forms.empty() || forms.back() != *payload)) {
    if (mode == GoldenMode::kUpdate && !forms.empty()) forms.pop_back();
    forms.push_back(*payload);
    WriteGolden(path,
                FormatForms(kind + " with every field set, as stored. Forms of earlier times first; they stay readable.", forms));
  }
  ASSERT_FALSE(forms.empty()) << kind << " has no golden; write it with SIP_UPDATE_GOLDEN=1";
  EXPECT_EQ(forms.back(), *payload) << kind << " is no longer stored as approved in " << path
                                    << "; if this is meant, SIP_UPDATE_GOLDEN=1 (or =keep) writes it anew";
  for (const std::string& form : forms) EXPECT_THAT(Decode(form), IsOk()) << path;
}

TEST_P(GoldenEvent, ComesBackAsItWas) {
  const std::vector<NewEvent> samples = SamplesOf(*GetParam().wrapper, *GetParam().kind);
  const absl::StatusOr<std::string> payload = Encode(samples);
  ASSERT_THAT(payload, IsOk());
  const auto decoded = Decode(*payload);
  ASSERT_THAT(decoded, IsOk());
  ASSERT_EQ(decoded->events.size(), samples.size());
  for (size_t i = 0; i < samples.size(); ++i) EXPECT_THAT(*decoded->events[i].event, EqualsProto(*samples[i].event));
}

INSTANTIATE_TEST_SUITE_P(Kinds, GoldenEvent, ::testing::ValuesIn(AllEventKinds()), NameOf);

TEST(StoredWrappers, AnyEventOrCommandIsSplitAndJoined) {
  std::vector<const Message*> wrappers = StoredEvents();
  for (const Message* command : StoredCommands()) wrappers.push_back(command);
  for (const Message* wrapper : wrappers) {
    ContentSplitter splitter;
    splitter.Add(wrapper->GetDescriptor());
    for (uint64_t seed = 0; seed < 100; ++seed) {
      const RandomMessageOptions options{.plausible = false, .unknown_fields = true};
      const std::unique_ptr<Message> message = RandomMessage(seed, *wrapper, options);
      const SplitMessage split = splitter.Split(message->SerializeAsString(), wrapper->GetDescriptor(), "fk");
      std::unique_ptr<Message> joined(wrapper->New());
      ASSERT_TRUE(joined->ParseFromString(split.skeleton));
      for (const OwnedContent& content : split.content) ASSERT_THAT(JoinContent(content.fields, *joined), IsOk());
      ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*joined, *message)) << message->Utf8DebugString();
    }
  }
}

}  // namespace
}  // namespace sip

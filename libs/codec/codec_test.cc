#include "libs/codec/codec.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/sha256.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/testing/matchers.h"
#include "libs/testing/notes_context.h"
#include "libs/testing/random_message.h"
#include "libs/testing/scenario_text.h"
#include "rapidcheck/gtest.h"

namespace sip {
namespace {

using google::protobuf::Message;
using log::v1::Payload;
using sample::v1::NoteCommand;
using sample::v1::NoteEvent;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const StreamId kNote{"note", NamedId("note")};
const StreamId kFacts = FactsStream(NamedId("case"));
constexpr char kSalt[] = "0123456789abcdef";

void UpcastNote(const Message& old_event, Message& wrapper) {
  const auto& old_note = static_cast<const sample::v1::NoteWrittenOld&>(old_event);
  auto& note = *static_cast<NoteEvent&>(wrapper).mutable_note_written();
  note.set_note_id(old_note.note_id());
  note.set_text(old_note.heading() + "\n" + old_note.body());
}

class CodecTest : public ::testing::Test {
 protected:
  CodecTest() {
    codec_.AddModel(*MakeContextModel<NotesContext>());
    codec_.AddOldKind(sample::v1::NoteWrittenOld::default_instance(), NoteEvent::default_instance(), UpcastNote);
  }

  static NoteEvent Written() {
    return ParseText<NoteEvent>(R"pb(note_written {
                                       note_id: "n"
                                       text: "secret-text"
                                       remarks { agency_id: "kommun-a" text: "secret-remark" }
                                     })pb");
  }
  static NoteCommand Write() {
    return ParseText<NoteCommand>(R"pb(write_note { request_id: "r" note_id: "n" text: "secret-request" })pb");
  }
  static log::v1::DecisionRecord Decision() {
    return ParseText<log::v1::DecisionRecord>(R"pb(actor { agency_id: "region-nord" person_id: "secret-person" }
                                                   rule_set_id: "skl/2018-01-01")pb");
  }

  static ValidRecord RecordOf(std::string payload) {
    ValidRecord record;
    record.partition = 3;
    record.idx = 7;
    record.leaf = std::string(32, 'l');
    record.payload = std::move(payload);
    log::v1::CommandHeader header;
    *header.mutable_recorded_at() = ToProto(absl::FromUnixSeconds(1000));
    header.set_payload_sha256(Sha256(record.payload));
    for (const StreamId& stream : {kNote, kFacts}) {
      auto& write = *header.add_writes();
      write.set_stream(stream.ToString());
      write.set_version(stream == kNote ? 5 : 2);
    }
    record.header = StoredHeader(header.SerializeAsString());
    return record;
  }

  absl::StatusOr<std::string> Encode(const std::vector<NewEvent>& events, const Message* command = nullptr) {
    const log::v1::DecisionRecord decision = Decision();
    PayloadInput input;
    input.command = command;
    input.decision = &decision;
    input.events = &events;
    input.streams = {kNote, kFacts};
    input.acting_agency = "region-nord";
    input.salt = kSalt;
    return codec_.EncodePayload(input);
  }

  // A record of the two events and the command above.
  ValidRecord Sample() {
    const NoteCommand command = Write();
    return RecordOf(*Encode({MakeNewEvent(kNote, Written()), MakeNewEvent(kFacts, Fact())}, &command));
  }
  static common::v1::FactEvent Fact() {
    return ParseText<common::v1::FactEvent>(R"pb(case_facts_imported {
                                                   facts {
                                                     case_id: "c"
                                                     birth_date { year: 1999 }
                                                   }
                                                 })pb");
  }

  static ValidRecord Changed(const ValidRecord& record, const std::function<void(Payload&)>& change) {
    Payload payload;
    EXPECT_TRUE(payload.ParseFromString(record.payload));
    change(payload);
    return RecordOf(payload.SerializeAsString());
  }

  Codec codec_;
};

TEST_F(CodecTest, DecodesWhatWasEncoded) {
  const auto decoded = codec_.Decode(Sample(), "sip.notes", {.command = true, .decision = true});
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(decoded->log_name, "sip.notes");
  EXPECT_EQ(decoded->partition, 3u);
  EXPECT_EQ(decoded->idx, 7u);
  EXPECT_EQ(decoded->recorded_at, absl::FromUnixSeconds(1000));
  ASSERT_EQ(decoded->events.size(), 2u);
  EXPECT_EQ(decoded->events[0].stream, kNote);
  EXPECT_EQ(decoded->events[0].version, 5u);
  EXPECT_THAT(*decoded->events[0].event, EqualsProto(Written()));
  EXPECT_EQ(decoded->events[1].stream, kFacts);
  EXPECT_EQ(decoded->events[1].version, 2u);
  EXPECT_THAT(*decoded->events[1].event, EqualsProto(Fact()));
  ASSERT_NE(decoded->command, nullptr);
  EXPECT_THAT(*decoded->command, EqualsProto(Write()));
  EXPECT_THAT(*decoded->decision, EqualsProto(Decision()));
}

TEST_F(CodecTest, DecodesCommandAndDecisionOnlyWhenAsked) {
  const auto decoded = codec_.Decode(Sample(), "sip.notes", {});
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(decoded->command, nullptr);
  EXPECT_THAT(*decoded->decision, EqualsProto(log::v1::DecisionRecord()));
}

TEST_F(CodecTest, StoresPartsByRoleOwnerAndStream) {
  Payload payload;
  ASSERT_TRUE(payload.ParseFromString(Sample().payload));
  EXPECT_EQ(payload.salt(), kSalt);
  std::vector<std::string> parts;
  for (const auto& part : payload.parts()) {
    const bool content = part.role() == log::v1::PART_ROLE_CONTENT;
    parts.push_back(absl::StrCat(part.part_id(), " ", log::v1::PartRole_Name(part.role()), " ", part.kind(),
                                 content ? absl::StrCat(" of ", part.owner_agency(), " for ", part.completes_part_id())
                                         : absl::StrCat(" event ", part.event_index(), " stream ", part.stream_index())));
    if (content) continue;
    EXPECT_THAT(part.data(), Not(HasSubstr("secret")));
  }
  EXPECT_THAT(parts, ElementsAre("0 PART_ROLE_REQUEST sip.sample.v1.WriteNoteRequest event 0 stream 0",
                                 "1 PART_ROLE_CONTENT sip.sample.v1.WriteNoteRequest of region-nord for 0",
                                 "2 PART_ROLE_CONTEXT sip.log.v1.DecisionRecord event 0 stream 0",
                                 "3 PART_ROLE_CONTENT sip.log.v1.DecisionRecord of region-nord for 2",
                                 "4 PART_ROLE_SKELETON sip.sample.v1.NoteWritten event 0 stream 0",
                                 "5 PART_ROLE_CONTENT sip.sample.v1.NoteWritten of kommun-a for 4",
                                 "6 PART_ROLE_CONTENT sip.sample.v1.NoteWritten of region-nord for 4",
                                 "7 PART_ROLE_SKELETON sip.common.v1.CaseFactsImported event 1 stream 1",
                                 "8 PART_ROLE_CONTENT sip.common.v1.CaseFactsImported of region-nord for 7"));
}

TEST_F(CodecTest, DeliversTheSkeletonWhenContentIsGone) {
  const ValidRecord culled = Changed(Sample(), [](Payload& payload) {
    payload.mutable_parts()->erase(
        std::remove_if(payload.mutable_parts()->begin(), payload.mutable_parts()->end(),
                       [](const log::v1::Part& part) { return part.role() == log::v1::PART_ROLE_CONTENT; }),
        payload.mutable_parts()->end());
  });
  const auto decoded = codec_.Decode(culled, "sip.notes", {.command = true, .decision = true});
  ASSERT_THAT(decoded, IsOk());
  EXPECT_THAT(*decoded->events[0].event, EqualsProto(*SkeletonOf(Written())));
  EXPECT_THAT(*decoded->command, EqualsProto(*SkeletonOf(Write())));
  EXPECT_THAT(*decoded->decision, EqualsProto(*SkeletonOf(Decision())));
}

TEST_F(CodecTest, NamesAKindThatItDoesNotKnow) {
  const ValidRecord newer =
      Changed(Sample(), [](Payload& payload) { payload.mutable_parts(4)->set_kind("sip.sample.v1.NoteFramed"); });
  EXPECT_THAT(codec_.Decode(newer, "sip.notes", {}), StatusIs(absl::StatusCode::kUnimplemented, "sip.sample.v1.NoteFramed"));
}

TEST_F(CodecTest, AnUnknownCommandStopsOnlyWhoAsksForIt) {
  const ValidRecord newer =
      Changed(Sample(), [](Payload& payload) { payload.mutable_parts(0)->set_kind("sip.sample.v1.FrameNote"); });
  EXPECT_THAT(codec_.Decode(newer, "sip.notes", {}), IsOk());
  EXPECT_THAT(codec_.Decode(newer, "sip.notes", {.command = true}), StatusIs(absl::StatusCode::kUnimplemented, "FrameNote"));
}

TEST_F(CodecTest, RefusesAPartRoleThatItDoesNotKnow) {
  const ValidRecord newer = Changed(Sample(), [](Payload& payload) { payload.mutable_parts(4)->set_role(log::v1::PartRole(17)); });
  EXPECT_THAT(codec_.Decode(newer, "sip.notes", {}), StatusIs(absl::StatusCode::kUnimplemented));
}

TEST_F(CodecTest, RefusesAPayloadThatIsNotTheHeaders) {
  ValidRecord record = Sample();
  record.payload[record.payload.size() / 2] = static_cast<char>(record.payload[record.payload.size() / 2] ^ 1);
  EXPECT_THAT(codec_.Decode(record, "sip.notes", {}), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(CodecTest, RefusesAnEncryptedPart) {
  for (const int part : {4, 5}) {
    const ValidRecord record = Changed(Sample(), [&](Payload& payload) { payload.mutable_parts(part)->set_key_id(12); });
    EXPECT_THAT(codec_.Decode(record, "sip.notes", {}), StatusIs(absl::StatusCode::kFailedPrecondition, "key 12"));
  }
}

TEST_F(CodecTest, RefusesPayloadsThatContradictThemselves) {
  const std::vector<std::function<void(Payload&)>> changes = {
      [](Payload& payload) { payload.mutable_parts(4)->set_event_index(1); },
      [](Payload& payload) { payload.mutable_parts(4)->set_stream_index(2); },
      [](Payload& payload) { payload.mutable_parts(4)->set_data("\xff"); },
      [](Payload& payload) { payload.mutable_parts(5)->set_data("\xff"); },
      [](Payload& payload) { payload.mutable_parts(5)->set_completes_part_id(7); },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    EXPECT_THAT(codec_.Decode(Changed(Sample(), changes[i]), "sip.notes", {}), StatusIs(absl::StatusCode::kDataLoss)) << i;
  }
  ValidRecord bad_stream = Sample();
  log::v1::CommandHeader bad_header = *bad_stream.header;
  bad_header.mutable_writes(0)->set_stream("note");
  bad_stream.header = StoredHeader(bad_header.SerializeAsString());
  EXPECT_THAT(codec_.Decode(bad_stream, "sip.notes", {}), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(codec_.Decode(RecordOf("\xff"), "sip.notes", {}), StatusIs(absl::StatusCode::kDataLoss));
}

// The second one took the place of the first, whose message was freed; content that completes the first was then written into it.
TEST_F(CodecTest, RefusesASecondRequestOrContext) {
  for (const log::v1::PartRole role : {log::v1::PART_ROLE_REQUEST, log::v1::PART_ROLE_CONTEXT}) {
    const ValidRecord record = Changed(Sample(), [&](Payload& payload) {
      const auto first =
          std::find_if(payload.parts().begin(), payload.parts().end(), [&](const auto& part) { return part.role() == role; });
      ASSERT_NE(first, payload.parts().end());
      log::v1::Part second = *first;
      second.set_part_id(static_cast<uint32_t>(payload.parts_size()));
      *payload.add_parts() = second;
    });
    EXPECT_THAT(codec_.Decode(record, "sip.notes", {.command = true, .decision = true}), StatusIs(absl::StatusCode::kDataLoss))
        << role;
  }
}

TEST_F(CodecTest, ReadsAnOldKindAsWhatItSaysToday) {
  const ValidRecord record = RecordOf(*Encode({MakeNewEvent(kNote, Written())}));
  const ValidRecord old_record = Changed(record, [](Payload& payload) {
    payload.mutable_parts()->DeleteSubrange(4, payload.parts_size() - 4);
    auto& part = *payload.mutable_parts(2);
    part.set_kind("sip.sample.v1.NoteWrittenOld");
    part.set_data(ParseText<sample::v1::NoteWrittenOld>(R"pb(note_id: "n")pb").SerializeAsString());
    auto& content = *payload.mutable_parts(3);
    content.set_data(ParseText<log::v1::ContentFields>(R"pb(fields {
                                                              data: "\x12\x01H\x1a\x01"
                                                                    "B"
                                                            })pb")
                         .SerializeAsString());
  });
  const auto decoded = codec_.Decode(old_record, "sip.notes", {});
  ASSERT_THAT(decoded, IsOk());
  EXPECT_THAT(*decoded->events[0].event, EqualsProto(ParseText<NoteEvent>(R"pb(note_written { note_id: "n" text: "H\nB" })pb")));
  EXPECT_THAT(codec_.KnownEventKinds(), ::testing::Contains("sip.sample.v1.NoteWrittenOld"));
}

TEST_F(CodecTest, RefusesWhatIsTooLargeBeforeItIsAppended) {
  NoteCommand command = Write();
  command.mutable_write_note()->set_text(std::string(kMaxRequestBytes, 'x'));
  EXPECT_THAT(Encode({}, &command), RejectedFor(common::v1::REASON_LIMIT_EXCEEDED));

  NoteEvent content = Written();
  content.mutable_note_written()->set_text(std::string(kMaxContentBytes, 'x'));
  EXPECT_THAT(Encode({MakeNewEvent(kNote, content)}), RejectedFor(common::v1::REASON_LIMIT_EXCEEDED));

  NoteEvent skeleton = Written();
  skeleton.mutable_note_written()->add_remarks()->set_unit_id(std::string(kMaxRecordBytes - kReservedHeaderBytes, 'x'));
  EXPECT_THAT(Encode({MakeNewEvent(kNote, skeleton)}), RejectedFor(common::v1::REASON_LIMIT_EXCEEDED));
}

TEST_F(CodecTest, AddingAWrapperAgainChangesNothing) {
  const std::vector<std::string> kinds = codec_.KnownEventKinds();
  codec_.AddModel(*MakeContextModel<NotesContext>());
  EXPECT_EQ(codec_.KnownEventKinds(), kinds);
}

RC_GTEST_FIXTURE_PROP(CodecTest, AnyEventsComeBack, (const std::vector<uint64_t>& seeds)) {
  std::vector<NewEvent> events;
  for (const uint64_t seed : seeds) {
    const RandomMessageOptions options{.plausible = false, .unknown_fields = true};
    events.push_back(MakeNewEvent(kNote, RandomMessage<NoteEvent>(seed, options)));
    // What stands beside the kind in a wrapper is not stored.
    const_cast<Message&>(*events.back().event)
        .GetReflection()
        ->MutableUnknownFields(const_cast<Message*>(events.back().event.get()))
        ->Clear();
  }
  const auto payload = Encode(events);
  RC_ASSERT(payload.ok());
  const auto decoded = codec_.Decode(RecordOf(*payload), "sip.notes", {});
  RC_ASSERT(decoded.ok());
  RC_ASSERT(decoded->events.size() == events.size());
  for (size_t i = 0; i < events.size(); ++i) {
    RC_ASSERT(google::protobuf::util::MessageDifferencer::Equals(*decoded->events[i].event, *events[i].event));
  }
}

RC_GTEST_FIXTURE_PROP(CodecTest, AnyBytesAreRefusedNotTrusted, (std::string bytes, uint64_t seed)) {
  const google::protobuf::LogSilencer silencer;  // What protobuf prints about bad bytes is no news here.
  if (seed % 2 == 0) {
    // A real payload with some bytes changed reaches further in.
    std::string payload = Sample().payload;
    for (size_t i = 0; i < bytes.size(); ++i) payload[(seed / 2 + i * 7) % payload.size()] = bytes[i];
    bytes = payload;
  }
  const auto decoded = codec_.Decode(RecordOf(bytes), "sip.notes", {.command = true, .decision = true});
  if (decoded.ok()) {
    for (const RecordedEvent& event : decoded->events) RC_ASSERT(event.event != nullptr);
  }
}

}  // namespace
}  // namespace sip

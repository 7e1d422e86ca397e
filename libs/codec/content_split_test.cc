#include "libs/codec/content_split.h"

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "google/protobuf/unknown_field_set.h"
#include "gtest/gtest.h"
#include "libs/testing/matchers.h"
#include "libs/testing/random_message.h"
#include "rapidcheck/gtest.h"
#include "sip/sample/v1/notes.pb.h"

namespace sip {
namespace {

using google::protobuf::Message;
using sample::v1::NoteWritten;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

SplitMessage Split(const Message& message, absl::string_view owner = "region-nord") {
  ContentSplitter splitter;
  splitter.Add(message.GetDescriptor());
  return splitter.Split(message.SerializeAsString(), message.GetDescriptor(), owner);
}

// Skeleton and all content, joined into a new message.
template <typename M>
M Join(const SplitMessage& split) {
  M message;
  EXPECT_TRUE(message.ParseFromString(split.skeleton));
  for (const OwnedContent& content : split.content) EXPECT_THAT(JoinContent(content.fields, message), IsOk());
  return message;
}

NoteWritten Sample() {
  return ParseText<NoteWritten>(R"pb(
    note_id: "n1"
    text: "secret-text"
    remarks {
      agency_id: "kommun-a"
      text: "secret-remark"
      urgency: URGENCY_HIGH
      words: "secret-one"
      words: "secret-two"
      person { person_id: "p1" name: "secret-name" birth_year: 0 }
    }
    remarks {
      urgency: URGENCY_LOW
      phrase: "secret-phrase"
      replies { agency_id: "skola-x" text: "secret-reply" }
    }
    author { person_id: "secret-author" }
    until { seconds: 7 }
    measures: -1
    shares: 0.5
    picture: "secret-picture"
  )pb");
}

TEST(ContentSplit, KeepsWhatIsNoContentInTheSkeleton) {
  NoteWritten skeleton;
  ASSERT_TRUE(skeleton.ParseFromString(Split(Sample()).skeleton));
  EXPECT_THAT(skeleton, EqualsProto(ParseText<NoteWritten>(R"pb(
                note_id: "n1"
                remarks {
                  agency_id: "kommun-a"
                  urgency: URGENCY_HIGH
                  person { person_id: "p1" }
                }
                remarks {
                  urgency: URGENCY_LOW
                  replies { agency_id: "skola-x" }
                }
                until { seconds: 7 }
                measures: -1
              )pb")));
}

TEST(ContentSplit, LeavesNoContentBytesInTheSkeleton) { EXPECT_THAT(Split(Sample()).skeleton, Not(HasSubstr("secret"))); }

TEST(ContentSplit, GivesContentToTheAgencyThatAnswersForIt) {
  std::vector<std::string> owners;
  for (const OwnedContent& content : Split(Sample()).content) {
    std::vector<std::string> paths;
    for (const auto& at : content.fields.fields()) paths.push_back(absl::StrJoin(at.path(), "."));
    owners.push_back(content.owner_agency + ": " + absl::StrJoin(paths, " | "));
  }
  // An owner that is named holds below until another is named; the second remark names none.
  EXPECT_THAT(owners, ElementsAre("kommun-a: 3.0.5.0 | 3.0", "skola-x: 3.1.8.0", "region-nord: 3.1 | "));
}

TEST(ContentSplit, JoinsAgain) { EXPECT_THAT(Join<NoteWritten>(Split(Sample())), EqualsProto(Sample())); }

TEST(ContentSplit, PutsUnknownFieldsIntoTheContent) {
  NoteWritten note = ParseText<NoteWritten>(R"pb(note_id: "n1"
                                                 remarks { urgency: URGENCY_LOW }
                                                 until { seconds: 7 })pb");
  const auto add = [](Message& message) {
    message.GetReflection()->MutableUnknownFields(&message)->AddLengthDelimited(500, "secret");
  };
  add(note);
  add(*note.mutable_remarks(0));
  add(*note.mutable_until());
  note.GetReflection()->MutableUnknownFields(&note)->AddGroup(501)->AddVarint(1, 7);
  const SplitMessage split = Split(note);
  EXPECT_THAT(split.skeleton, Not(HasSubstr("secret")));
  EXPECT_THAT(Join<NoteWritten>(split), EqualsProto(note));
}

TEST(ContentSplit, HasNoContentForAMessageWithoutAny) {
  EXPECT_TRUE(Split(ParseText<NoteWritten>(R"pb(note_id: "n1"
                                                remarks { urgency: URGENCY_LOW })pb"))
                  .content.empty());
}

TEST(ContentSplit, HandlesSubmessagesOfEveryLength) {
  for (const size_t size : {0u, 100u, 126u, 127u, 128u, 129u, 16383u, 16384u, 20000u}) {
    NoteWritten note;
    note.add_remarks()->set_unit_id(std::string(size, 'u'));
    note.mutable_remarks(0)->set_text("secret");
    EXPECT_THAT(Join<NoteWritten>(Split(note)), EqualsProto(note)) << size;
  }
}

TEST(ContentJoin, RefusesContentThatHasNoPlace) {
  for (const char* fields :
       {R"pb(fields { path: [ 3, 1 ] })pb", R"pb(fields { path: [ 4, 0 ] })pb", R"pb(fields { path: [ 99, 0 ] })pb",
        R"pb(fields { path: 3 })pb", R"pb(fields { path: [ 1, 0 ] })pb", R"pb(fields { path: [ 5, 1 ] })pb"}) {
    NoteWritten note = ParseText<NoteWritten>("remarks {} until {}");
    EXPECT_THAT(JoinContent(ParseText<log::v1::ContentFields>(fields), note), StatusIs(absl::StatusCode::kDataLoss)) << fields;
  }
}

TEST(ContentJoin, RefusesGarbledContent) {
  NoteWritten note;
  EXPECT_THAT(JoinContent(ParseText<log::v1::ContentFields>(R"pb(fields { data: "\xff" })pb"), note),
              StatusIs(absl::StatusCode::kDataLoss));
}

RC_GTEST_PROP(ContentSplit, JoiningWhatWasSplitGivesTheSame, (uint64_t seed)) {
  const auto note = RandomMessage<NoteWritten>(seed, {.plausible = false, .unknown_fields = true});
  const NoteWritten joined = Join<NoteWritten>(Split(note));
  RC_ASSERT(google::protobuf::util::MessageDifferencer::Equals(joined, note));
}

RC_GTEST_PROP(ContentSplit, SplittingASkeletonTakesNothingOut, (uint64_t seed)) {
  const auto note = RandomMessage<NoteWritten>(seed, {.plausible = false, .unknown_fields = true});
  const std::unique_ptr<Message> skeleton = SkeletonOf(note);
  const SplitMessage split = Split(*skeleton);
  RC_ASSERT(split.content.empty());
  RC_ASSERT(split.skeleton == skeleton->SerializeAsString());
}

}  // namespace
}  // namespace sip

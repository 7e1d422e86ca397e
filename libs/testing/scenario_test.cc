#include "libs/testing/scenario.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/matchers.h"
#include "libs/testing/notes_context.h"
#include "libs/testing/scenario_text.h"

namespace sip {

SIP_SCENARIOS(NotesContext, "libs/testing/sample_scenarios", NoRuleSets());

namespace {

absl::Status Play(absl::string_view text) { return RunScenario(text, *MakeContextModel<NotesContext>(), NoRuleSets()); }

constexpr char kWrite[] = R"pb(when {
                                 command {
                                   [type.googleapis.com/sip.sample.v1.NoteCommand] { write_note { note_id: "@id(n)" text: "a" } }
                                 }
                               })pb";
constexpr char kEraseUnknown[] = R"pb(when {
                                        command {
                                          [type.googleapis.com/sip.sample.v1.NoteCommand] { erase_note { note_id: "@id(n)" } }
                                        }
                                      })pb";

TEST(ScenarioRunner, ComparesEventsWhole) {
  EXPECT_THAT(Play(absl::StrCat(
                  kWrite, R"pb(then {
                                 event {
                                   [type.googleapis.com/sip.sample.v1.NoteEvent] { note_written { note_id: "@id(n)" text: "a" } }
                                 }
                               })pb")),
              IsOk());
  EXPECT_THAT(
      Play(absl::StrCat(kWrite, R"pb(then {
                                       event {
                                         [type.googleapis.com/sip.sample.v1.NoteEvent] { note_written { note_id: "@id(n)" } }
                                       }
                                     })pb")),
      StatusIs(absl::StatusCode::kFailedPrecondition, "note_written.text"));
}

TEST(ScenarioRunner, ComparesPartOfAnEventWhenAsked) {
  EXPECT_THAT(
      Play(absl::StrCat(kWrite, R"pb(then {
                                       event {
                                         [type.googleapis.com/sip.sample.v1.NoteEvent] { note_written { note_id: "@id(n)" } }
                                       }
                                       partial: true
                                     })pb")),
      IsOk());
}

TEST(ScenarioRunner, ComparesKinds) {
  EXPECT_THAT(Play(absl::StrCat(kWrite, R"(then_kinds: "note_written")")), IsOk());
  EXPECT_THAT(Play(absl::StrCat(kWrite, R"(then_kinds: "note_erased")")),
              StatusIs(absl::StatusCode::kFailedPrecondition, "note_written"));
  EXPECT_THAT(Play(absl::StrCat(kWrite, R"(then_kinds: ["note_written", "note_written"])")),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(ScenarioRunner, ComparesTheStreamWhereItIsStated) {
  EXPECT_THAT(Play(absl::StrCat(kWrite, R"pb(then {
                                               stream: "note/@id(other)"
                                               event {
                                                 [type.googleapis.com/sip.sample.v1.NoteEvent] { note_written {} }
                                               }
                                               partial: true
                                             })pb")),
              StatusIs(absl::StatusCode::kFailedPrecondition, "stream is note/"));
}

TEST(ScenarioRunner, ExpectsExactlyTheViolationsThatCome) {
  EXPECT_THAT(Play(absl::StrCat(kEraseUnknown, "rejected { reason: REASON_NOT_FOUND_OR_NOT_DISCLOSED }")), IsOk());
  EXPECT_THAT(Play(absl::StrCat(kEraseUnknown, "rejected { reason: REASON_FIELD_INVALID }")),
              StatusIs(absl::StatusCode::kFailedPrecondition, "REASON_NOT_FOUND_OR_NOT_DISCLOSED"));
  EXPECT_THAT(Play(absl::StrCat(kEraseUnknown, "rejected { reason: REASON_NOT_FOUND_OR_NOT_DISCLOSED field: \"note_id\" }")),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Play(absl::StrCat(kWrite, "rejected { reason: REASON_FIELD_INVALID }")),
              StatusIs(absl::StatusCode::kFailedPrecondition, "not refused"));
}

TEST(ScenarioRunner, TellsNothingFromSomething) {
  const std::string written =
      R"pb(given {
             command {
               [type.googleapis.com/sip.sample.v1.NoteCommand] { write_note { note_id: "@id(n)" text: "a" } }
             }
           })pb";
  EXPECT_THAT(Play(absl::StrCat(written, kWrite, "then_nothing: true")), IsOk());
  EXPECT_THAT(Play(absl::StrCat(kWrite, "then_nothing: true")), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(ScenarioRunner, AGivenCommandMustBeAccepted) {
  std::string given = absl::StrCat(kEraseUnknown);
  given.replace(given.find("when"), 4, "given");
  EXPECT_THAT(Play(absl::StrCat(given, kWrite, "then_kinds: \"note_written\"")),
              StatusIs(absl::StatusCode::kFailedPrecondition, "given-1: was refused"));
}

TEST(ScenarioRunner, WantsExactlyOneOutcome) {
  EXPECT_THAT(Play(kWrite), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Play(absl::StrCat(kWrite, "then_nothing: true then_kinds: \"note_written\"")),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ScenarioRunner, SaysWhereATextIsWrong) {
  EXPECT_THAT(Play("when { nonsense: 1 }"), StatusIs(absl::StatusCode::kInvalidArgument, "1:"));
}

TEST(ScenarioFilesTest, AFolderWithoutFilesFailsInsteadOfPassing) {
  const std::vector<std::string> files = ScenarioFiles("libs/testing/no_such_folder");
  ASSERT_EQ(files.size(), 1u);
  EXPECT_THAT(RunScenarioFile(files[0], *MakeContextModel<NotesContext>(), NoRuleSets()), StatusIs(absl::StatusCode::kNotFound));
}

TEST(ScenarioText, ReplacesWords) {
  EXPECT_EQ(*ExpandScenarioText("a: \"@id(x)\"", NoRuleSets()), absl::StrCat("a: \"", NamedId("x").ToString(), "\"\n"));
  EXPECT_EQ(*ExpandScenarioText("t { @at(1970-01-01 01:00:01) }", NoRuleSets()), "t { seconds: 1 nanos: 0 }\n");
  EXPECT_EQ(*ExpandScenarioText("t { @at(1970-01-01T00:00:02Z) }", NoRuleSets()), "t { seconds: 2 nanos: 0 }\n");
  EXPECT_EQ(*ExpandScenarioText("d { @date(2018-03-01) }", NoRuleSets()), "d { year: 2018 month: 3 day: 1 }\n");
}

TEST(ScenarioText, LeavesCommentsAndOtherAtSignsAlone) {
  EXPECT_EQ(*ExpandScenarioText("# @nothing(x)\nmail: \"a@b.se (c)\"", NoRuleSets()), "# @nothing(x)\nmail: \"a@b.se (c)\"\n");
}

TEST(ScenarioText, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"@nothing(x)", "@id(x", "@date(1)", "@at(then)", "@minted(x)", "@digest(skl/1900-01-01)"}) {
    EXPECT_FALSE(ExpandScenarioText(text, NoRuleSets()).ok()) << text;
  }
}

}  // namespace
}  // namespace sip

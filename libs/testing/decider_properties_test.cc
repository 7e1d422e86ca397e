#include "libs/testing/decider_properties.h"

#include "gtest/gtest.h"
#include "libs/testing/matchers.h"
#include "libs/testing/notes_context.h"
#include "libs/testing/scenario.h"

namespace sip {

constexpr char kScenarios[] = "libs/testing/sample_scenarios";

SIP_DECIDER_PROPERTIES(NotesContext, kScenarios, NoRuleSets(), {"write_note", "erase_note"});

namespace {

// As the notes, but writing always gives an event.
struct ForgetfulDecider : NoteDecider {
  static Decision<Event> Decide(const State& state, const Command& command, const DecisionContext& context) {
    if (command.has_erase_note()) return NoteDecider::Decide(state, command, context);
    Event event;
    event.mutable_note_written()->set_note_id(command.write_note().note_id());
    return std::vector<Event>{event};
  }
};
struct ForgetfulContext : NotesContext {
  using Deciders = TypeList<ForgetfulDecider>;
};

// As the notes, but remembers between decisions.
struct MoodyDecider : NoteDecider {
  static Decision<Event> Decide(const State& state, const Command& command, const DecisionContext& context) {
    static int calls = 0;
    if (command.has_write_note() && ++calls % 5 == 0) return std::vector<Event>{};
    return NoteDecider::Decide(state, command, context);
  }
};
struct MoodyContext : NotesContext {
  using Deciders = TypeList<MoodyDecider>;
};

template <typename C>
class Broken {
 public:
  PropertyInput input() const { return {*model_, NoRuleSets(), kScenarios}; }

 private:
  std::unique_ptr<ContextModel> model_ = MakeContextModel<C>();
};

TEST(DeciderProperties, FindsAWishThatIsGrantedTwice) {
  EXPECT_THAT(CheckRepeatedWishes(Broken<ForgetfulContext>().input(), {"write_note"}),
              StatusIs(absl::StatusCode::kFailedPrecondition, "write_note repeated gave events"));
}

TEST(DeciderProperties, WantsEveryWishInAScenario) {
  EXPECT_THAT(CheckRepeatedWishes(Broken<NotesContext>().input(), {"burn_note"}),
              StatusIs(absl::StatusCode::kFailedPrecondition, "burn_note"));
}

TEST(DeciderProperties, FindsADeciderThatRemembers) { EXPECT_FALSE(CheckRandomSteps(Broken<MoodyContext>().input(), 1, 200).ok()); }

}  // namespace
}  // namespace sip

#include "services/views/projections/projection_test_events.h"

namespace sip {

const RuleBook& DeadlineTestRules() {
  static const RuleBook* const kBook = [] {
    auto* book = new RuleBook;
    const auto rule_set = [](const std::string& owner, const std::string& clock) {
      return ParseText<rules::v1::RuleSet>("id: '" + owner + "/2018-01-01' owner: '" + owner +
                                           R"(' valid_from { year: 2018 month: 1 day: 1 }
          start { first_contact { max_days: 3 warning_days: 1 weight: LEGAL_WEIGHT_RECOMMENDATION } }
          consent { warning_days: 14 }
          meeting { clock_start: )" + clock +
                                           R"( held_within { max_days: 30 warning_days: 7 weight: LEGAL_WEIGHT_AGREED } }
          follow_up { required: true warning_days: 5 }
          calendar { day_off_rule: DAY_OFF_RULE_CALENDAR_DAYS })");
    };
    book->Add(rule_set("test", "MEETING_CLOCK_START_NEED_DISCOVERED"));
    book->Add(rule_set("request", "MEETING_CLOCK_START_REQUEST"));
    book->Add(rule_set("consent", "MEETING_CLOCK_START_CONSENT"));
    return book;
  }();
  return *kBook;
}

}  // namespace sip

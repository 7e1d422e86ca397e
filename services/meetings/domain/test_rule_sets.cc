#include "services/meetings/domain/test_rule_sets.h"

#include "google/protobuf/text_format.h"
#include "libs/base/check.h"
#include "libs/rules/rule_book.h"

namespace sip {
namespace {

// Only what the meetings context asks of a rule set.
constexpr char kLenient[] = R"(
  id: "skl/2018-01-01" owner: "skl" valid_from { year: 2018 month: 1 day: 1 }
  consent {
    points { step: GATED_STEP_CALL_PARTY kind: CONSENT_KIND_PLAN }
    points { step: GATED_STEP_CALL_PARTY kind: CONSENT_KIND_INFORMATION_SHARING }
  }
  meeting {
    max_minutes: 120
    invite_decider: INVITE_DECIDER_INDIVIDUAL_TAKES_PART
    channels: [CHANNEL_SYSTEM, CHANNEL_LETTER, CHANNEL_PHONE, CHANNEL_IN_PERSON, CHANNEL_SECURE_MESSAGE]
    agenda { text: "Presentation" }
    agenda { text: "Vad är viktigt för dig" }
  }
  party_types { code: "region" obligation: OBLIGATION_STATUTORY agency_kinds: [AGENCY_KIND_REGION, AGENCY_KIND_PRIVATE_PROVIDER] }
  party_types { code: "municipality" obligation: OBLIGATION_STATUTORY agency_kinds: AGENCY_KIND_MUNICIPALITY }
  party_types { code: "state" obligation: OBLIGATION_VOLUNTARY agency_kinds: AGENCY_KIND_STATE_AUTHORITY }
  party_types { code: "voluntary_organisation" obligation: OBLIGATION_VOLUNTARY }
)";

constexpr char kStrict[] = R"(
  id: "strict/2018-01-01" owner: "strict" valid_from { year: 2018 month: 1 day: 1 }
  consent {
    points { step: GATED_STEP_CALL_PARTY kind: CONSENT_KIND_PROCESS_START }
    points { step: GATED_STEP_CALL_PARTY kind: CONSENT_KIND_INFORMATION_SHARING }
  }
  meeting {
    max_minutes: 120
    invite_decider: INVITE_DECIDER_GUARDIAN
    channels: [CHANNEL_SYSTEM, CHANNEL_LETTER]
    established_contact_required: true
    pre_consultation_required: true
  }
  party_types { code: "region" obligation: OBLIGATION_STATUTORY agency_kinds: AGENCY_KIND_REGION }
  party_types { code: "municipality" obligation: OBLIGATION_STATUTORY agency_kinds: AGENCY_KIND_MUNICIPALITY }
  party_types { code: "state" obligation: OBLIGATION_AGREED agency_kinds: AGENCY_KIND_STATE_AUTHORITY }
)";

rules::v1::RuleSet Parsed(const char* text) {
  rules::v1::RuleSet rule_set;
  SIP_CHECK(google::protobuf::TextFormat::ParseFromString(text, &rule_set));
  return rule_set;
}

}  // namespace

const RuleSetSource& MeetingTestRuleSets() {
  static const RuleBook* const kBook = [] {
    auto* book = new RuleBook;
    book->Add(Parsed(kLenient));
    book->Add(Parsed(kStrict));
    return book;
  }();
  return *kBook;
}

}  // namespace sip

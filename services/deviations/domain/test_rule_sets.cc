#include "services/deviations/domain/test_rule_sets.h"

#include "libs/base/check.h"
#include "libs/rules/rule_book.h"
#include "libs/testing/rule_sets.h"

namespace sip {
namespace {

using rules::v1::RuleSet;

RuleSet Handbook() {
  const RuleSet* handbook = TestRuleSets().Find("skl/2018-01-01");
  SIP_CHECK(handbook != nullptr);
  return *handbook;
}

RuleSet Halland() {
  RuleSet rules = Handbook();
  rules.set_owner("halland");
  rules.set_id("halland/2018-01-01");
  rules::v1::DeviationRules& deviations = *rules.mutable_deviations();
  deviations.set_scope(rules::v1::DEVIATION_SCOPE_BETWEEN_PRINCIPALS);
  deviations.set_answer_days(30);
  deviations.clear_suggested();
  for (rules::v1::DeviationGround& ground : *deviations.mutable_grounds()) {
    if (ground.kind() != rules::v1::DEVIATION_GROUND_KIND_NO_INITIATIVE) continue;
    ground.add_agency_kinds(rules::v1::AGENCY_KIND_REGION);
    ground.add_agency_kinds(rules::v1::AGENCY_KIND_MUNICIPALITY);
  }
  return rules;
}

}  // namespace

const RuleSetSource& DeviationTestRuleSets() {
  static const RuleBook* const kBook = [] {
    auto* book = new RuleBook;
    book->Add(Handbook());
    book->Add(Halland());
    return book;
  }();
  return *kBook;
}

}  // namespace sip

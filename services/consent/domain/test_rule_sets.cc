#include "services/consent/domain/test_rule_sets.h"

#include "libs/base/check.h"
#include "libs/rules/rule_book.h"
#include "libs/testing/rule_sets.h"

namespace sip {
namespace {

using rules::v1::RuleSet;

RuleSet Handbook(const char* owner) {
  const RuleSet* handbook = TestRuleSets().Find("skl/2018-01-01");
  SIP_CHECK(handbook != nullptr);
  RuleSet rules = *handbook;
  rules.set_owner(owner);
  rules.set_id(std::string(owner) + "/2018-01-01");
  return rules;
}

RuleSet Strict() {
  RuleSet rules = Handbook("strict");
  rules.mutable_consent()->clear_allowed_forms();
  rules.mutable_consent()->add_allowed_forms(rules::v1::CONSENT_FORM_KIND_ORAL);
  rules.mutable_consent()->add_allowed_forms(rules::v1::CONSENT_FORM_KIND_WRITTEN);
  rules.mutable_consent()->set_require_end(true);
  return rules;
}

RuleSet Timed() {
  RuleSet rules = Handbook("timed");
  rules.mutable_consent()->set_default_days(90);
  rules.mutable_child()->set_own_consent_age(15);
  return rules;
}

}  // namespace

const RuleSetSource& ConsentTestRuleSets() {
  static const RuleBook* const kBook = [] {
    auto* book = new RuleBook;
    book->Add(Handbook("skl"));
    book->Add(Strict());
    book->Add(Timed());
    return book;
  }();
  return *kBook;
}

}  // namespace sip

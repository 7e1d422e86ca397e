#include "libs/testing/rule_sets.h"

#include "gtest/gtest.h"
#include "libs/rules/load.h"

namespace sip {

const RuleBook& TestRuleSets() {
  static const RuleBook* const book = [] {
    auto* loaded = new RuleBook;
    const auto rule_sets = LoadRuleSets("deploy/rules");
    EXPECT_TRUE(rule_sets.ok()) << rule_sets.status();
    if (rule_sets.ok()) {
      for (const rules::v1::RuleSet& rule_set : *rule_sets) loaded->Add(rule_set);
    }
    return loaded;
  }();
  return *book;
}

}  // namespace sip

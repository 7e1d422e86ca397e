// Events and rows of the tests in this folder.
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_PROJECTION_TEST_EVENTS_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_PROJECTION_TEST_EVENTS_H_

#include <string>

#include "gtest/gtest.h"
#include "libs/domain/facts.h"
#include "libs/rules/rule_book.h"
#include "libs/testing/matchers.h"
#include "libs/testing/projection_spec.h"
#include "libs/testing/scenario_text.h"
#include "sip/common/v1/facts.pb.h"

namespace sip {

// One rule set, "test/2018-01-01", with the periods of the handbook.
const RuleBook& DeadlineTestRules();

// The event that text format says, with the words of scenario_text.h.
template <typename Event>
Event EventFrom(const std::string& text) {
  const absl::StatusOr<std::string> expanded = ExpandScenarioText(text, DeadlineTestRules());
  EXPECT_TRUE(expanded.ok()) << expanded.status();
  return ParseText<Event>(expanded.ok() ? *expanded : "");
}

inline std::string IdText(absl::string_view name) { return NamedId(name).ToString(); }
inline StreamId StreamOf(absl::string_view type, absl::string_view name) { return StreamId{std::string(type), NamedId(name)}; }
inline StreamId CaseStream() { return StreamOf("case", "case"); }
inline StreamId CaseFactsStream() { return FactsStream(NamedId("case")); }

// The row; the test fails if there is none.
template <typename Row>
Row RowIn(const MemoryView::Rows& rows, const std::string& key) {
  Row row;
  const auto found = rows.find(key);
  EXPECT_TRUE(found != rows.end() && row.ParseFromString(found->second)) << key;
  return row;
}

// The imported facts of a case with these parties, which are text such as "agency_ids: 'kommun-a'".
inline common::v1::FactEvent FactsImported(const std::string& facts) {
  return EventFrom<common::v1::FactEvent>("case_facts_imported { facts { case_id: '@id(case)' open: true " + facts + " } }");
}

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_PROJECTION_TEST_EVENTS_H_

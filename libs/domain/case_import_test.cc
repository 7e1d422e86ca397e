#include "libs/domain/case_import.h"

#include "gtest/gtest.h"
#include "libs/domain/facts.h"
#include "sip/cases/v1/case_events.pb.h"

namespace sip {
namespace {

using cases::v1::CaseEvent;

void Append(RecordedCommand& record, const CaseEvent& event) {
  record.events.push_back({StreamId{"case", Uuid()}, 1, std::make_shared<const CaseEvent>(event)});
}

TEST(CaseImport, TakesTheLastFactsOfTheRecord) {
  RecordedCommand record;
  record.log_name = kCaseLogName;
  CaseEvent opened;
  opened.mutable_case_opened()->mutable_facts()->add_agency_ids("region-nord");
  Append(record, opened);
  CaseEvent added;
  added.mutable_case_party_added()->mutable_facts()->add_agency_ids("region-nord");
  added.mutable_case_party_added()->mutable_facts()->add_agency_ids("kommun-a");
  Append(record, added);
  CaseEvent contact;
  contact.mutable_contact_made();
  Append(record, contact);

  const auto facts = CaseFactsIn(record);

  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->agency_ids_size(), 2);
}

TEST(CaseImport, IgnoresRecordsWithoutFactsAndOtherLogs) {
  RecordedCommand record;
  record.log_name = kCaseLogName;
  CaseEvent declined;
  declined.mutable_offer_declined();
  Append(record, declined);
  EXPECT_FALSE(CaseFactsIn(record).has_value());

  CaseEvent closed;
  closed.mutable_case_closed()->mutable_facts();
  Append(record, closed);
  EXPECT_TRUE(CaseFactsIn(record).has_value());
  record.log_name = "sip.consent";
  EXPECT_FALSE(CaseFactsIn(record).has_value());
}

// Whoever adds an event with facts must import it: the list and the switch name the same kinds.
TEST(CaseImport, EveryKindWithFactsIsImported) {
  std::vector<std::string> with_facts;
  const auto* oneof = CaseEvent::descriptor()->oneof_decl(0);
  for (int i = 0; i < oneof->field_count(); ++i) {
    const auto* kind = oneof->field(i)->message_type();
    const auto* facts = kind->FindFieldByName("facts");
    if (facts == nullptr || facts->message_type() != common::v1::CaseFacts::descriptor()) continue;
    with_facts.push_back(kind->full_name());
    RecordedCommand record;
    record.log_name = kCaseLogName;
    CaseEvent event;
    event.GetReflection()->MutableMessage(&event, oneof->field(i));
    Append(record, event);
    EXPECT_TRUE(CaseFactsIn(record).has_value()) << kind->full_name();
  }
  std::vector<std::string> imported;
  for (const ImportedKind& kind : CaseFactKinds()) imported.push_back(kind.foreign_kind);
  EXPECT_EQ(imported, with_facts);
}

TEST(CaseImport, TheFactLiesInTheCasesFactStream) {
  const Uuid case_id = MakeUuidV8("0123456789abcdef");
  common::v1::CaseFacts facts;
  facts.set_open(true);

  const NewEvent event = CaseFactsImportedEvent(case_id, facts);

  EXPECT_EQ(event.stream, FactsStream(case_id));
  const auto& fact = static_cast<const common::v1::FactEvent&>(*event.event);
  EXPECT_TRUE(fact.case_facts_imported().facts().open());
}

}  // namespace
}  // namespace sip

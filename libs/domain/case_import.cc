#include "libs/domain/case_import.h"

#include <utility>

#include "google/protobuf/message.h"
#include "libs/domain/facts.h"
#include "sip/cases/v1/case_events.pb.h"

namespace sip {
namespace {

using cases::v1::CaseEvent;
using common::v1::CaseFacts;

// Null for the kinds that change nothing that others need.
const CaseFacts* FactsOf(const CaseEvent& event) {
  switch (event.kind_case()) {
    case CaseEvent::kCaseOpened:
      return &event.case_opened().facts();
    case CaseEvent::kCasePartyAdded:
      return &event.case_party_added().facts();
    case CaseEvent::kOfferAccepted:
      return &event.offer_accepted().facts();
    case CaseEvent::kCaseClosed:
      return &event.case_closed().facts();
    case CaseEvent::kCaseReopened:
      return &event.case_reopened().facts();
    case CaseEvent::kContactMade:
    case CaseEvent::kNeedAssessed:
    case CaseEvent::kRequestRefused:
    case CaseEvent::kPlanOffered:
    case CaseEvent::kOfferDeclined:
    case CaseEvent::KIND_NOT_SET:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

std::vector<ImportedKind> CaseFactKinds() {
  const std::vector<std::string> caused = {common::v1::CaseFactsImported::descriptor()->full_name()};
  return {{kCaseLogName, cases::v1::CaseOpened::descriptor()->full_name(), caused},
          {kCaseLogName, cases::v1::CasePartyAdded::descriptor()->full_name(), caused},
          {kCaseLogName, cases::v1::OfferAccepted::descriptor()->full_name(), caused},
          {kCaseLogName, cases::v1::CaseClosed::descriptor()->full_name(), caused},
          {kCaseLogName, cases::v1::CaseReopened::descriptor()->full_name(), caused}};
}

std::optional<CaseFacts> CaseFactsIn(const RecordedCommand& foreign) {
  if (foreign.log_name != kCaseLogName) return std::nullopt;
  const CaseFacts* last = nullptr;
  for (const RecordedEvent& recorded : foreign.events) {
    const auto* event = google::protobuf::DynamicCastToGenerated<CaseEvent>(recorded.event.get());
    if (event == nullptr) continue;
    if (const CaseFacts* facts = FactsOf(*event); facts != nullptr) last = facts;
  }
  if (last == nullptr) return std::nullopt;
  return *last;
}

NewEvent CaseFactsImportedEvent(const Uuid& case_id, CaseFacts facts) {
  common::v1::FactEvent event;
  *event.mutable_case_facts_imported()->mutable_facts() = std::move(facts);
  return MakeNewEvent(FactsStream(case_id), std::move(event));
}

}  // namespace sip

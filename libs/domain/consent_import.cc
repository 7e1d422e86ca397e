#include "libs/domain/consent_import.h"

#include <utility>

#include "google/protobuf/message.h"
#include "libs/domain/facts.h"
#include "sip/consent/v1/consent_events.pb.h"

namespace sip {
namespace {

using common::v1::ConsentScope;
using consent::v1::ConsentEvent;

const ConsentScope* ScopeOf(const ConsentEvent& event) {
  switch (event.kind_case()) {
    case ConsentEvent::kConsentRequested:
      return &event.consent_requested().scope();
    case ConsentEvent::kConsentGiven:
      return &event.consent_given().scope();
    case ConsentEvent::kConsentRefused:
      return &event.consent_refused().scope();
    case ConsentEvent::kConsentScopeChanged:
      return &event.consent_scope_changed().scope();
    case ConsentEvent::kConsentWithdrawn:
      return &event.consent_withdrawn().scope();
    case ConsentEvent::kConsentAnnulled:
      return &event.consent_annulled().scope();
    case ConsentEvent::KIND_NOT_SET:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

std::vector<ImportedKind> ConsentScopeKinds(const std::vector<std::string>& also) {
  std::vector<std::string> caused = {common::v1::ConsentScopeImported::descriptor()->full_name()};
  caused.insert(caused.end(), also.begin(), also.end());
  std::vector<ImportedKind> kinds;
  const auto& oneof = *ConsentEvent::descriptor()->oneof_decl(0);
  kinds.reserve(static_cast<size_t>(oneof.field_count()));
  for (int i = 0; i < oneof.field_count(); ++i) {
    kinds.push_back({kConsentLogName, oneof.field(i)->message_type()->full_name(), caused});
  }
  return kinds;
}

std::optional<ConsentScope> ConsentScopeIn(const RecordedCommand& foreign) {
  if (foreign.log_name != kConsentLogName) return std::nullopt;
  const ConsentScope* last = nullptr;
  for (const RecordedEvent& recorded : foreign.events) {
    const auto* event = google::protobuf::DynamicCastToGenerated<ConsentEvent>(recorded.event.get());
    if (event == nullptr) continue;
    if (const ConsentScope* scope = ScopeOf(*event); scope != nullptr) last = scope;
  }
  if (last == nullptr) return std::nullopt;
  return *last;
}

NewEvent ConsentScopeImportedEvent(const Uuid& case_id, ConsentScope scope) {
  common::v1::FactEvent event;
  *event.mutable_consent_scope_imported()->mutable_scope() = std::move(scope);
  return MakeNewEvent(FactsStream(case_id), std::move(event));
}

}  // namespace sip

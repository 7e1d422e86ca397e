#include "services/views/projections/consent.h"

#include <optional>

#include "libs/eventsourcing/occurred.h"
#include "services/views/projections/rows.h"
#include "sip/consent/v1/consent_events.pb.h"

namespace sip {
namespace {

using common::v1::ConsentGrant;
using consent::v1::ConsentEvent;
using views::v1::ConsentEntryRow;
using views::v1::ConsentRow;

ConsentEntryRow& EntryOf(const std::string& consent_id, ConsentRow& row) {
  for (ConsentEntryRow& known : *row.mutable_consents()) {
    if (known.consent_id() == consent_id) return known;
  }
  ConsentEntryRow& entry = *row.add_consents();
  entry.set_consent_id(consent_id);
  return entry;
}

// The grant as it stands afterwards; it has `status` if it has ended by `at`.
void ChangeGrant(const ConsentGrant& grant, views::v1::ConsentStatus status, absl::Time at, const RecordedCommand& record,
                 ConsentRow& row) {
  ConsentEntryRow& entry = EntryOf(grant.consent_id(), row);
  *entry.mutable_grant() = grant;
  if (!grant.has_applies_until() || FromProto(grant.applies_until()) > at) return;
  entry.set_status(status);
  *entry.mutable_decided_at() = OccurredAt(record);
}

void Apply(const consent::v1::ConsentRequested& event, const RecordedCommand& record, ConsentRow& row) {
  ConsentEntryRow& entry = EntryOf(event.consent_id(), row);
  entry.set_kind(event.kind());
  entry.set_status(views::v1::CONSENT_STATUS_REQUESTED);
  entry.set_purpose(event.purpose());
  *entry.mutable_requested_at() = OccurredAt(record);
  if (event.has_asked_by()) *entry.mutable_asked_by() = event.asked_by();
}

void Apply(const consent::v1::ConsentGiven& event, const RecordedCommand& record, ConsentRow& row) {
  // A superseded consent ends where the new one begins.
  for (const ConsentGrant& grant : event.superseded()) {
    ChangeGrant(grant, views::v1::CONSENT_STATUS_SUPERSEDED, absl::InfiniteFuture(), record, row);
  }
  ConsentEntryRow& entry = EntryOf(event.consent_id(), row);
  entry.set_kind(event.grant().kind());
  entry.set_status(views::v1::CONSENT_STATUS_GIVEN);
  *entry.mutable_grant() = event.grant();
  if (event.has_proof()) *entry.mutable_proof() = event.proof();
  if (!event.purpose().empty()) entry.set_purpose(event.purpose());
  entry.set_limits(event.limits());
  if (event.has_ends_on()) *entry.mutable_ends_on() = event.ends_on();
  *entry.mutable_decided_at() = OccurredAt(record);
}

void Apply(const consent::v1::ConsentRefused& event, const RecordedCommand& record, ConsentRow& row) {
  ConsentEntryRow& entry = EntryOf(event.consent_id(), row);
  entry.set_kind(event.kind());
  entry.set_status(views::v1::CONSENT_STATUS_REFUSED);
  entry.set_reason(event.reason());
  if (event.has_asked_by()) *entry.mutable_asked_by() = event.asked_by();
  *entry.mutable_decided_at() = OccurredAt(record);
}

void Apply(const consent::v1::ConsentScopeChanged& event, ConsentRow& row) {
  ConsentEntryRow& entry = EntryOf(event.consent_id(), row);
  *entry.mutable_grant() = event.grant();
  if (event.has_renewal()) *entry.mutable_proof() = event.renewal();
  entry.set_limits(event.limits());
  if (event.has_ends_on()) *entry.mutable_ends_on() = event.ends_on();
}

void Apply(const consent::v1::ConsentWithdrawn& event, const RecordedCommand& record, ConsentRow& row) {
  for (const ConsentGrant& grant : event.changed()) {
    ChangeGrant(grant, views::v1::CONSENT_STATUS_WITHDRAWN, FromProto(event.effective_at()), record, row);
    EntryOf(grant.consent_id(), row).set_reason(event.reason());
  }
}

void Apply(const consent::v1::ConsentAnnulled& event, const RecordedCommand& record, ConsentRow& row) {
  ConsentEntryRow& entry = EntryOf(event.consent_id(), row);
  entry.set_status(views::v1::CONSENT_STATUS_ANNULLED);
  entry.set_reason(event.reason());
  *entry.mutable_decided_at() = OccurredAt(record);
}

void ApplyEvent(const ConsentEvent& event, const RecordedCommand& record, ConsentRow& row) {
  const auto apply = [&](const auto& kind) {
    *row.mutable_scope() = kind.scope();
    if constexpr (requires { Apply(kind, record, row); }) {
      Apply(kind, record, row);
    } else {
      Apply(kind, row);
    }
  };
  switch (event.kind_case()) {
    case ConsentEvent::kConsentRequested:
      return apply(event.consent_requested());
    case ConsentEvent::kConsentGiven:
      return apply(event.consent_given());
    case ConsentEvent::kConsentRefused:
      return apply(event.consent_refused());
    case ConsentEvent::kConsentScopeChanged:
      return apply(event.consent_scope_changed());
    case ConsentEvent::kConsentWithdrawn:
      return apply(event.consent_withdrawn());
    case ConsentEvent::kConsentAnnulled:
      return apply(event.consent_annulled());
    case ConsentEvent::KIND_NOT_SET:
      return;
  }
}

}  // namespace

void ConsentProjection::Apply(const RecordedCommand& record, ViewBatch& view) const {
  const std::optional<std::string> case_id = CaseIdOf(record);
  if (!case_id.has_value()) return;
  const std::string key = ConsentRowKey(*case_id);
  std::optional<ConsentRow> row;
  for (const RecordedEvent& recorded : record.events) {
    PutImportedFacts(recorded, FactsKey("facts", *case_id), view);
    const auto* event = google::protobuf::DynamicCastToGenerated<ConsentEvent>(recorded.event.get());
    if (event == nullptr) continue;
    if (!row.has_value()) row = GetRow<ConsentRow>(view, key).value_or(ConsentRow());
    if (IsApplied(*row, record)) return;
    ApplyEvent(*event, record, *row);
    row->set_stream_version(recorded.version);
  }
  if (!row.has_value()) return;
  row->set_case_id(*case_id);
  *row->mutable_recorded_at() = ToProto(record.recorded_at);
  PutRow(view, key, *row);
}

std::string ConsentRowKey(absl::string_view case_id) { return RowKey({"consent", case_id}); }

}  // namespace sip

#include "services/views/projections/cases.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/domain/facts.h"
#include "libs/eventsourcing/occurred.h"
#include "services/views/projections/rows.h"
#include "sip/cases/v1/case_events.pb.h"
#include "sip/plans/v1/plan_events.pb.h"

namespace sip {
namespace {

using cases::v1::CaseEvent;
using common::v1::AgencyUnit;
using common::v1::FactEvent;
using plans::v1::PlanEvent;
using views::v1::CasePlanRow;
using views::v1::CaseRow;
using views::v1::CaseState;

void NoteUnit(const common::v1::StaffMember& staff, CaseRow& row) {
  const AgencyUnit& unit = staff.unit();
  if (unit.unit_id().empty()) return;
  for (const AgencyUnit& known : row.units()) {
    if (known.agency_id() == unit.agency_id() && known.unit_id() == unit.unit_id()) return;
  }
  *row.add_units() = unit;
}

void ApplyOpened(const cases::v1::CaseOpened& event, const RecordedCommand& record, CaseRow& row) {
  row.set_kind(event.kind());
  if (event.has_initiative()) *row.mutable_initiative() = event.initiative();
  NoteUnit(event.initiative().by().staff(), row);
  row.set_opened_by_agency_id(event.opened_by_agency_id());
  *row.mutable_opened_at() = OccurredAt(record);
  *row.mutable_facts() = event.facts();
  row.set_need_presumed(event.need_presumed());
}

void ApplyContact(const cases::v1::ContactMade& event, const RecordedCommand& record, CaseRow& row) {
  views::v1::ContactRow& contact = *row.add_contacts();
  *contact.mutable_contact() = event;
  *contact.mutable_occurred_at() = OccurredAt(record);
  NoteUnit(event.by(), row);
  NoteUnit(event.with(), row);
}

void ApplyAssessed(const cases::v1::NeedAssessed& event, const RecordedCommand& record, CaseRow& row) {
  auto& assessments = *row.mutable_assessments();
  const auto known = std::find_if(assessments.begin(), assessments.end(), [&](const views::v1::NeedAssessmentRow& entry) {
    return entry.assessment().principal_agency_id() == event.principal_agency_id();
  });
  views::v1::NeedAssessmentRow& entry = known == assessments.end() ? *assessments.Add() : *known;
  *entry.mutable_assessment() = event;
  *entry.mutable_occurred_at() = OccurredAt(record);
  NoteUnit(event.assessor(), row);
}

void ApplyRefused(const cases::v1::RequestRefused& event, const RecordedCommand& record, CaseRow& row) {
  views::v1::RefusalRow& refusal = *row.add_refusals();
  *refusal.mutable_refusal() = event;
  *refusal.mutable_occurred_at() = OccurredAt(record);
  NoteUnit(event.decided_by(), row);
}

void ApplyOffered(const cases::v1::PlanOffered& event, const RecordedCommand& record, CaseRow& row) {
  views::v1::OfferRow& offer = *row.add_offers();
  *offer.mutable_offer() = event;
  *offer.mutable_offered_at() = OccurredAt(record);
  NoteUnit(event.offered_by(), row);
}

// The answer to the last offer.
views::v1::OfferRow& Answered(common::v1::Informant answered_by, const std::string& note, const RecordedCommand& record,
                              CaseRow& row) {
  views::v1::OfferRow& offer = row.offers().empty() ? *row.add_offers() : *row.mutable_offers(row.offers_size() - 1);
  offer.set_answered_by(answered_by);
  offer.set_note(note);
  *offer.mutable_answered_at() = OccurredAt(record);
  return offer;
}

void ApplyClosed(const cases::v1::CaseClosed& event, const RecordedCommand& record, CaseRow& row) {
  *row.mutable_facts() = event.facts();
  *row.mutable_closed() = event;
  row.mutable_closed()->clear_facts();
  *row.mutable_closed_at() = OccurredAt(record);
}

void ApplyReopened(const cases::v1::CaseReopened& event, CaseRow& row) {
  *row.mutable_facts() = event.facts();
  row.clear_closed();
  row.clear_closed_at();
}

void ApplyCaseEvent(const CaseEvent& event, const RecordedCommand& record, CaseRow& row) {
  switch (event.kind_case()) {
    case CaseEvent::kCaseOpened:
      return ApplyOpened(event.case_opened(), record, row);
    case CaseEvent::kCasePartyAdded:
      *row.mutable_facts() = event.case_party_added().facts();
      return;
    case CaseEvent::kContactMade:
      return ApplyContact(event.contact_made(), record, row);
    case CaseEvent::kNeedAssessed:
      return ApplyAssessed(event.need_assessed(), record, row);
    case CaseEvent::kRequestRefused:
      return ApplyRefused(event.request_refused(), record, row);
    case CaseEvent::kPlanOffered:
      return ApplyOffered(event.plan_offered(), record, row);
    case CaseEvent::kOfferAccepted:
      *row.mutable_facts() = event.offer_accepted().facts();
      Answered(event.offer_accepted().answered_by(), event.offer_accepted().note(), record, row).set_accepted(true);
      return;
    case CaseEvent::kOfferDeclined:
      Answered(event.offer_declined().answered_by(), event.offer_declined().reason(), record, row).set_declined(true);
      return;
    case CaseEvent::kCaseClosed:
      return ApplyClosed(event.case_closed(), record, row);
    case CaseEvent::kCaseReopened:
      return ApplyReopened(event.case_reopened(), row);
    case CaseEvent::KIND_NOT_SET:
      return;
  }
}

// Only what the case's state depends on.
void ApplyPlanEvent(const PlanEvent& event, const std::string& plan_id, CaseRow& row) {
  if (event.has_plan_drafted()) {
    row.add_plans()->set_plan_id(plan_id);
    return;
  }
  for (CasePlanRow& plan : *row.mutable_plans()) {
    if (plan.plan_id() != plan_id) continue;
    if (event.has_plan_established()) plan.set_in_force(true);
    if (event.has_plan_closed()) {
      plan.set_in_force(false);
      plan.set_closed(true);
    }
  }
}

void ApplyEvent(const RecordedEvent& recorded, const RecordedCommand& record, CaseRow& row) {
  const google::protobuf::Message* message = recorded.event.get();
  if (const auto* event = google::protobuf::DynamicCastToGenerated<CaseEvent>(message); event != nullptr) {
    ApplyCaseEvent(*event, record, row);
    row.set_stream_version(recorded.version);
  } else if (const auto* plan = google::protobuf::DynamicCastToGenerated<PlanEvent>(message); plan != nullptr) {
    ApplyPlanEvent(*plan, recorded.stream.id.ToString(), row);
  } else if (const auto* fact = google::protobuf::DynamicCastToGenerated<FactEvent>(message); fact != nullptr) {
    if (fact->has_consent_scope_imported()) *row.mutable_consent() = fact->consent_scope_imported().scope();
  }
}

// The record changes what the row shows; most of a plan's events do not.
bool ChangesCase(const RecordedCommand& record) {
  return std::any_of(record.events.begin(), record.events.end(), [](const RecordedEvent& recorded) {
    const google::protobuf::Message* message = recorded.event.get();
    if (const auto* plan = google::protobuf::DynamicCastToGenerated<PlanEvent>(message); plan != nullptr) {
      return plan->has_plan_drafted() || plan->has_plan_established() || plan->has_plan_closed();
    }
    const auto* fact = google::protobuf::DynamicCastToGenerated<FactEvent>(message);
    return fact == nullptr || fact->has_consent_scope_imported();
  });
}

// Parties and units only come, and the person stays: no index entry is ever taken away.
void PutIndexes(const CaseRow& row, ViewBatch& view) {
  for (const std::string& agency_id : row.facts().agency_ids()) {
    view.Put(absl::StrCat(CasesOfAgencyPrefix(agency_id), row.case_id()), "");
  }
  if (!row.facts().subject_id().empty()) {
    view.Put(absl::StrCat(CasesOfSubjectPrefix(row.facts().subject_id()), row.case_id()), "");
  }
  for (const AgencyUnit& unit : row.units()) {
    view.Put(absl::StrCat(CasesOfUnitPrefix(unit.agency_id(), unit.unit_id()), row.case_id()), "");
  }
}

CaseState OfferStateAt(const CaseRow& row, absl::Time now) {
  const views::v1::OfferRow& offer = row.offers(row.offers_size() - 1);
  if (offer.declined()) return views::v1::CASE_STATE_DECLINED;
  if (!offer.accepted()) return views::v1::CASE_STATE_OFFERED;
  return ConsentApplies(row.consent(), common::v1::CONSENT_KIND_PLAN, now) ? views::v1::CASE_STATE_CONSENT_OBTAINED
                                                                           : views::v1::CASE_STATE_ACCEPTED;
}

CaseState NeedStateOf(const CaseRow& row) {
  const auto& assessments = row.assessments();
  const bool needed = std::any_of(assessments.begin(), assessments.end(), [](const views::v1::NeedAssessmentRow& entry) {
    return entry.assessment().verdict() == cases::v1::NEED_VERDICT_NEEDED;
  });
  if (needed) return views::v1::CASE_STATE_ASSESSED_NEEDED;
  if (!row.refusals().empty()) return views::v1::CASE_STATE_REFUSED;
  return assessments.empty() ? views::v1::CASE_STATE_NOTICED : views::v1::CASE_STATE_ASSESSED_NOT_NEEDED;
}

}  // namespace

void CasesProjection::Apply(const RecordedCommand& record, ViewBatch& view) const {
  const std::optional<std::string> case_id = CaseIdOf(record);
  if (!case_id.has_value() || !ChangesCase(record)) return;
  const std::string key = CaseRowKey(*case_id);
  const std::optional<CaseRow> before = GetRow<CaseRow>(view, key);
  if (before.has_value() && IsApplied(*before, record)) return;
  CaseRow row = before.value_or(CaseRow());
  row.set_case_id(*case_id);
  for (const RecordedEvent& recorded : record.events) ApplyEvent(recorded, record, row);
  *row.mutable_recorded_at() = ToProto(record.recorded_at);
  PutRow(view, key, row);
  const bool index_changes = !before.has_value() || before->facts().agency_ids_size() != row.facts().agency_ids_size() ||
                             before->units_size() != row.units_size();
  if (index_changes) PutIndexes(row, view);
}

std::string CaseRowKey(absl::string_view case_id) { return RowKey({"case", case_id}); }
std::string CasesOfAgencyPrefix(absl::string_view agency_id) { return RowPrefix({"agency", agency_id}); }
std::string CasesOfSubjectPrefix(absl::string_view subject_id) { return RowPrefix({"subject", subject_id}); }
std::string CasesOfUnitPrefix(absl::string_view agency_id, absl::string_view unit_id) {
  return RowPrefix({"unit", agency_id, unit_id});
}

CaseState CaseStateAt(const CaseRow& row, absl::Time now) {
  if (!row.facts().open()) return views::v1::CASE_STATE_CLOSED;
  if (row.kind() == cases::v1::CASE_KIND_DEVIATION_ONLY) return views::v1::CASE_STATE_DEVIATIONS_ONLY;
  const auto& plans = row.plans();
  if (std::any_of(plans.begin(), plans.end(), [](const CasePlanRow& plan) { return plan.in_force(); })) {
    return views::v1::CASE_STATE_PLAN_ACTIVE;
  }
  if (std::any_of(plans.begin(), plans.end(), [](const CasePlanRow& plan) { return !plan.closed(); })) {
    return views::v1::CASE_STATE_PLANNING;
  }
  return row.offers().empty() ? NeedStateOf(row) : OfferStateAt(row, now);
}

}  // namespace sip

#include "services/views/projections/current_plan.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/check.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/occurred.h"
#include "sip/plans/v1/plan_events.pb.h"

namespace sip {
namespace {

using plans::v1::PlanElement;
using plans::v1::PlanEvent;
using views::v1::PlanRevisionRow;
using views::v1::PlanRow;

// Behind a plan's key; the row itself sorts before what it holds.
constexpr absl::string_view kContentSuffix = "/content";
constexpr absl::string_view kElementSuffix = "/element/";

// What the fold of one event knows besides the row.
struct Applying {
  const RecordedCommand& record;
  const std::string& case_id;
  const std::string& plan_id;
  uint64_t stream_version;
  uint32_t& elements;  // How many the record has put into drafts.
  ViewBatch& view;
};

common::v1::Occurred OccurredAt(const RecordedCommand& record) {
  return record.header->has_occurred_at() ? record.header->occurred_at() : OccurredAtInstant(record.recorded_at);
}

void PutElement(const PlanElement& element, plans::v1::PlanContent& content) {
  for (PlanElement& known : *content.mutable_elements()) {
    if (known.element_id() != element.element_id()) continue;
    known = element;
    return;
  }
  *content.add_elements() = element;
}

// An element that is put again keeps its place.
void PutDraftElement(const Applying& at, const PlanElement& element) {
  const std::string place_key = DraftPlaceKey(at.case_id, at.plan_id, element.element_id());
  std::optional<std::string> place = at.view.Get(place_key);
  if (!place.has_value()) {
    place = absl::StrCat(absl::Hex(at.stream_version, absl::kZeroPad16), absl::Hex(at.elements++, absl::kZeroPad4));
    at.view.Put(place_key, *place);
  }
  at.view.Put(absl::StrCat(DraftElementPrefix(at.case_id, at.plan_id), *place), element.SerializeAsString());
}

void RemoveDraftElement(const Applying& at, const std::string& element_id) {
  const std::string place_key = DraftPlaceKey(at.case_id, at.plan_id, element_id);
  const std::optional<std::string> place = at.view.Get(place_key);
  if (!place.has_value()) return;
  at.view.Delete(absl::StrCat(DraftElementPrefix(at.case_id, at.plan_id), *place));
  at.view.Delete(place_key);
}

void DeleteAll(const std::string& prefix, ViewBatch& view) {
  std::vector<std::string> keys;
  view.Scan(prefix, [&](absl::string_view key, absl::string_view) {
    keys.emplace_back(key);
    return true;
  });
  for (const std::string& key : keys) view.Delete(key);
}

void ClearDraft(const Applying& at, PlanRow& row) {
  row.clear_draft();
  DeleteAll(DraftElementPrefix(at.case_id, at.plan_id), at.view);
  DeleteAll(DraftPlaceKey(at.case_id, at.plan_id, ""), at.view);
}

plans::v1::PlanContent ContentInForce(const Applying& at) {
  plans::v1::PlanContent content;
  if (const auto stored = at.view.Get(PlanContentKey(at.case_id, at.plan_id))) SIP_CHECK(content.ParseFromString(*stored));
  return content;
}

void Apply(const Applying& at, const plans::v1::PlanDrafted& event, PlanRow& row) {
  row.set_case_id(event.case_id());
  row.set_plan_id(event.plan_id());
  row.set_plan_type(event.plan_type());
  row.set_status(views::v1::PLAN_STATUS_DRAFT);
  row.set_rule_set_id(event.rule_set_id());
  row.set_rule_set_digest(event.rule_set_digest());
  row.set_drafting_agency_id(event.drafting_agency_id());
  *row.mutable_drafted_at() = OccurredAt(at.record);
  row.mutable_draft()->set_plan_revision(event.plan_revision());
  *row.mutable_draft()->mutable_opened_at() = ToProto(at.record.recorded_at);
}

// The revision that was in force moves to a row of its own.
void Replace(const Applying& at, PlanRow& row) {
  if (!row.has_in_force()) return;
  PlanRevisionRow& replaced = *row.mutable_in_force();
  *replaced.mutable_content() = ContentInForce(at);
  *replaced.mutable_replaced_at() = OccurredAt(at.record);
  at.view.Put(PlanRevisionRowKey(at.case_id, at.plan_id, replaced.plan_revision()), replaced.SerializeAsString());
}

void Apply(const Applying& at, const plans::v1::PlanEstablished& event, PlanRow& row) {
  Replace(at, row);
  row.clear_in_force();
  PlanRevisionRow& revision = *row.mutable_in_force();
  revision.set_plan_revision(event.plan_revision());
  at.view.Put(PlanContentKey(at.case_id, at.plan_id), event.content().SerializeAsString());
  *revision.mutable_established_at() = OccurredAt(at.record);
  *revision.mutable_recorded_at() = ToProto(at.record.recorded_at);
  revision.set_established_by_agency_id(at.record.header->acting_agency());
  revision.set_record_leaf(at.record.leaf);
  revision.set_record_idx(at.record.idx);
  *revision.mutable_progress() = event.progress();
  row.set_status(views::v1::PLAN_STATUS_IN_FORCE);
  row.set_principal_agency_id(event.principal_agency_id());
  ClearDraft(at, row);
  row.clear_next_follow_up();
  for (const PlanElement& element : event.content().elements()) {
    if (element.has_follow_up()) *row.mutable_next_follow_up() = element.follow_up();
  }
}

views::v1::SignatureRow& SignatureOf(const common::v1::Party& signer, PlanRow& row) {
  for (views::v1::SignatureRow& known : *row.mutable_in_force()->mutable_signatures()) {
    if (known.signer().SerializeAsString() != signer.SerializeAsString()) continue;
    known.Clear();
    return known;
  }
  return *row.mutable_in_force()->add_signatures();
}

void Apply(const Applying& at, const plans::v1::PlanSigned& event, PlanRow& row) {
  views::v1::SignatureRow& signature = SignatureOf(event.signer(), row);
  *signature.mutable_signer() = event.signer();
  signature.set_method(event.method());
  signature.set_on_behalf_of(event.on_behalf_of());
  signature.set_record_leaf(event.record_leaf());
  if (event.has_document()) *signature.mutable_document() = event.document();
  *signature.mutable_occurred_at() = OccurredAt(at.record);
}

void Apply(const Applying& at, const plans::v1::SignatureDeclined& event, PlanRow& row) {
  views::v1::SignatureRow& signature = SignatureOf(event.signer(), row);
  *signature.mutable_signer() = event.signer();
  signature.set_declined(true);
  signature.set_reason(event.reason());
  signature.set_record_leaf(event.record_leaf());
  *signature.mutable_occurred_at() = OccurredAt(at.record);
}

void Apply(const Applying& at, const plans::v1::CopyDistributed& event, PlanRow& row) {
  views::v1::CopyRow& copy = *row.add_copies();
  copy.set_copy_id(event.copy_id());
  copy.set_plan_revision(event.plan_revision());
  *copy.mutable_recipient() = event.recipient();
  copy.set_channel(event.channel());
  *copy.mutable_omitted_categories() = event.omitted_categories();
  *copy.mutable_omitted_element_ids() = event.omitted_element_ids();
  *copy.mutable_occurred_at() = OccurredAt(at.record);
}

plans::v1::ActionProgress& ProgressOf(const std::string& action_id, PlanRow& row) {
  for (plans::v1::ActionProgress& known : *row.mutable_in_force()->mutable_progress()) {
    if (known.action_id() == action_id) return known;
  }
  plans::v1::ActionProgress& progress = *row.mutable_in_force()->add_progress();
  progress.set_action_id(action_id);
  return progress;
}

void Apply(const plans::v1::ActionAccepted& event, PlanRow& row) {
  plans::v1::ActionProgress& progress = ProgressOf(event.action_id(), row);
  for (plans::v1::ActionAcceptance& known : *progress.mutable_acceptances()) {
    if (known.agency_id() != event.acceptance().agency_id()) continue;
    known = event.acceptance();
    return;
  }
  *progress.add_acceptances() = event.acceptance();
}

void Apply(const plans::v1::ActionReported& event, PlanRow& row) {
  plans::v1::ActionProgress& progress = ProgressOf(event.action_id(), row);
  progress.set_status(event.status());
  progress.set_outcome(event.outcome());
  progress.set_reported_by_agency_id(event.reported_by_agency_id());
  *progress.mutable_reported_at() = event.reported_at();
}

void Apply(const Applying& at, const plans::v1::FollowUpRecorded& event, PlanRow& row) {
  views::v1::FollowUpRow& follow_up = *row.add_follow_ups();
  *follow_up.mutable_follow_up() = event.follow_up();
  follow_up.set_plan_revision(event.plan_revision());
  *follow_up.mutable_occurred_at() = OccurredAt(at.record);
  row.clear_next_follow_up();
  if (event.follow_up().has_next()) *row.mutable_next_follow_up() = event.follow_up().next();
}

void Apply(const Applying& at, const plans::v1::GoalAssessed& event, PlanRow& row) {
  auto& assessments = *row.mutable_in_force()->mutable_assessments();
  const auto it = std::find_if(assessments.begin(), assessments.end(),
                               [&](const auto& known) { return known.assessment().goal_id() == event.goal_id(); });
  views::v1::GoalAssessmentRow& assessment = it == assessments.end() ? *assessments.Add() : *it;
  *assessment.mutable_assessment() = event;
  *assessment.mutable_occurred_at() = OccurredAt(at.record);
}

void Apply(const Applying& at, const plans::v1::PlanRevisionOpened& event, PlanRow& row) {
  ClearDraft(at, row);
  views::v1::DraftRow& draft = *row.mutable_draft();
  draft.set_plan_revision(event.plan_revision());
  const plans::v1::PlanContent content = ContentInForce(at);
  for (const PlanElement& element : content.elements()) PutDraftElement(at, element);
  *draft.mutable_opened_at() = ToProto(at.record.recorded_at);
  draft.set_reason(event.reason());
}

void Apply(const Applying& at, const plans::v1::ResponsibleChanged& event, PlanRow& row) {
  views::v1::ResponsibleChangeRow& change = *row.add_responsible_changes();
  *change.mutable_from() = event.from();
  *change.mutable_to() = event.element().responsible();
  change.set_reason(event.reason());
  *change.mutable_occurred_at() = OccurredAt(at.record);
  plans::v1::PlanContent content = ContentInForce(at);
  PutElement(event.element(), content);
  at.view.Put(PlanContentKey(at.case_id, at.plan_id), content.SerializeAsString());
  if (row.has_draft()) PutDraftElement(at, event.element());
  row.set_principal_agency_id(event.element().responsible().principal_agency_id());
}

void Apply(const Applying& at, const plans::v1::PlanClosed& event, PlanRow& row) {
  row.set_status(views::v1::PLAN_STATUS_CLOSED);
  *row.mutable_closed() = event;
  *row.mutable_closed_at() = OccurredAt(at.record);
  ClearDraft(at, row);
  row.clear_next_follow_up();
}

void ApplyEvent(const Applying& at, const PlanEvent& event, PlanRow& row) {
  switch (event.kind_case()) {
    case PlanEvent::kPlanDrafted:
      return Apply(at, event.plan_drafted(), row);
    case PlanEvent::kPlanElementPut:
      return PutDraftElement(at, event.plan_element_put().element());
    case PlanEvent::kPlanElementRemoved:
      return RemoveDraftElement(at, event.plan_element_removed().element_id());
    case PlanEvent::kPlanEstablished:
      return Apply(at, event.plan_established(), row);
    case PlanEvent::kPlanSigned:
      return Apply(at, event.plan_signed(), row);
    case PlanEvent::kSignatureDeclined:
      return Apply(at, event.signature_declined(), row);
    case PlanEvent::kCopyDistributed:
      return Apply(at, event.copy_distributed(), row);
    case PlanEvent::kActionAccepted:
      return Apply(event.action_accepted(), row);
    case PlanEvent::kActionReported:
      return Apply(event.action_reported(), row);
    case PlanEvent::kFollowUpRecorded:
      return Apply(at, event.follow_up_recorded(), row);
    case PlanEvent::kGoalAssessed:
      return Apply(at, event.goal_assessed(), row);
    case PlanEvent::kPlanRevisionOpened:
      return Apply(at, event.plan_revision_opened(), row);
    case PlanEvent::kResponsibleChanged:
      return Apply(at, event.responsible_changed(), row);
    case PlanEvent::kPlanClosed:
      return Apply(at, event.plan_closed(), row);
    case PlanEvent::KIND_NOT_SET:
      return;
  }
}

PlanRow Load(ViewBatch& view, const std::string& key) {
  PlanRow row;
  if (const auto stored = view.Get(key)) SIP_CHECK(row.ParseFromString(*stored));
  return row;
}

}  // namespace

void CurrentPlanProjection::Apply(const RecordedCommand& record, ViewBatch& view) const {
  const auto case_uuid = Uuid::FromBytes(record.header->case_id());
  if (!case_uuid.has_value()) return;
  const std::string case_id = case_uuid->ToString();
  uint32_t elements = 0;
  // A command has up to hundreds of events for one plan: its row is read and written once.
  std::map<std::string, PlanRow> rows;
  for (const RecordedEvent& recorded : record.events) {
    if (recorded.event->GetDescriptor() != PlanEvent::descriptor()) continue;
    const std::string plan_id = recorded.stream.id.ToString();
    const std::string key = PlanRowKey(case_id, plan_id);
    const auto [it, inserted] = rows.try_emplace(key);
    if (inserted) it->second = Load(view, key);
    ApplyEvent({record, case_id, plan_id, recorded.version, elements, view}, static_cast<const PlanEvent&>(*recorded.event),
               it->second);
    it->second.set_stream_version(recorded.version);
    *it->second.mutable_recorded_at() = ToProto(record.recorded_at);
  }
  for (const auto& [key, row] : rows) view.Put(key, row.SerializeAsString());
}

std::string PlanRowKey(absl::string_view case_id, absl::string_view plan_id) {
  return absl::StrCat(PlanRowPrefix(case_id), plan_id);
}

std::string PlanRowPrefix(absl::string_view case_id) { return absl::StrCat("plan/", case_id, "/"); }

std::string PlanRevisionRowKey(absl::string_view case_id, absl::string_view plan_id, uint32_t plan_revision) {
  return absl::StrCat(PlanRevisionRowPrefix(case_id, plan_id), absl::StrFormat("%08x", plan_revision));
}

std::string PlanRevisionRowPrefix(absl::string_view case_id, absl::string_view plan_id) {
  return absl::StrCat("revision/", case_id, "/", plan_id, "/");
}

std::string PlanContentKey(absl::string_view case_id, absl::string_view plan_id) {
  return absl::StrCat(PlanRowKey(case_id, plan_id), kContentSuffix);
}

std::string DraftElementPrefix(absl::string_view case_id, absl::string_view plan_id) {
  return absl::StrCat(PlanRowKey(case_id, plan_id), kElementSuffix);
}

std::string DraftPlaceKey(absl::string_view case_id, absl::string_view plan_id, absl::string_view element_id) {
  return absl::StrCat("element-place/", case_id, "/", plan_id, "/", element_id);
}

PlanKey ParsePlanKey(absl::string_view case_id, absl::string_view key) {
  absl::string_view rest = key.substr(PlanRowPrefix(case_id).size());
  const size_t end = std::min(rest.find('/'), rest.size());
  PlanKey parsed{rest.substr(0, end), PlanKey::Part::kRow};
  rest.remove_prefix(end);
  if (rest == kContentSuffix) parsed.part = PlanKey::Part::kContent;
  if (absl::StartsWith(rest, kElementSuffix)) parsed.part = PlanKey::Part::kElement;
  return parsed;
}

std::optional<size_t> ChooseCurrentPlan(absl::Span<const PlanRow* const> plans) {
  const auto rank = [](const PlanRow* plan) {
    const int weight = plan->status() == views::v1::PLAN_STATUS_IN_FORCE ? 2
                       : plan->status() == views::v1::PLAN_STATUS_DRAFT  ? 1
                                                                         : 0;
    return std::make_tuple(weight, FromProto(plan->recorded_at()), plan->plan_id());
  };
  const auto it =
      std::max_element(plans.begin(), plans.end(), [&](const PlanRow* a, const PlanRow* b) { return rank(a) < rank(b); });
  if (it == plans.end()) return std::nullopt;
  return static_cast<size_t>(it - plans.begin());
}

PlanRow WithRevision(PlanRow plan, PlanRevisionRow revision) {
  *plan.mutable_in_force() = std::move(revision);
  plan.clear_draft();
  return plan;
}

}  // namespace sip

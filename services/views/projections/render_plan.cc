#include "services/views/projections/render_plan.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/views/projections/plan_words.h"

namespace sip {
namespace {

using plans::v1::Action;
using plans::v1::PlanContent;
using plans::v1::PlanElement;
using rules::v1::PlanField;
using rules::v1::TemplateField;
using views::v1::PlanRow;

using Lines = std::vector<std::string>;

void AddLine(std::string line, Lines& lines) {
  if (!line.empty()) lines.push_back(std::move(line));
}

class PlanRenderer {
 public:
  PlanRenderer(const PlanRow& plan, const rules::v1::PlanTemplate& form, absl::TimeZone zone)
      : plan_(plan), form_(form), zone_(zone), content_(plan.has_in_force() ? plan.in_force().content() : plan.draft().content()) {
    for (const PlanElement& element : content_.elements()) {
      if (element.has_personal_data()) individual_ = element.personal_data().name();
    }
    if (individual_.empty()) individual_ = "den enskilde";
  }

  Document Render() {
    AddTitle();
    for (const TemplateField& field : form_.fields()) AddField(field);
    AddAssessments();
    for (const views::v1::FollowUpRow& follow_up : plan_.follow_ups()) AddFollowUp(follow_up);
    AddClosing();
    return std::move(document_);
  }

 private:
  // Elements of a kind, as the plan orders them.
  std::vector<const PlanElement*> OfKind(PlanElement::KindCase kind) const {
    std::vector<const PlanElement*> found;
    for (const PlanElement& element : content_.elements()) {
      if (element.kind_case() == kind) found.push_back(&element);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const PlanElement* a, const PlanElement* b) { return a->position() < b->position(); });
    return found;
  }

  // One line for each element of the kind.
  template <typename Words>
  Lines LinesOf(PlanElement::KindCase kind, const Words& words) const {
    Lines lines;
    for (const PlanElement* element : OfKind(kind)) AddLine(words(*element), lines);
    return lines;
  }

  void Add(const std::string& label, Lines lines) {
    if (!lines.empty()) document_.push_back(DocumentField{label, std::move(lines)});
  }

  void AddTitle() {
    document_.push_back(DocumentHeading{1, form_.title()});
    if (plan_.has_in_force()) {
      Add("Version", {absl::StrCat(plan_.in_force().plan_revision(), ", ", DateWords(plan_.in_force().established_at(), zone_))});
    } else {
      Add("Version", {absl::StrCat(plan_.draft().plan_revision(), ", utkast")});
    }
  }

  void AddField(const TemplateField& field) {
    if (field.field() == rules::v1::PLAN_FIELD_ACTIONS) return AddActions(field.label());
    if (field.field() == rules::v1::PLAN_FIELD_GOALS) return;  // Stand with the actions.
    Add(field.label(), LinesOfField(field.field()));
  }

  Lines LinesOfField(PlanField field) const {
    switch (field) {
      case rules::v1::PLAN_FIELD_PERSONAL_DATA:
        return LinesOf(PlanElement::kPersonalData, [](const PlanElement& e) {
          const auto& data = e.personal_data();
          return std::string(absl::StripAsciiWhitespace(absl::StrCat(data.identity_text(), " ", data.name(), " ", data.contact())));
        });
      case rules::v1::PLAN_FIELD_CONSENT:
        return LinesOf(PlanElement::kConsent, [](const PlanElement& e) {
          const absl::string_view answer = e.consent().given() ? "Ja" : "Nej";
          return e.consent().text().empty() ? std::string(answer) : absl::StrCat(answer, ", ", e.consent().text());
        });
      case rules::v1::PLAN_FIELD_PARTICIPANTS:
        return LinesOf(PlanElement::kParticipant,
                       [this](const PlanElement& e) { return ParticipantWords(e.participant(), individual_); });
      case rules::v1::PLAN_FIELD_CONTACT_PLACE:
        return LinesOf(PlanElement::kContactPlace, [](const PlanElement& e) { return e.contact_place().text(); });
      case rules::v1::PLAN_FIELD_WHY:
        return LinesOf(PlanElement::kPurpose, [](const PlanElement& e) { return e.purpose().text(); });
      case rules::v1::PLAN_FIELD_LONG_TERM_GOALS:
        return LinesOf(PlanElement::kLongTermGoal, [](const PlanElement& e) { return e.long_term_goal().text(); });
      case rules::v1::PLAN_FIELD_SITUATION:
        return LinesOf(PlanElement::kSituation, [](const PlanElement& e) { return e.situation().text(); });
      case rules::v1::PLAN_FIELD_WHAT_MATTERS:
        return LinesOf(PlanElement::kWhatMatters, [](const PlanElement& e) { return e.what_matters().text(); });
      case rules::v1::PLAN_FIELD_STRENGTHS:
        return LinesOf(PlanElement::kStrength, [](const PlanElement& e) { return e.strength().text(); });
      case rules::v1::PLAN_FIELD_NEEDS:
        return LinesOf(PlanElement::kNeed, [](const PlanElement& e) { return e.need().text(); });
      case rules::v1::PLAN_FIELD_RISKS:
        return LinesOf(PlanElement::kRiskAssessment, [](const PlanElement& e) { return RiskWords(e.risk_assessment()); });
      case rules::v1::PLAN_FIELD_OPINION:
        return LinesOf(PlanElement::kIndividualOpinion, [](const PlanElement& e) { return e.individual_opinion().text(); });
      default:
        return LinesOfAgreementField(field);
    }
  }

  // The fields about responsibility, agreement and what comes next.
  Lines LinesOfAgreementField(PlanField field) const {
    switch (field) {
      case rules::v1::PLAN_FIELD_OTHERS_MEASURES:
        return LinesOf(PlanElement::kOthersMeasures, [](const PlanElement& e) {
          const bool listed = e.others_measures().statement() == plans::v1::OTHERS_MEASURES_STATEMENT_LISTED;
          return std::string(listed ? "Finns bland åtgärderna" : "Inga");
        });
      case rules::v1::PLAN_FIELD_RESPONSIBLE_PRINCIPAL:
        return LinesOf(PlanElement::kResponsible, [](const PlanElement& e) { return e.responsible().principal_agency_id(); });
      case rules::v1::PLAN_FIELD_RESPONSIBLE_PERSON:
        return LinesOf(PlanElement::kResponsible, [this](const PlanElement& e) { return ResponsibleWords(e.responsible()); });
      case rules::v1::PLAN_FIELD_SIGNATURES:
        return SignatureLines();
      case rules::v1::PLAN_FIELD_COPY_RECIPIENTS:
        return LinesOf(PlanElement::kCopyRecipient,
                       [this](const PlanElement& e) { return PartyWords(e.copy_recipient().party(), individual_); });
      case rules::v1::PLAN_FIELD_FOLLOW_UP:
        return LinesOf(PlanElement::kFollowUp, [this](const PlanElement& e) { return FollowUpPlanWords(e.follow_up()); });
      case rules::v1::PLAN_FIELD_CRISIS_PLAN:
        return LinesOf(PlanElement::kCrisisPlan, [](const PlanElement& e) {
          const auto& crisis = e.crisis_plan();
          return crisis.text().empty() ? crisis.document().document_id() : crisis.text();
        });
      case rules::v1::PLAN_FIELD_DISAGREEMENT:
        return LinesOf(PlanElement::kDisagreement, [](const PlanElement& e) {
          return absl::StrCat(e.disagreement().text(),
                              e.disagreement().measure().empty() ? "" : ". Åtgärd: ", e.disagreement().measure());
        });
      case rules::v1::PLAN_FIELD_PLACEMENT:
        return PlacementLines();
      case rules::v1::PLAN_FIELD_PREVIOUSLY_DECLINED:
        return LinesOf(PlanElement::kPreviouslyDeclined,
                       [](const PlanElement& e) { return DeclinedWords(e.previously_declined()); });
      default:  // A field that a newer form has.
        return {};
    }
  }

  static std::string RiskWords(const plans::v1::RiskAssessment& risk) {
    const std::string date = DateWords(risk.assessed_on());
    return absl::StrCat(risk.instrument(), date.empty() ? "" : absl::StrCat(" (", date, ")"), " ", risk.result());
  }

  static std::string DeclinedWords(const plans::v1::PreviouslyDeclined& declined) {
    std::string text = declined.text();
    for (const google::type::Date& date : declined.declined_on()) absl::StrAppend(&text, text.empty() ? "" : ", ", DateWords(date));
    return text.empty() ? "Ja" : text;
  }

  std::string ResponsibleWords(const plans::v1::Responsible& responsible) const {
    if (!responsible.shown_as().empty()) return responsible.shown_as();
    if (!responsible.has_person()) return "";
    common::v1::Party party;
    *party.mutable_staff() = responsible.person();
    return PartyWords(party, individual_);
  }

  std::string FollowUpPlanWords(const plans::v1::FollowUpPlan& follow_up) const {
    Lines parts;
    AddLine(follow_up.subject(), parts);
    AddLine(follow_up.original_text(), parts);
    AddLine(DateWords(follow_up.date()), parts);
    if (follow_up.has_called_by()) AddLine(absl::StrCat("kallas av ", PartyWords(follow_up.called_by(), individual_)), parts);
    return absl::StrJoin(parts, ", ");
  }

  Lines SignatureLines() const {
    Lines lines;
    std::set<std::string> answered;
    for (const views::v1::SignatureRow& signature : plan_.in_force().signatures()) {
      const std::string who = PartyWords(signature.signer(), individual_);
      answered.insert(who);
      const std::string how = signature.declined() ? "avstår" : absl::StrCat("undertecknat ", MethodWords(signature.method()));
      lines.push_back(absl::StrCat(who, ": ", how, ", ", DateWords(signature.occurred_at(), zone_)));
    }
    for (const PlanElement* element : OfKind(PlanElement::kSigner)) {
      const std::string who = PartyWords(element->signer().party(), individual_);
      if (!answered.contains(who)) {
        lines.push_back(absl::StrCat(who, ": ", element->signer().not_required() ? "krävs inte" : "väntar"));
      }
    }
    return lines;
  }

  Lines PlacementLines() const {
    Lines lines;
    for (const PlanElement* element : OfKind(PlanElement::kPlacementNote)) {
      const plans::v1::PlacementNote& note = element->placement_note();
      if (!note.social_services_assessment().empty()) {
        lines.push_back(absl::StrCat("Socialtjänstens bedömning: ", note.social_services_assessment()));
      }
      if (!note.psychiatry_assessment().empty()) lines.push_back(absl::StrCat("BUP:s bedömning: ", note.psychiatry_assessment()));
    }
    return lines;
  }

  std::string LabelOf(PlanField field, absl::string_view otherwise) const {
    for (const TemplateField& known : form_.fields()) {
      if (known.field() == field) return known.label();
    }
    return std::string(otherwise);
  }

  void AddActions(const std::string& label) {
    DocumentTable table;
    table.header = {LabelOf(rules::v1::PLAN_FIELD_GOALS, "Mål"), label, "Ansvar", "Tidsplan Start/Sluttid"};
    table.widths = {21, 36, 20, 14};
    std::set<std::string> shown;
    for (const PlanElement* element : OfKind(PlanElement::kAction)) {
      const Action& action = element->action();
      shown.insert(action.goal_ids().begin(), action.goal_ids().end());
      table.rows.push_back({GoalLines(action), ActionLines(action), ResponsibleLines(action), TimeLines(*element)});
    }
    for (const PlanElement* goal : OfKind(PlanElement::kGoal)) {
      if (!shown.contains(goal->element_id())) table.rows.push_back({WordsOfGoal(goal->goal()), {}, {}, {}});
    }
    if (!table.rows.empty()) document_.push_back(std::move(table));
  }

  static Lines WordsOfGoal(const plans::v1::Goal& goal) {
    Lines lines = {goal.text()};
    if (!goal.measure().empty() || !goal.target().empty()) {
      lines.push_back(absl::StrCat("Mäts: ", goal.measure(), goal.target().empty() ? "" : absl::StrCat(" ", goal.target())));
    }
    if (goal.has_due()) lines.push_back(absl::StrCat("Senast ", DateWords(goal.due())));
    if (!goal.dissent().empty()) lines.push_back(absl::StrCat("Annan uppfattning: ", goal.dissent()));
    return lines;
  }

  Lines GoalLines(const Action& action) const {
    Lines lines;
    for (const PlanElement* goal : OfKind(PlanElement::kGoal)) {
      const auto& ids = action.goal_ids();
      if (std::find(ids.begin(), ids.end(), goal->element_id()) == ids.end()) continue;
      for (std::string& line : WordsOfGoal(goal->goal())) lines.push_back(std::move(line));
    }
    return lines;
  }

  static Lines ActionLines(const Action& action) {
    std::string text = action.description();
    for (const plans::v1::ConditionalInstruction& conditional : action.conditional_instructions()) {
      absl::StrAppend(&text, text.empty() ? "" : " ", conditional.condition(), " ", conditional.instruction(),
                      conditional.otherwise().empty() ? "" : " ", conditional.otherwise());
    }
    Lines lines = {std::move(text)};
    for (const std::string& further : action.further_measures()) AddLine(further, lines);
    const std::string said = absl::StrJoin(lines, "\n");
    for (const plans::v1::Frequency& frequency : action.frequencies()) {
      if (!absl::StrContains(said, frequency.original_text())) lines.push_back(frequency.original_text());
    }
    if (!action.place().empty()) lines.push_back(absl::StrCat("Plats: ", action.place()));
    if (action.decision_needed()) lines.push_back("Kräver beslut");
    return lines;
  }

  Lines ResponsibleLines(const Action& action) const {
    Lines lines;
    for (const plans::v1::ActionResponsible& responsible : action.responsible()) {
      AddLine(responsible.shown_as().empty() ? PartyWords(responsible.party(), individual_) : responsible.shown_as(), lines);
    }
    return lines;
  }

  // The schedule, and what was reported since.
  Lines TimeLines(const PlanElement& element) const {
    Lines lines;
    AddLine(ScheduleWords(element.action().schedule()), lines);
    for (const plans::v1::ActionProgress& progress : plan_.in_force().progress()) {
      if (progress.action_id() != element.element_id() || !progress.has_reported_at()) continue;
      const std::string status = StatusWords(progress.status());
      if (lines.empty() || lines.front() != status) AddLine(status, lines);
      AddLine(progress.outcome(), lines);
    }
    return lines;
  }

  void AddAssessments() {
    Lines lines;
    for (const views::v1::GoalAssessmentRow& row : plan_.in_force().assessments()) {
      for (const PlanElement* goal : OfKind(PlanElement::kGoal)) {
        if (goal->element_id() != row.assessment().goal_id()) continue;
        lines.push_back(absl::StrCat(goal->goal().text(), ": ", FulfilmentWords(row.assessment().fulfilment()), ", ",
                                     DateWords(row.occurred_at(), zone_),
                                     row.assessment().text().empty() ? "" : absl::StrCat(". ", row.assessment().text())));
      }
    }
    Add("Måluppfyllelse", std::move(lines));
  }

  void AddFollowUp(const views::v1::FollowUpRow& row) {
    const plans::v1::FollowUp& follow_up = row.follow_up();
    document_.push_back(DocumentHeading{2, absl::StrCat(form_.title(), ", uppföljning, ", DateWords(row.occurred_at(), zone_))});
    if (!follow_up.title().empty()) Add("Uppföljning av planen", {follow_up.title()});
    Lines present;
    for (const plans::v1::Participant& participant : follow_up.present()) {
      AddLine(ParticipantWords(participant, individual_), present);
    }
    Add("Närvarande", std::move(present));
    AddText(absl::StrCat("Hur har det gått för ", individual_, "?"), follow_up.how_it_went());
    AddText("Ny information eller ändrade omständigheter", follow_up.new_information());
    AddText("Effekt på kort sikt", follow_up.short_term_effect());
    AddText("Effekt på lång sikt", follow_up.long_term_effect());
    AddText("Behövs annan insats?",
            absl::StrCat(YesNoWords(follow_up.other_measure_needed()), ", ", OutcomeWords(follow_up.outcome())));
    if (follow_up.has_next()) AddText("Nytt datum för uppföljning", FollowUpPlanWords(follow_up.next()));
  }

  void AddText(const std::string& label, std::string text) {
    if (!text.empty()) Add(label, {std::move(text)});
  }

  void AddClosing() {
    if (plan_.has_closed()) AddText("Planen är avslutad", DateWords(plan_.closed_at(), zone_));
  }

  const PlanRow& plan_;
  const rules::v1::PlanTemplate& form_;
  const absl::TimeZone zone_;
  const PlanContent& content_;
  std::string individual_;
  Document document_;
};

}  // namespace

Document PlanDocument(const PlanRow& plan, const rules::v1::PlanTemplate& form, absl::TimeZone zone) {
  return PlanRenderer(plan, form, zone).Render();
}

std::string RenderPlan(const PlanRow& plan, const rules::v1::PlanTemplate& form, views::v1::RenderFormat format,
                       absl::TimeZone zone) {
  const Document document = PlanDocument(plan, form, zone);
  return format == views::v1::RENDER_FORMAT_MARKDOWN ? ToMarkdown(document) : ToText(document);
}

}  // namespace sip

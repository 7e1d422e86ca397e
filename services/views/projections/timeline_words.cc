#include "services/views/projections/timeline_words.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sip/cases/v1/case_events.pb.h"
#include "sip/consent/v1/consent_events.pb.h"
#include "sip/deviations/v1/deviation_events.pb.h"
#include "sip/meetings/v1/meeting_events.pb.h"
#include "sip/plans/v1/plan_events.pb.h"

namespace sip {
namespace {

using absl::StrCat;
using cases::v1::CaseEvent;
using common::v1::PartyKey;
using consent::v1::ConsentEvent;
using deviations::v1::DeviationEvent;
using google::protobuf::Message;
using meetings::v1::MeetingEvent;
using plans::v1::PlanEvent;

struct Words {
  std::string sv;
  std::string en;
};

std::string Agency(absl::string_view agency_id) { return StrCat("{", agency_id, "}"); }

Words PartyName(const PartyKey& party) {
  switch (party.kind_case()) {
    case PartyKey::kAgencyId:
      return {Agency(party.agency_id()), Agency(party.agency_id())};
    case PartyKey::kIndividual:
      return {"den enskilde", "the individual"};
    case PartyKey::kRelatedPersonId:
      return {"en närstående", "a next of kin"};
    case PartyKey::kOtherActorId:
      return {"en annan aktör", "another actor"};
    case PartyKey::KIND_NOT_SET:
      return {"någon", "somebody"};
  }
  return {};
}

Words SignerName(const common::v1::Party& party) {
  if (party.has_staff()) return {Agency(party.staff().unit().agency_id()), Agency(party.staff().unit().agency_id())};
  if (party.has_individual()) return {"den enskilde", "the individual"};
  if (party.has_related_person()) return {"en närstående", "a next of kin"};
  return {"en annan part", "another party"};
}

Words KindOf(meetings::v1::MeetingKind kind) {
  switch (static_cast<int>(kind)) {
    case meetings::v1::MEETING_KIND_SIP:
      return {"SIP-möte", "SIP meeting"};
    case meetings::v1::MEETING_KIND_FOLLOW_UP:
      return {"Uppföljningsmöte", "Follow-up meeting"};
    case meetings::v1::MEETING_KIND_INFORMATION:
      return {"Informationsmöte", "Information meeting"};
    case meetings::v1::MEETING_KIND_CONSULTATION:
      return {"Konsultationsmöte", "Consultation meeting"};
    case meetings::v1::MEETING_KIND_NETWORK:
      return {"Nätverksmöte", "Network meeting"};
    case meetings::v1::MEETING_KIND_COOPERATION:
      return {"Samverkansmöte", "Cooperation meeting"};
    case meetings::v1::MEETING_KIND_MOTIVATION:
      return {"Motivationsmöte", "Motivation meeting"};
    default:
      return {"Möte", "Meeting"};
  }
}

Words KindOf(common::v1::ConsentKind kind) {
  switch (static_cast<int>(kind)) {
    case common::v1::CONSENT_KIND_PLAN:
      return {"att en plan görs", "that a plan is made"};
    case common::v1::CONSENT_KIND_PROCESS_START:
      return {"att arbetet börjar", "that the work begins"};
    case common::v1::CONSENT_KIND_INFORMATION_SHARING:
      return {"att uppgifter delas", "that information is shared"};
    case common::v1::CONSENT_KIND_PLAN_CONTENT:
      return {"planens innehåll", "the content of the plan"};
    case common::v1::CONSENT_KIND_COPY_TO_KIN:
      return {"att närstående får en kopia", "that next of kin get a copy"};
    case common::v1::CONSENT_KIND_EVALUATION:
      return {"utvärdering", "evaluation"};
    default:
      return {"något", "something"};
  }
}

Words Assessed(const cases::v1::NeedAssessed& event) {
  const std::string who = Agency(event.principal_agency_id());
  if (event.verdict() == cases::v1::NEED_VERDICT_NEEDED) {
    return {StrCat(who, " bedömde att en plan behövs."), StrCat(who, " judged that a plan is needed.")};
  }
  return {StrCat(who, " bedömde att ingen plan behövs."), StrCat(who, " judged that no plan is needed.")};
}

Words WordsFor(const CaseEvent& event) {
  switch (event.kind_case()) {
    case CaseEvent::kCaseOpened: {
      const std::string who = Agency(event.case_opened().opened_by_agency_id());
      return {StrCat(who, " öppnade ärendet."), StrCat(who, " opened the case.")};
    }
    case CaseEvent::kCasePartyAdded: {
      const std::string who = Agency(event.case_party_added().agency_id());
      return {StrCat(who, " blev part i ärendet."), StrCat(who, " became party to the case.")};
    }
    case CaseEvent::kContactMade: {
      const std::string by = Agency(event.contact_made().by().unit().agency_id());
      const std::string with = Agency(event.contact_made().with().unit().agency_id());
      return {StrCat(by, " tog kontakt med ", with, "."), StrCat(by, " contacted ", with, ".")};
    }
    case CaseEvent::kNeedAssessed:
      return Assessed(event.need_assessed());
    case CaseEvent::kRequestRefused: {
      const std::string who = Agency(event.request_refused().agency_id());
      return {StrCat(who, " nekade begäran om en plan."), StrCat(who, " refused the request for a plan.")};
    }
    case CaseEvent::kPlanOffered:
      return {"En plan erbjöds.", "A plan was offered."};
    case CaseEvent::kOfferAccepted:
      return {"Den enskilde tackade ja till en plan.", "The individual accepted the offer of a plan."};
    case CaseEvent::kOfferDeclined:
      return {"Den enskilde tackade nej till en plan.", "The individual declined the offer of a plan."};
    case CaseEvent::kCaseClosed:
      return {"Ärendet avslutades.", "The case was closed."};
    case CaseEvent::kCaseReopened:
      return {"Ärendet återöppnades.", "The case was reopened."};
    case CaseEvent::KIND_NOT_SET:
      break;
  }
  return {};
}

Words WithKind(absl::string_view sv, absl::string_view en, common::v1::ConsentKind kind) {
  const Words what = KindOf(kind);
  return {StrCat(sv, what.sv, "."), StrCat(en, what.en, ".")};
}

Words WordsFor(const ConsentEvent& event) {
  switch (event.kind_case()) {
    case ConsentEvent::kConsentRequested:
      return WithKind("Den enskilde tillfrågades om samtycke till ",
                      "The individual was asked to consent to: ", event.consent_requested().kind());
    case ConsentEvent::kConsentGiven:
      return WithKind("Samtycke gavs till ", "Consent was given to: ", event.consent_given().grant().kind());
    case ConsentEvent::kConsentRefused:
      return WithKind("Samtycke nekades till ", "Consent was refused to: ", event.consent_refused().kind());
    case ConsentEvent::kConsentScopeChanged:
      return WithKind("Den enskilde ändrade samtycket till ",
                      "The individual changed the consent to: ", event.consent_scope_changed().grant().kind());
    case ConsentEvent::kConsentWithdrawn:
      if (event.consent_withdrawn().whole()) {
        return {"Den enskilde återtog hela sitt samtycke.", "The individual withdrew her consent as a whole."};
      }
      return {"Den enskilde återtog en del av sitt samtycke.", "The individual withdrew a part of her consent."};
    case ConsentEvent::kConsentAnnulled:
      return {"En felaktig uppgift om samtycke makulerades.", "A wrong entry about consent was annulled."};
    case ConsentEvent::KIND_NOT_SET:
      break;
  }
  return {};
}

Words Called(const meetings::v1::PartyCalled& event) {
  const Words party = PartyName(event.party_key());
  if (event.binding()) {
    return {StrCat("Kallelse till ", party.sv, "."), StrCat("Call to ", party.en, ".")};
  }
  return {StrCat("Inbjudan till ", party.sv, "."), StrCat("Invitation to ", party.en, ".")};
}

Words Answered(const meetings::v1::CallAnswered& event) {
  const Words party = PartyName(event.party());
  if (event.answer() == meetings::v1::CALL_ANSWER_DECLINED) {
    return {StrCat("Tackade nej till mötet: ", party.sv, "."), StrCat("Declined the meeting: ", party.en, ".")};
  }
  return {StrCat("Tackade ja till mötet: ", party.sv, "."), StrCat("Accepted the meeting: ", party.en, ".")};
}

Words Cancelled(const meetings::v1::MeetingCancelled& event) {
  const Words kind = KindOf(event.kind());
  if (event.cause() == meetings::v1::MEETING_CANCELLATION_CAUSE_CONSENT_WITHDRAWN) {
    return {StrCat(kind.sv, " ställdes in, eftersom samtycket återtogs."),
            StrCat(kind.en, " was cancelled, because consent was withdrawn.")};
  }
  return {StrCat(kind.sv, " ställdes in."), StrCat(kind.en, " was cancelled.")};
}

Words Held(const meetings::v1::MeetingHeld& event) {
  const Words kind = KindOf(event.kind());
  Words words{StrCat(kind.sv, " hölls"), StrCat(kind.en, " was held")};
  if (!event.individual().present()) {
    words.sv += " utan den enskilde";
    words.en += " without the individual";
  }
  bool first = true;
  for (const meetings::v1::RecordedAttendance& attendance : event.attendance()) {
    if (!attendance.called() || attendance.present()) continue;
    const Words party = PartyName(attendance.party_key());
    words.sv += StrCat(first ? "; kallad men frånvarande: " : ", ", party.sv);
    words.en += StrCat(first ? "; called but absent: " : ", ", party.en);
    first = false;
  }
  words.sv += ".";
  words.en += ".";
  return words;
}

Words WordsFor(const MeetingEvent& event) {
  switch (event.kind_case()) {
    case MeetingEvent::kMeetingPlanned: {
      const Words kind = KindOf(event.meeting_planned().kind());
      return {StrCat(kind.sv, " planerades."), StrCat(kind.en, " was planned.")};
    }
    case MeetingEvent::kPreConsultationRecorded:
      return {"Mötet förbereddes i samråd.", "The meeting was prepared in consultation."};
    case MeetingEvent::kContactConfirmed: {
      const Words party = PartyName(event.contact_confirmed().party());
      if (!event.contact_confirmed().established()) {
        return {StrCat("Ingen etablerad kontakt: ", party.sv, "."), StrCat("No established contact: ", party.en, ".")};
      }
      return {StrCat("Etablerad kontakt: ", party.sv, "."), StrCat("Established contact: ", party.en, ".")};
    }
    case MeetingEvent::kPartyCalled:
      return Called(event.party_called());
    case MeetingEvent::kDeliveryRecorded:
      return {"En kallelse eller inbjudan sändes eller kom fram.", "A call or invitation was sent or arrived."};
    case MeetingEvent::kCallAcknowledged:
      return {"En kallelse eller inbjudan kvitterades.", "A call or invitation was acknowledged."};
    case MeetingEvent::kCallAnswered:
      return Answered(event.call_answered());
    case MeetingEvent::kCallWithdrawn: {
      const Words party = PartyName(event.call_withdrawn().party());
      return {StrCat("Kallelsen eller inbjudan makulerades: ", party.sv, "."),
              StrCat("The call or invitation was withdrawn: ", party.en, ".")};
    }
    case MeetingEvent::kMeetingRescheduled: {
      const Words kind = KindOf(event.meeting_rescheduled().kind());
      return {StrCat(kind.sv, " flyttades."), StrCat(kind.en, " was moved.")};
    }
    case MeetingEvent::kMeetingCancelled:
      return Cancelled(event.meeting_cancelled());
    case MeetingEvent::kMeetingHeld:
      return Held(event.meeting_held());
    case MeetingEvent::KIND_NOT_SET:
      break;
  }
  return {};
}

Words Reported(const plans::v1::ActionReported& event) {
  if (event.status() == plans::v1::ACTION_STATUS_COULD_NOT_BE_CARRIED_OUT) {
    return {"En åtgärd har inte gått att genomföra.", "An action could not be carried out."};
  }
  if (event.status() == plans::v1::ACTION_STATUS_DONE) return {"En åtgärd är genomförd.", "An action is done."};
  return {"En åtgärd rapporterades.", "An action was reported."};
}

Words WordsFor(const PlanEvent& event) {
  switch (event.kind_case()) {
    case PlanEvent::kPlanDrafted: {
      const std::string who = Agency(event.plan_drafted().drafting_agency_id());
      return {StrCat(who, " påbörjade ett utkast till plan."), StrCat(who, " began to draft a plan.")};
    }
    case PlanEvent::kPlanElementPut:
      return {"Utkastet ändrades.", "The draft was edited."};
    case PlanEvent::kPlanElementRemoved:
      return {"En del av utkastet togs bort.", "A part of the draft was removed."};
    case PlanEvent::kPlanEstablished: {
      const uint32_t revision = event.plan_established().plan_revision();
      return {StrCat("Planen upprättades, version ", revision, "."), StrCat("The plan was established, revision ", revision, ".")};
    }
    case PlanEvent::kPlanSigned: {
      const Words signer = SignerName(event.plan_signed().signer());
      return {StrCat("Planen undertecknades av ", signer.sv, "."), StrCat("The plan was signed by ", signer.en, ".")};
    }
    case PlanEvent::kSignatureDeclined: {
      const Words signer = SignerName(event.signature_declined().signer());
      return {StrCat("Underskrift nekades av ", signer.sv, "."), StrCat("Signature was declined by ", signer.en, ".")};
    }
    case PlanEvent::kCopyDistributed: {
      const Words recipient = SignerName(event.copy_distributed().recipient());
      return {StrCat("En kopia av planen lämnades till ", recipient.sv, "."),
              StrCat("A copy of the plan was given to ", recipient.en, ".")};
    }
    case PlanEvent::kActionAccepted: {
      const std::string who = Agency(event.action_accepted().acceptance().agency_id());
      return {StrCat(who, " accepterade en åtgärd."), StrCat(who, " accepted an action.")};
    }
    case PlanEvent::kActionReported:
      return Reported(event.action_reported());
    case PlanEvent::kFollowUpRecorded:
      return {"Planen följdes upp.", "The plan was followed up."};
    case PlanEvent::kGoalAssessed:
      return {"Ett mål bedömdes.", "A goal was assessed."};
    case PlanEvent::kPlanRevisionOpened:
      return {"En revidering av planen påbörjades.", "A revision of the plan was begun."};
    case PlanEvent::kResponsibleChanged:
      return {"Huvudansvarig ändrades.", "The responsible person was changed."};
    case PlanEvent::kPlanClosed:
      if (event.plan_closed().ground() == rules::v1::CLOSING_GROUND_CONSENT_WITHDRAWN) {
        return {"Planen avslutades, eftersom samtycket återtogs.", "The plan was closed, because consent was withdrawn."};
      }
      return {"Planen avslutades.", "The plan was closed."};
    case PlanEvent::KIND_NOT_SET:
      break;
  }
  return {};
}

Words WordsFor(const DeviationEvent& event) {
  switch (event.kind_case()) {
    case DeviationEvent::kDeviationSuggested: {
      const Words party = PartyName(event.deviation_suggested().party());
      return {StrCat("En avvikelse föreslogs: ", party.sv, "."), StrCat("A deviation was suggested: ", party.en, ".")};
    }
    case DeviationEvent::kSuggestionDismissed:
      return {"En föreslagen avvikelse avfärdades.", "A suggested deviation was dismissed."};
    case DeviationEvent::kDeviationReported: {
      const std::string from = Agency(event.deviation_reported().reporting_agency_id());
      const std::string to = Agency(event.deviation_reported().counterpart().agency_id());
      return {StrCat(from, " rapporterade en avvikelse till ", to, "."), StrCat(from, " reported a deviation to ", to, ".")};
    }
    case DeviationEvent::kDeviationAcknowledged:
      return {"Avvikelsen togs emot.", "The deviation was received."};
    case DeviationEvent::kDeviationAnswered:
      return {"Avvikelsen besvarades.", "The deviation was answered."};
    case DeviationEvent::kDeviationClosed:
      return {"Avvikelsen avslutades.", "The deviation was closed."};
    case DeviationEvent::KIND_NOT_SET:
      break;
  }
  return {};
}

// The full name of the kind that is set.
std::string KindName(const Message& event) {
  const auto* kind = event.GetDescriptor()->FindOneofByName("kind");
  const auto* field = kind == nullptr ? nullptr : event.GetReflection()->GetOneofFieldDescriptor(event, kind);
  return field == nullptr ? "" : field->message_type()->full_name();
}

template <typename Event>
bool Say(const Message& message, Words& words) {
  const auto* event = google::protobuf::DynamicCastToGenerated<Event>(&message);
  if (event != nullptr) words = WordsFor(*event);
  return event != nullptr;
}

}  // namespace

std::optional<Sentence> SentenceFor(const Message& event) {
  Words words;
  const bool told = Say<CaseEvent>(event, words) || Say<ConsentEvent>(event, words) || Say<MeetingEvent>(event, words) ||
                    Say<PlanEvent>(event, words) || Say<DeviationEvent>(event, words);
  if (!told) return std::nullopt;
  return Sentence{KindName(event), std::move(words.sv), std::move(words.en)};
}

std::string WithAgencyNames(absl::string_view text, const std::function<std::string(absl::string_view)>& name_of) {
  std::string result;
  while (!text.empty()) {
    const size_t open = text.find('{');
    const size_t close = open == absl::string_view::npos ? open : text.find('}', open);
    if (close == absl::string_view::npos) break;
    const absl::string_view agency_id = text.substr(open + 1, close - open - 1);
    const std::string name = name_of(agency_id);
    absl::StrAppend(&result, text.substr(0, open), name.empty() ? std::string(agency_id) : name);
    text.remove_prefix(close + 1);
  }
  absl::StrAppend(&result, text);
  return result;
}

}  // namespace sip

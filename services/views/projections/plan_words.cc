#include "services/views/projections/plan_words.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

using common::v1::Party;

// The parts that are not empty, with a separator.
std::string Joined(std::initializer_list<absl::string_view> parts, absl::string_view separator) {
  std::string text;
  for (const absl::string_view part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) absl::StrAppend(&text, separator);
    absl::StrAppend(&text, part);
  }
  return text;
}

std::string Or(absl::string_view text, absl::string_view otherwise) { return std::string(text.empty() ? otherwise : text); }

std::string ContactOf(const Party& party) {
  switch (party.kind_case()) {
    case Party::kStaff:
      return party.staff().contact();
    case Party::kRelatedPerson:
      return party.related_person().contact();
    case Party::kOtherActor:
      return party.other_actor().contact();
    case Party::kIndividual:
    case Party::kTeam:
    case Party::KIND_NOT_SET:
      return "";
  }
  return "";
}

absl::string_view ModeWords(plans::v1::ParticipationMode mode) {
  switch (mode) {
    case plans::v1::PARTICIPATION_MODE_PHONE:
      return "via telefon";
    case plans::v1::PARTICIPATION_MODE_SPEAKER_PHONE:
      return "via högtalartelefon";
    case plans::v1::PARTICIPATION_MODE_VIDEO:
      return "via länk";
    default:  // On the spot, or not said: nothing to add.
      return "";
  }
}

std::string PhraseWords(plans::v1::SchedulePhrase phrase) {
  switch (phrase) {
    case plans::v1::SCHEDULE_PHRASE_IMMEDIATELY:
      return "omgående";
    case plans::v1::SCHEDULE_PHRASE_ONGOING:
      return "fortlöpande";
    case plans::v1::SCHEDULE_PHRASE_NEXT_WEEK:
      return "nästa vecka";
    case plans::v1::SCHEDULE_PHRASE_WITHIN_A_WEEK:
      return "inom en vecka";
    case plans::v1::SCHEDULE_PHRASE_WITHIN_A_MONTH:
      return "inom en månad";
    case plans::v1::SCHEDULE_PHRASE_REVIEW_WITHIN_A_MONTH:
      return "uppföljning inom en månad";
    case plans::v1::SCHEDULE_PHRASE_DONE:
      return "genomförd";
    case plans::v1::SCHEDULE_PHRASE_UNTIL_FOLLOW_UP:
      return "till nästa uppföljning";
    case plans::v1::SCHEDULE_PHRASE_WHEN_NEEDED:
      return "vid behov";
    default:  // Only the original text says it.
      return "";
  }
}

std::string PointWords(const plans::v1::SchedulePoint& point) {
  return point.has_date() ? DateWords(point.date()) : PhraseWords(point.phrase());
}

}  // namespace

std::string PartyWords(const Party& party, absl::string_view individual) {
  switch (party.kind_case()) {
    case Party::kStaff:
      return Or(Joined({party.staff().name(), party.staff().title()}, " "), party.staff().unit().agency_id());
    case Party::kIndividual:
      return std::string(individual);
    case Party::kRelatedPerson:
      return Or(Joined({party.related_person().name(), party.related_person().relation()}, ", "), "närstående");
    case Party::kOtherActor:
      return Or(party.other_actor().name(), party.other_actor().party_type());
    case Party::kTeam:
      return Or(party.team().name(), "teamet");
    case Party::KIND_NOT_SET:
      return "";
  }
  return "";
}

std::string ParticipantWords(const plans::v1::Participant& participant, absl::string_view individual) {
  std::string text = PartyWords(participant.party(), individual);
  if (participant.permanent_care_contact()) text += " och fast vårdkontakt";
  text = Joined({text, ContactOf(participant.party())}, ", ");
  return Joined({text, ModeWords(participant.mode())}, " – ");
}

std::string DateWords(const google::type::Date& date) {
  return IsValid(date) ? absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day()) : "";
}

std::string DateWords(const common::v1::Occurred& occurred, absl::TimeZone zone) {
  return IsValid(occurred) ? absl::FormatCivilTime(LocalDay(occurred, zone)) : "";
}

std::string ScheduleWords(const plans::v1::Schedule& schedule) {
  if (!schedule.original_text().empty()) return schedule.original_text();
  return Joined({PointWords(schedule.start()), PointWords(schedule.end())}, " – ");
}

std::string StatusWords(plans::v1::ActionStatus status) {
  switch (status) {
    case plans::v1::ACTION_STATUS_PLANNED:
      return "Planerad";
    case plans::v1::ACTION_STATUS_STARTS_IMMEDIATELY:
      return "Påbörjas omgående";
    case plans::v1::ACTION_STATUS_ONGOING:
      return "Pågår";
    case plans::v1::ACTION_STATUS_DONE:
      return "Genomförd";
    case plans::v1::ACTION_STATUS_COULD_NOT_BE_CARRIED_OUT:
      return "Har inte gått att genomföra";
    case plans::v1::ACTION_STATUS_CANCELLED:
      return "Avbruten";
    default:  // Nothing is known.
      return "";
  }
}

std::string FulfilmentWords(plans::v1::GoalFulfilment fulfilment) {
  switch (fulfilment) {
    case plans::v1::GOAL_FULFILMENT_MET:
      return "uppfyllt";
    case plans::v1::GOAL_FULFILMENT_PARTLY_MET:
      return "delvis uppfyllt";
    case plans::v1::GOAL_FULFILMENT_NOT_MET:
      return "inte uppfyllt";
    default:  // Nothing is known.
      return "";
  }
}

std::string OutcomeWords(plans::v1::FollowUpOutcome outcome) {
  switch (outcome) {
    case plans::v1::FOLLOW_UP_OUTCOME_CONTINUE_UNCHANGED:
      return "fortsättning enligt plan";
    case plans::v1::FOLLOW_UP_OUTCOME_REVISE:
      return "planen revideras";
    case plans::v1::FOLLOW_UP_OUTCOME_NEW_SIP:
      return "ny SIP";
    case plans::v1::FOLLOW_UP_OUTCOME_CLOSE:
      return "planen avslutas";
    default:  // Nothing is known.
      return "";
  }
}

std::string YesNoWords(plans::v1::YesNo answer) {
  switch (answer) {
    case plans::v1::YES_NO_YES:
      return "Ja";
    case plans::v1::YES_NO_NO:
      return "Nej";
    default:  // Not answered.
      return "";
  }
}

std::string MethodWords(rules::v1::SignatureMethodKind method) {
  switch (method) {
    case rules::v1::SIGNATURE_METHOD_KIND_PEN:
      return "med penna";
    case rules::v1::SIGNATURE_METHOD_KIND_E_ID:
      return "med e-legitimation";
    case rules::v1::SIGNATURE_METHOD_KIND_ORAL_APPROVAL:
      return "muntligt";
    default:  // Not known.
      return "";
  }
}

}  // namespace sip

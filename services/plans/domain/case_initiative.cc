#include "services/plans/domain/case_initiative.h"

#include "services/plans/domain/case_decisions.h"
#include "sip/rules/v1/agency_directory.pb.h"

namespace sip {
namespace {

using cases::v1::Initiative;
using common::v1::Party;
using rules::v1::AgencyKind;

constexpr char kRule[] = "INI-04";

// The kind of the principal whose work the agency does; of others, their own kind.
AgencyKind KindInLaw(const rules::v1::Agency& agency, const AgencyDirectory& agencies) {
  if (agency.kind() != rules::v1::AGENCY_KIND_PRIVATE_PROVIDER) return agency.kind();
  const rules::v1::Agency* principal = agencies.Find(agency.acts_for_agency_id());
  return principal == nullptr ? agency.kind() : principal->kind();
}

bool StaffFits(cases::v1::InitiativeSource source, AgencyKind kind) {
  switch (static_cast<int>(source)) {
    case cases::v1::INITIATIVE_SOURCE_REGION_HEALTH_CARE:
      return kind == rules::v1::AGENCY_KIND_REGION;
    case cases::v1::INITIATIVE_SOURCE_SOCIAL_SERVICES:
    case cases::v1::INITIATIVE_SOURCE_MUNICIPAL_HEALTH_CARE:
      return kind == rules::v1::AGENCY_KIND_MUNICIPALITY;
    case cases::v1::INITIATIVE_SOURCE_SCHOOL:  // Most schools are the municipality's.
      return kind == rules::v1::AGENCY_KIND_SCHOOL || kind == rules::v1::AGENCY_KIND_MUNICIPALITY;
    case cases::v1::INITIATIVE_SOURCE_OTHER_AUTHORITY:
    case cases::v1::INITIATIVE_SOURCE_REPRESENTATIVE:
      return kind == rules::v1::AGENCY_KIND_STATE_AUTHORITY || kind == rules::v1::AGENCY_KIND_OTHER ||
             kind == rules::v1::AGENCY_KIND_MUNICIPALITY;
    default:
      return false;
  }
}

bool PersonFits(const Initiative& initiative) {
  const Party::KindCase by = initiative.by().kind_case();
  switch (static_cast<int>(initiative.source())) {
    case cases::v1::INITIATIVE_SOURCE_REGION_HEALTH_CARE:
    case cases::v1::INITIATIVE_SOURCE_SOCIAL_SERVICES:
    case cases::v1::INITIATIVE_SOURCE_MUNICIPAL_HEALTH_CARE:
      return by == Party::kStaff;
    case cases::v1::INITIATIVE_SOURCE_SCHOOL:
    case cases::v1::INITIATIVE_SOURCE_OTHER_AUTHORITY:
      return by == Party::kStaff || by == Party::kOtherActor;
    case cases::v1::INITIATIVE_SOURCE_INDIVIDUAL:
      return by == Party::kIndividual;
    case cases::v1::INITIATIVE_SOURCE_GUARDIAN:
    case cases::v1::INITIATIVE_SOURCE_NEXT_OF_KIN:
      return by == Party::kRelatedPerson;
    case cases::v1::INITIATIVE_SOURCE_REPRESENTATIVE:
      return by == Party::kRelatedPerson || by == Party::kOtherActor || by == Party::kStaff;
    default:
      return false;
  }
}

void CheckStaff(const Initiative& initiative, const AgencyDirectory& agencies, Violations& violations) {
  const common::v1::StaffMember& staff = initiative.by().staff();
  const rules::v1::Agency* agency = agencies.Find(staff.unit().agency_id());
  if (agency == nullptr) {
    violations.Add(Reason::REASON_AGENCY_NOT_IN_DIRECTORY, kRule, "initiative.by.staff.unit.agency_id");
  } else if (!StaffFits(initiative.source(), KindInLaw(*agency, agencies))) {
    violations.Add(Reason::REASON_INITIATIVE_PERSON_MISMATCH, kRule, "initiative.by.staff.unit.agency_id");
  }
  if (staff.unit().unit_id().empty()) violations.Add(Reason::REASON_FIELD_REQUIRED, kRule, "initiative.by.staff.unit.unit_id");
  if (staff.name().empty() && staff.title().empty()) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, kRule, "initiative.by.staff.name");
  }
}

}  // namespace

void CheckInitiative(const Initiative& initiative, const AgencyDirectory& agencies, Violations& violations) {
  if (initiative.source() == cases::v1::INITIATIVE_SOURCE_UNSPECIFIED ||
      !cases::v1::InitiativeSource_IsValid(initiative.source())) {
    violations.Add(Reason::REASON_FIELD_INVALID, kRule, "initiative.source");
    return;
  }
  if (!PersonFits(initiative)) {
    violations.Add(Reason::REASON_INITIATIVE_PERSON_MISMATCH, kRule, "initiative.by");
  } else if (initiative.by().has_staff()) {
    CheckStaff(initiative, agencies, violations);
  }
  if (initiative.channel() == common::v1::CHANNEL_UNSPECIFIED) {
    violations.Add(Reason::REASON_FIELD_REQUIRED, kRule, "initiative.channel");
  }
  if (initiative.reason().empty()) violations.Add(Reason::REASON_FIELD_REQUIRED, kRule, "initiative.reason");
}

bool IsRequest(cases::v1::InitiativeSource source) {
  switch (static_cast<int>(source)) {
    case cases::v1::INITIATIVE_SOURCE_INDIVIDUAL:
    case cases::v1::INITIATIVE_SOURCE_GUARDIAN:
    case cases::v1::INITIATIVE_SOURCE_NEXT_OF_KIN:
    case cases::v1::INITIATIVE_SOURCE_REPRESENTATIVE:
      return true;
    default:
      return false;
  }
}

}  // namespace sip

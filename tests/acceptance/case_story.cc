#include "tests/acceptance/case_story.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/descriptor.h"
#include "libs/base/check.h"
#include "libs/base/sha256.h"
#include "libs/base/uuid.h"
#include "sip/cases/v1/case_service.pb.h"
#include "sip/consent/v1/consent_service.pb.h"
#include "sip/plans/v1/plan_service.pb.h"
#include "sip/subjects/v1/subject_service.pb.h"

namespace sip {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The calls before the contacts, and those between contacts and edits.
enum Beginning : size_t { kResolve, kOpen, kBeginningSize };
enum Middle : size_t { kAssess, kOffer, kAccept, kConsentToPlan, kConsentToSharing, kDraft, kMiddleSize };

common::v1::StaffMember Staff(absl::string_view agency) {
  common::v1::StaffMember staff;
  staff.mutable_unit()->set_agency_id(std::string(agency));
  staff.mutable_unit()->set_unit_id("enheten");
  staff.set_title("distriktssköterska");
  return staff;
}

// "/sip.cases.v1.CaseService/OpenCase" of OpenCaseRequest: the service in the request's file.
std::string PathOf(const Message& request) {
  const std::string name = request.GetDescriptor()->name();
  const auto& file = *request.GetDescriptor()->file();
  SIP_CHECK(file.service_count() == 1);
  return absl::StrCat("/", file.service(0)->full_name(), "/", name.substr(0, name.size() - strlen("Request")));
}

std::string ServiceOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

void SetText(Message& message, const char* field_name, const std::string& value) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(field_name);
  if (field != nullptr) message.GetReflection()->SetString(&message, field, value);
}

std::string GetText(const Message& message, const char* field_name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(field_name);
  return field == nullptr ? "" : message.GetReflection()->GetString(message, field);
}

char CheckDigit(absl::string_view nine_digits) {
  int sum = 0;
  for (size_t i = 0; i < nine_digits.size(); ++i) {
    const int product = (nine_digits[i] - '0') * (i % 2 == 0 ? 2 : 1);
    sum += product / 10 + product % 10;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

// Adults born from 1930 on: some twenty million different ones.
std::string PersonalNumber(uint64_t number) {
  const absl::CivilDay born = absl::CivilDay(1930, 1, 1) + static_cast<int64_t>(number / 1000 % 20'000);
  const std::string digits = absl::StrFormat("%04d%02d%02d%03d", born.year(), born.month(), born.day(), number % 1000);
  return digits + CheckDigit(absl::string_view(digits).substr(2));
}

consent::v1::ConsentProof Proof() {
  consent::v1::ConsentProof proof;
  proof.mutable_given_by()->set_capacity(consent::v1::CONSENT_CAPACITY_SELF);
  proof.set_form(consent::v1::CONSENT_FORM_ORAL);
  proof.mutable_informed_of()->set_text("Syftet med SIP och hur mötet går till.");
  *proof.mutable_taken_by() = Staff(kStoryAgency);
  return proof;
}

cases::v1::Initiative Initiative(const std::string& reason) {
  cases::v1::Initiative initiative;
  initiative.set_source(cases::v1::INITIATIVE_SOURCE_SOCIAL_SERVICES);
  *initiative.mutable_by()->mutable_staff() = Staff(kStoryAgency);
  initiative.set_channel(common::v1::CHANNEL_IN_PERSON);
  initiative.set_reason(reason);
  return initiative;
}

std::unique_ptr<Message> AssessNeed(const std::string& grounds) {
  auto request = std::make_unique<cases::v1::AssessNeedRequest>();
  request->set_verdict(cases::v1::NEED_VERDICT_NEEDED);
  request->set_social_services_needed(true);
  request->set_health_care_needed(true);
  *request->mutable_assessor() = Staff(kStoryAgency);
  request->set_grounds(grounds);
  return request;
}

std::unique_ptr<Message> OfferPlan(const std::string& information) {
  auto request = std::make_unique<cases::v1::OfferPlanRequest>();
  *request->mutable_offered_by() = Staff(kStoryAgency);
  request->mutable_offered_to()->mutable_individual();
  request->set_channel(common::v1::CHANNEL_IN_PERSON);
  request->set_information_given(information);
  return request;
}

std::unique_ptr<Message> AcceptOffer() {
  auto request = std::make_unique<cases::v1::AcceptOfferRequest>();
  request->set_answered_by(common::v1::INFORMANT_INDIVIDUAL);
  return request;
}

std::unique_ptr<consent::v1::GiveConsentRequest> GiveConsent(common::v1::ConsentKind kind, const std::string& consent_id) {
  auto request = std::make_unique<consent::v1::GiveConsentRequest>();
  request->set_consent_id(consent_id);
  request->set_kind(kind);
  *request->mutable_proof() = Proof();
  return request;
}

}  // namespace

CaseStory::CaseStory(absl::string_view run, uint64_t number, CaseStoryOptions options)
    : run_(run), number_(number), options_(std::move(options)) {}
CaseStory::~CaseStory() = default;
CaseStory::CaseStory(CaseStory&&) noexcept = default;

size_t CaseStory::size() const {
  return kBeginningSize + options_.contacts + (options_.with_plan ? kMiddleSize + options_.edits : 0);
}

std::string CaseStory::Id(absl::string_view name) const {
  return MakeUuidV8(Sha256(absl::StrCat(run_, "/", number_, "/", name))).ToString();
}
std::string CaseStory::case_id() const { return Id("case"); }
std::string CaseStory::plan_id() const { return Id("plan"); }
std::string CaseStory::consent_id() const { return Id("consent-plan"); }
std::string CaseStory::personal_number() const { return PersonalNumber(number_); }
std::string CaseStory::RequestId(size_t position) const { return Id(absl::StrCat("request-", position)); }

CaseStory::Request CaseStory::Contact(absl::string_view serial) const {
  auto request = std::make_unique<cases::v1::RecordContactMadeRequest>();
  *request->mutable_by() = Staff(kStoryAgency);
  *request->mutable_with() = Staff(kStoryOtherAgency);
  request->set_channel(common::v1::CHANNEL_PHONE);
  request->set_note(absl::StrCat(options_.text, " ", serial));
  return request;
}

CaseStory::Request CaseStory::Edit(absl::string_view serial, size_t elements) const {
  auto request = std::make_unique<plans::v1::EditPlanRequest>();
  request->set_plan_id(plan_id());
  for (size_t i = 0; i < elements; ++i) {
    plans::v1::PlanElement& element = *request->add_edits()->mutable_put();
    element.set_element_id(Id(absl::StrCat("goal-", serial, "-", i)));
    element.set_position(static_cast<uint32_t>(i + 1));
    element.mutable_goal()->set_text(absl::StrCat(options_.text, " ", serial));
  }
  return request;
}

CaseStory::Request CaseStory::RequestAt(size_t position) const {
  if (position == kResolve) {
    auto request = std::make_unique<subjects::v1::ResolveSubjectRequest>();
    request->mutable_identifier()->set_personal_number(personal_number());
    return request;
  }
  if (position == kOpen) {
    auto request = std::make_unique<cases::v1::OpenCaseRequest>();
    request->set_subject_id(subject_id_);
    request->set_kind(cases::v1::CASE_KIND_SIP);
    auto& noticed = *request->mutable_need_noticed()->mutable_date();
    noticed.set_year(2024), noticed.set_month(2), noticed.set_day(15);
    *request->mutable_initiative() = Initiative(options_.text);
    request->add_other_agency_ids(kStoryOtherAgency);
    return request;
  }
  position -= kBeginningSize;
  if (position < options_.contacts) return Contact(absl::StrCat(position));
  position -= options_.contacts;
  switch (position) {
    case kAssess:
      return AssessNeed(options_.text);
    case kOffer:
      return OfferPlan(options_.text);
    case kAccept:
      return AcceptOffer();
    case kConsentToPlan:
      return GiveConsent(common::v1::CONSENT_KIND_PLAN, consent_id());
    case kConsentToSharing: {
      auto request = GiveConsent(common::v1::CONSENT_KIND_INFORMATION_SHARING, Id("consent-sharing"));
      request->add_parties()->set_agency_id(kStoryAgency);
      request->add_parties()->set_agency_id(kStoryOtherAgency);
      return request;
    }
    case kDraft: {
      auto request = std::make_unique<plans::v1::DraftPlanRequest>();
      request->set_plan_id(plan_id());
      request->set_plan_type(plans::v1::PLAN_TYPE_SIP);
      return request;
    }
    default:
      return Edit(absl::StrCat(position - kMiddleSize), options_.edit_elements);
  }
}

RawCall CaseStory::CallOf(const Message& request, const std::string& agency) const {
  return {.path = PathOf(request), .agency = agency, .tokens = Tokens(), .request = request.SerializeAsString()};
}

RawCall CaseStory::PastCall(size_t position) const {
  const Request request = RequestAt(position);
  SetText(*request, "request_id", RequestId(position));
  SetText(*request, "case_id", case_id());
  return CallOf(*request, kStoryAgency);
}

RawCall CaseStory::NextCall() const { return PastCall(position_); }

RawCall CaseStory::ExtraEdit(uint64_t serial) const {
  const Request request = Edit(absl::StrCat("extra-", serial), 1);
  SetText(*request, "request_id", Id(absl::StrCat("extra-edit-", serial)));
  SetText(*request, "case_id", case_id());
  return CallOf(*request, kStoryAgency);
}

absl::Status CaseStory::Answer(absl::string_view response) {
  const std::string path = NextCall().path;
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  const auto* service = pool->FindServiceByName(ServiceOf(path).substr(1));
  const auto* method = service->FindMethodByName(path.substr(path.rfind('/') + 1));
  const std::unique_ptr<Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(method->output_type())->New());
  if (!message->ParseFromArray(response.data(), static_cast<int>(response.size()))) {
    return absl::InternalError(absl::StrCat("not an answer of ", path));
  }
  if (position_ == kResolve) subject_id_ = GetText(*message, "subject_id");
  tokens_[ServiceOf(path)] = GetText(*message, "consistency_token");
  ++position_;
  return absl::OkStatus();
}

std::vector<std::string> CaseStory::Tokens() const {
  std::vector<std::string> tokens;
  for (const auto& [service, token] : tokens_) tokens.push_back(token);
  return tokens;
}

}  // namespace sip

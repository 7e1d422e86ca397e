#include "tools/sipctl/service_catalog.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libs/base/status_macros.h"
#include "sip/cases/v1/case_service.pb.h"
#include "sip/consent/v1/consent_service.pb.h"
#include "sip/deviations/v1/deviation_service.pb.h"
#include "sip/history/v1/history_service.pb.h"
#include "sip/meetings/v1/meeting_service.pb.h"
#include "sip/plans/v1/plan_service.pb.h"
#include "sip/rules/v1/rule_set_service.pb.h"
#include "sip/subjects/v1/subject_service.pb.h"
#include "sip/views/v1/case_views.pb.h"
#include "sip/views/v1/consent_views.pb.h"
#include "sip/views/v1/deadline_views.pb.h"
#include "sip/views/v1/deviation_views.pb.h"
#include "sip/views/v1/meeting_views.pb.h"
#include "sip/views/v1/plan_views.pb.h"

namespace sip {
namespace {

// The files that hold services; naming a message of each links its descriptors in.
std::vector<const google::protobuf::FileDescriptor*> ServiceFiles() {
  return {
      cases::v1::OpenCaseRequest::descriptor()->file(),
      consent::v1::GiveConsentRequest::descriptor()->file(),
      deviations::v1::ReportDeviationRequest::descriptor()->file(),
      history::v1::ReadHistoryRequest::descriptor()->file(),
      meetings::v1::PlanMeetingRequest::descriptor()->file(),
      plans::v1::DraftPlanRequest::descriptor()->file(),
      rules::v1::PublishRuleSetRequest::descriptor()->file(),
      subjects::v1::ResolveSubjectRequest::descriptor()->file(),
      views::v1::GetCaseRequest::descriptor()->file(),
      views::v1::GetConsentRequest::descriptor()->file(),
      views::v1::ListDeadlinesRequest::descriptor()->file(),
      views::v1::ListDeviationsRequest::descriptor()->file(),
      views::v1::GetMeetingRequest::descriptor()->file(),
      views::v1::GetCurrentPlanRequest::descriptor()->file(),
  };
}

// A command service is called by its package ("plans"), a view by its own name ("plan-views").
std::string NameOf(const google::protobuf::ServiceDescriptor& service) {
  const std::vector<std::string> package = absl::StrSplit(service.file()->package(), '.');
  return package[1] == "views" ? KebabCase(service.name()) : package[1];
}

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

absl::Status Unknown(absl::string_view what, absl::string_view name, const std::vector<std::string>& known) {
  const auto nearest = std::min_element(known.begin(), known.end(), [&](const std::string& a, const std::string& b) {
    return EditDistance(a, name) < EditDistance(b, name);
  });
  return absl::InvalidArgumentError(
      absl::StrCat("no ", what, " \"", name, "\"; did you mean \"", *nearest, "\"? There are: ", absl::StrJoin(known, ", ")));
}

}  // namespace

const std::vector<CatalogService>& AllServices() {
  static const auto* const services = [] {
    auto* list = new std::vector<CatalogService>();
    for (const google::protobuf::FileDescriptor* file : ServiceFiles()) {
      for (int i = 0; i < file->service_count(); ++i) list->push_back({NameOf(*file->service(i)), file->service(i)});
    }
    std::sort(list->begin(), list->end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return list;
  }();
  return *services;
}

std::string KebabCase(absl::string_view name) {
  std::string kebab;
  for (const char c : name) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !kebab.empty()) kebab.push_back('-');
    kebab.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  return kebab;
}

absl::StatusOr<const CatalogService*> FindService(absl::string_view name) {
  std::vector<std::string> known;
  for (const CatalogService& service : AllServices()) {
    if (service.name == name) return &service;
    known.push_back(service.name);
  }
  return Unknown("service", name, known);
}

absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(absl::string_view service, absl::string_view rpc) {
  SIP_ASSIGN_OR_RETURN(const CatalogService* found, FindService(service));
  std::vector<std::string> known;
  for (int i = 0; i < found->descriptor->method_count(); ++i) {
    known.push_back(KebabCase(found->descriptor->method(i)->name()));
    if (known.back() == rpc) return found->descriptor->method(i);
  }
  return Unknown(absl::StrCat("RPC of ", service), rpc, known);
}

const google::protobuf::MethodDescriptor* FindMethodByFullName(absl::string_view service, absl::string_view method) {
  for (const CatalogService& entry : AllServices()) {
    if (entry.descriptor->full_name() == service) return entry.descriptor->FindMethodByName(std::string(method));
  }
  return nullptr;
}

std::string MethodPath(const google::protobuf::MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

}  // namespace sip

#include "libs/rpc/status.h"

#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/base/check.h"
#include "libs/rpc/text.h"
#include "sip/common/v1/options.pb.h"

namespace sip {
namespace {

constexpr size_t kMaxMessageBytes = 400;
constexpr size_t kMaxFieldBytes = 200;
constexpr size_t kMaxDetailBytes = 300;
constexpr size_t kMaxRuleBytes = 50;
// Above what tags, lengths and the type URL of the last detail take.
constexpr size_t kEnvelopeBytes = 100;
constexpr absl::string_view kReasonPrefix = "REASON_";

std::string Cut(absl::string_view text, size_t max_bytes) { return std::string(CutUtf8(text, max_bytes)); }

std::string NameOf(Reason reason) {
  const std::string& name = common::v1::Reason_Name(reason);
  return std::string(absl::StripPrefix(name, kReasonPrefix));
}

// A status as a rejection of at least one violation, without what the client must not see.
Rejection VisibleRejection(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  std::optional<Rejection> rejection = RejectionOf(status);
  // Absent, foreign and forbidden must look the same, and failures of ours are nobody's business.
  const bool bare = reason == Reason::REASON_INTERNAL || reason == Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED;
  return rejection.has_value() && !bare ? *std::move(rejection) : Reject(reason);
}

std::string MessageOf(const Violation& primary) {
  std::string message = RulesOf(primary.reason()).en();
  if (!primary.rule().empty()) absl::StrAppend(&message, " (", Cut(primary.rule(), kMaxRuleBytes), ")");
  if (!primary.field().empty()) absl::StrAppend(&message, " Field: ", Cut(primary.field(), kMaxFieldBytes), ".");
  if (!primary.detail().empty()) absl::StrAppend(&message, " ", primary.detail());
  return Cut(message, kMaxMessageBytes);
}

std::string DescriptionOf(const Violation& violation) {
  std::string text;
  if (!violation.rule().empty()) absl::StrAppend(&text, Cut(violation.rule(), kMaxRuleBytes), ": ");
  absl::StrAppend(&text, RulesOf(violation.reason()).en());
  if (!violation.detail().empty()) absl::StrAppend(&text, " ", Cut(violation.detail(), kMaxDetailBytes));
  return text;
}

google::rpc::ErrorInfo ErrorInfoOf(const Rejection& rejection, const Uuid& correlation_id) {
  const Violation& primary = rejection.violations(0);
  google::rpc::ErrorInfo info;
  info.set_reason(NameOf(primary.reason()));
  info.set_domain(std::string(kErrorDomain));
  auto& metadata = *info.mutable_metadata();
  if (!primary.rule().empty()) metadata["rule"] = Cut(primary.rule(), kMaxRuleBytes);
  metadata["total"] = absl::StrCat(rejection.violations_size());
  metadata["correlation_id"] = correlation_id.ToString();
  return info;
}

google::rpc::LocalizedMessage LocalizedOf(Reason reason, Language language) {
  const common::v1::ReasonRules& rules = RulesOf(reason);
  google::rpc::LocalizedMessage message;
  const bool swedish = language == Language::kSwedish;
  message.set_locale(swedish ? "sv" : "en");
  message.set_message(swedish ? absl::StrCat(rules.sv(), " ", rules.next_sv()) : absl::StrCat(rules.en(), " ", rules.next_en()));
  return message;
}

// Adds violations while they fit into `budget` bytes; the first always does, because all its texts are cut.
template <typename Details, typename Add>
Details Fitting(const Rejection& rejection, size_t budget, const Add& add) {
  Details details;
  for (const Violation& violation : rejection.violations()) {
    Details longer = details;
    add(violation, longer);
    if (longer.ByteSizeLong() > budget) break;
    details = std::move(longer);
  }
  return details;
}

void AddFieldViolation(const Violation& violation, google::rpc::BadRequest& details) {
  auto& item = *details.add_field_violations();
  item.set_field(Cut(violation.field(), kMaxFieldBytes));
  item.set_description(DescriptionOf(violation));
  item.set_reason(NameOf(violation.reason()));
}

void AddPrecondition(const Violation& violation, google::rpc::PreconditionFailure& details) {
  auto& item = *details.add_violations();
  item.set_type(NameOf(violation.reason()));
  item.set_subject(Cut(violation.field(), kMaxFieldBytes));
  item.set_description(DescriptionOf(violation));
}

void AddViolations(const Rejection& rejection, absl::StatusCode code, google::rpc::Status& status) {
  const size_t used = status.ByteSizeLong() + kEnvelopeBytes;
  SIP_CHECK(used < kMaxStatusBytes);
  const size_t budget = kMaxStatusBytes - used;
  if (code == absl::StatusCode::kInvalidArgument || code == absl::StatusCode::kUnimplemented) {
    status.add_details()->PackFrom(Fitting<google::rpc::BadRequest>(rejection, budget, AddFieldViolation));
  } else if (code == absl::StatusCode::kFailedPrecondition || code == absl::StatusCode::kAborted ||
             code == absl::StatusCode::kAlreadyExists) {
    status.add_details()->PackFrom(Fitting<google::rpc::PreconditionFailure>(rejection, budget, AddPrecondition));
  }
}

absl::Duration RetryDelayOf(absl::StatusCode code) {
  if (code == absl::StatusCode::kUnavailable) return absl::Seconds(1);
  if (code == absl::StatusCode::kResourceExhausted) return absl::Milliseconds(200);
  return absl::ZeroDuration();
}

void AddRetryInfo(absl::StatusCode code, google::rpc::Status& status) {
  const absl::Duration delay = RetryDelayOf(code);
  if (delay == absl::ZeroDuration()) return;
  google::rpc::RetryInfo info;
  absl::Duration rest;
  info.mutable_retry_delay()->set_seconds(absl::IDivDuration(delay, absl::Seconds(1), &rest));
  info.mutable_retry_delay()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  status.add_details()->PackFrom(info);
}

}  // namespace

Reason ReasonOf(const absl::Status& status) {
  SIP_CHECK(!status.ok());
  if (const std::optional<Rejection> rejection = RejectionOf(status)) return rejection->violations(0).reason();
  switch (status.code()) {
    case absl::StatusCode::kDeadlineExceeded:
      return Reason::REASON_DEADLINE_PASSED;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kCancelled:
      return Reason::REASON_UNAVAILABLE;
    case absl::StatusCode::kResourceExhausted:
      return Reason::REASON_OVERLOADED;
    default:
      return Reason::REASON_INTERNAL;
  }
}

grpc::Status ToGrpcStatus(const absl::Status& status, Language language, const Uuid& correlation_id) {
  const Rejection rejection = VisibleRejection(status);
  const Violation& primary = rejection.violations(0);
  const auto code = static_cast<absl::StatusCode>(RulesOf(primary.reason()).code());
  google::rpc::Status details;
  details.set_code(static_cast<int>(code));
  details.set_message(MessageOf(primary));
  details.add_details()->PackFrom(ErrorInfoOf(rejection, correlation_id));
  AddRetryInfo(code, details);
  details.add_details()->PackFrom(LocalizedOf(primary.reason(), language));
  AddViolations(rejection, code, details);
  return grpc::Status(static_cast<grpc::StatusCode>(code), details.message(), details.SerializeAsString());
}

namespace {

// What the reason's option says to do; empty for a reason that this build does not know.
std::string NextStepOf(const std::string& reason) {
  Reason value = Reason::REASON_UNSPECIFIED;
  if (!common::v1::Reason_Parse(absl::StrCat(kReasonPrefix, reason), &value)) return "";
  return RulesOf(value).next_en();
}

void ReadErrorInfo(const google::rpc::ErrorInfo& info, ErrorDescription& description) {
  description.reason = info.reason();
  description.next_step = NextStepOf(info.reason());
  for (const auto& [key, value] : info.metadata()) {
    if (key == "rule") description.rule = value;
    if (key == "correlation_id") description.correlation_id = value;
    if (key == "total" && !absl::SimpleAtoi(value, &description.total)) description.total = 0;
  }
}

void ReadDetail(const google::protobuf::Any& detail, ErrorDescription& description) {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::PreconditionFailure precondition;
  google::rpc::RetryInfo retry;
  if (detail.UnpackTo(&info)) {
    ReadErrorInfo(info, description);
  } else if (detail.UnpackTo(&bad_request)) {
    for (const auto& item : bad_request.field_violations()) description.items.push_back({item.field(), item.description()});
  } else if (detail.UnpackTo(&precondition)) {
    for (const auto& item : precondition.violations()) description.items.push_back({item.subject(), item.description()});
  } else if (detail.UnpackTo(&retry)) {
    description.retry_after = absl::Seconds(retry.retry_delay().seconds()) + absl::Nanoseconds(retry.retry_delay().nanos());
  }
}

}  // namespace

ErrorDescription DescribeError(const grpc::Status& status) {
  ErrorDescription description;
  description.code = static_cast<absl::StatusCode>(status.error_code());
  description.message = status.error_message();
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return description;
  for (const google::protobuf::Any& detail : details.details()) ReadDetail(detail, description);
  return description;
}

std::string ToText(const ErrorDescription& description) {
  std::string text = absl::StrCat(absl::StatusCodeToString(description.code), ": ", description.message, "\n");
  if (!description.reason.empty()) absl::StrAppend(&text, "reason: ", description.reason, "\n");
  if (!description.rule.empty()) absl::StrAppend(&text, "rule: ", description.rule, "\n");
  // One violation is what the message says already.
  if (description.items.size() > 1) {
    for (const auto& item : description.items) {
      absl::StrAppend(&text, "  - ", item.field, item.field.empty() ? "" : ": ", item.text, "\n");
    }
  }
  if (description.total > description.items.size() && !description.items.empty()) {
    absl::StrAppend(&text, "  … and ", description.total - description.items.size(), " more\n");
  }
  if (!description.next_step.empty()) absl::StrAppend(&text, "what to do: ", description.next_step, "\n");
  if (description.retry_after > absl::ZeroDuration()) {
    absl::StrAppend(&text, "retry after: ", absl::FormatDuration(description.retry_after), "\n");
  }
  if (!description.correlation_id.empty()) absl::StrAppend(&text, "correlation id: ", description.correlation_id, "\n");
  return text;
}

}  // namespace sip

#include "libs/rpc/request_reader.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/rpc/wire_walk.h"

namespace sip {
namespace {

absl::Status ParseFailure(const google::protobuf::Descriptor& type, absl::string_view bytes) {
  const std::optional<WireFault> fault = FindWireFault(type, bytes);
  if (!fault.has_value()) return RejectionStatus(Reason::REASON_REQUEST_MALFORMED);
  if (fault->bad_text) return RejectionStatus(Reason::REASON_TEXT_INVALID, "", fault->field, "Not UTF-8.");
  return RejectionStatus(Reason::REASON_REQUEST_MALFORMED, "", fault->field);
}

}  // namespace

absl::Status CheckRequestSize(size_t size, const CallLimits& limits) {
  if (size <= limits.request_bytes) return absl::OkStatus();
  return RejectionStatus(Reason::REASON_LIMIT_EXCEEDED, "", "",
                         absl::StrCat("A request is at most ", limits.request_bytes, " bytes; got ", size, "."));
}

absl::Status ReadRequest(absl::string_view bytes, const RequestRules& rules, const CallLimits& limits,
                         google::protobuf::Message& request) {
  SIP_RETURN_IF_ERROR(CheckRequestSize(bytes.size(), limits));
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return ParseFailure(*request.GetDescriptor(), bytes);
  }
  Violations violations;
  rules.Check(request, limits, violations);
  return violations.empty() ? absl::OkStatus() : ToStatus(violations.ToRejection());
}

}  // namespace sip

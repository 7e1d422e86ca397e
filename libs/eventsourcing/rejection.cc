#include "libs/eventsourcing/rejection.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "sip/common/v1/options.pb.h"

namespace sip {
namespace {

constexpr absl::string_view kPayloadUrl = "type.googleapis.com/sip.common.v1.Rejection";

// Lower comes first.
int Precedence(Reason reason) {
  switch (static_cast<absl::StatusCode>(RulesOf(reason).code())) {
    case absl::StatusCode::kNotFound:
      return 0;
    case absl::StatusCode::kInvalidArgument:
      return 1;
    case absl::StatusCode::kAborted:
      return 2;
    default:
      return 3;
  }
}

}  // namespace

void Violations::Add(Reason reason, absl::string_view rule, absl::string_view field, absl::string_view detail) {
  Violation& violation = *rejection_.add_violations();
  violation.set_reason(reason);
  violation.set_rule(std::string(rule));
  violation.set_field(std::string(field));
  violation.set_detail(std::string(detail));
}

Rejection Violations::ToRejection() const {
  SIP_CHECK(!empty());
  Rejection ordered = rejection_;
  auto& list = *ordered.mutable_violations();
  std::stable_sort(list.pointer_begin(), list.pointer_end(),
                   [](const Violation* a, const Violation* b) { return Precedence(a->reason()) < Precedence(b->reason()); });
  return ordered;
}

Rejection Reject(Reason reason, absl::string_view rule, absl::string_view field, absl::string_view detail) {
  Violations violations;
  violations.Add(reason, rule, field, detail);
  return violations.ToRejection();
}

const common::v1::ReasonRules& RulesOf(Reason reason) {
  const auto* value = common::v1::Reason_descriptor()->FindValueByNumber(reason);
  SIP_CHECK(value != nullptr);
  return value->options().GetExtension(common::v1::reason);
}

absl::Status ToStatus(const Rejection& rejection) {
  SIP_CHECK(!rejection.violations().empty());
  const Violation& primary = rejection.violations(0);
  const common::v1::ReasonRules& rules = RulesOf(primary.reason());
  std::string message = rules.en();
  if (!primary.rule().empty()) absl::StrAppend(&message, " (", primary.rule(), ")");
  if (!primary.field().empty()) absl::StrAppend(&message, " Field: ", primary.field(), ".");
  if (!primary.detail().empty()) absl::StrAppend(&message, " ", primary.detail());
  absl::Status status(static_cast<absl::StatusCode>(rules.code()), message);
  status.SetPayload(kPayloadUrl, absl::Cord(rejection.SerializeAsString()));
  return status;
}

std::optional<Rejection> RejectionOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return std::nullopt;
  Rejection rejection;
  if (!rejection.ParseFromString(std::string(*payload)) || rejection.violations().empty()) return std::nullopt;
  return rejection;
}

}  // namespace sip

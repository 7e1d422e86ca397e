// Refusals as values. Domain code collects Violations; a Rejection with at least one becomes an absl::Status that carries it as a
// payload, so that it passes through engine and rpc without loss.
#ifndef SIP_LIBS_EVENTSOURCING_REJECTION_H_
#define SIP_LIBS_EVENTSOURCING_REJECTION_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sip/common/v1/reasons.pb.h"
#include "sip/common/v1/rejection.pb.h"

namespace sip {

using common::v1::Reason;
using common::v1::Rejection;
using common::v1::Violation;

// Collects all rules that a request breaks, in the order of checking.
class Violations {
 public:
  // `rule` is the catalogue's id, such as "CON-09", or empty. `field` is the path in the request. `detail` says limit and value or
  // ids; never a text or number that the client sent as content.
  void Add(Reason reason, absl::string_view rule, absl::string_view field = "", absl::string_view detail = "");
  bool empty() const { return rejection_.violations().empty(); }
  // The rejection, with the violation that decides the status code moved to the front: what must not be disclosed beats malformed,
  // malformed beats moved, moved beats a rule of the business. Must not be empty.
  Rejection ToRejection() const;

 private:
  Rejection rejection_;
};

// A rejection of one violation.
Rejection Reject(Reason reason, absl::string_view rule = "", absl::string_view field = "", absl::string_view detail = "");

// The status code, texts and advice of a reason, from its option in reasons.proto.
const common::v1::ReasonRules& RulesOf(Reason reason);

// The rejection as a status: code of the primary reason, message in English, the rejection as payload.
absl::Status ToStatus(const Rejection& rejection);
inline absl::Status RejectionStatus(Reason reason, absl::string_view rule = "", absl::string_view field = "",
                                    absl::string_view detail = "") {
  return ToStatus(Reject(reason, rule, field, detail));
}

// The rejection that a status carries; absent if it carries none.
std::optional<Rejection> RejectionOf(const absl::Status& status);

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_REJECTION_H_

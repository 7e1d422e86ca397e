// Checks what can be said of a request without knowing any state, from the field options of sip/common/v1/options.proto and the
// general limits. Deciders rely on it and do not repeat it.
//
//   required       set: text with a character that is not blank, bytes and lists not empty, message present, enum not UNSPECIFIED
//   uuid           canonical form, not nil
//   texts          UTF-8 in NFC, no control characters but line feed and tab, length
//   lists          number of elements; one named `edits` has a limit of its own
//   enums          a value that this server knows; UNSPECIFIED only where the field counts as left out
//   times          google.protobuf.Timestamp, google.type.Date and TimeOfDay, Occurred: real ones, years 1800–9999
//   unknown fields refused: what is not understood must not seem to be recorded
#ifndef SIP_LIBS_RPC_VALIDATE_H_
#define SIP_LIBS_RPC_VALIDATE_H_

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/rpc/limits.h"

namespace sip {

struct TypeRules;

// The rules of one request type, worked out once. Thread-safe; lives for ever.
class RequestRules {
 public:
  explicit RequestRules(const google::protobuf::Descriptor& type);
  // Adds all that is wrong with `request`, a generated message of that type; at most about 1,000 violations.
  void Check(const google::protobuf::Message& request, const CallLimits& limits, Violations& violations) const;

 private:
  const TypeRules* rules_;
};

}  // namespace sip

#endif  // SIP_LIBS_RPC_VALIDATE_H_

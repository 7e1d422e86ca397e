// Finds out why bytes do not parse as a message: which field is malformed, or holds text that is not UTF-8.
#ifndef SIP_LIBS_RPC_WIRE_WALK_H_
#define SIP_LIBS_RPC_WIRE_WALK_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace sip {

struct WireFault {
  std::string field;      // Path such as "edits[2].text"; empty where the message itself is malformed.
  bool bad_text = false;  // The field's text is not UTF-8; otherwise the encoding is broken.
};

// Walks `bytes` along `type`. Absent if nothing is wrong. Bounded: each byte is looked at once a level, at most 100 levels.
std::optional<WireFault> FindWireFault(const google::protobuf::Descriptor& type, absl::string_view bytes);

}  // namespace sip

#endif  // SIP_LIBS_RPC_WIRE_WALK_H_

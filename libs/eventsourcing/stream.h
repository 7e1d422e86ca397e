// The name of a stream: its type and the id of the object that it is about, "plan/018f…".
#ifndef SIP_LIBS_EVENTSOURCING_STREAM_H_
#define SIP_LIBS_EVENTSOURCING_STREAM_H_

#include <compare>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "libs/base/uuid.h"

namespace sip {

// Unique within its case (or within its shared log).
struct StreamId {
  std::string type;  // Lower case, such as "plan".
  Uuid id;

  std::string ToString() const;
  // Absent if `text` is not "<type>/<canonical uuid>".
  static std::optional<StreamId> Parse(absl::string_view text);

  friend auto operator<=>(const StreamId&, const StreamId&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const StreamId& stream) {
    return H::combine(std::move(state), stream.type, stream.id);
  }
};

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_STREAM_H_

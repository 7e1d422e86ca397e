#include "libs/eventsourcing/stream.h"

#include "absl/strings/str_cat.h"

namespace sip {

std::string StreamId::ToString() const { return absl::StrCat(type, "/", id.ToString()); }

std::optional<StreamId> StreamId::Parse(absl::string_view text) {
  const size_t slash = text.find('/');
  if (slash == absl::string_view::npos || slash == 0) return std::nullopt;
  const std::optional<Uuid> id = Uuid::Parse(text.substr(slash + 1));
  if (!id.has_value()) return std::nullopt;
  return StreamId{std::string(text.substr(0, slash)), *id};
}

}  // namespace sip

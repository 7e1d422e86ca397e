#include "libs/engine/stream_store.h"

#include <algorithm>

#include "libs/base/sha256.h"
#include "libs/eventsourcing/stream.h"

namespace sip {

std::vector<Uuid> ScopesOf(const log::v1::CommandHeader& header) {
  if (const std::optional<Uuid> case_id = Uuid::FromBytes(header.case_id())) return {*case_id};
  std::vector<Uuid> scopes;
  for (const log::v1::StreamWrite& write : header.writes()) {
    const std::optional<StreamId> stream = StreamId::Parse(write.stream());
    if (stream.has_value() && std::find(scopes.begin(), scopes.end(), stream->id) == scopes.end()) scopes.push_back(stream->id);
  }
  // A record without streams (a barrier, an import's cursor) is still read by its position.
  if (scopes.empty()) scopes.push_back(Uuid());
  return scopes;
}

std::string RequestKey(absl::string_view agency, const Uuid& case_id, const Uuid& request_id) {
  // The ids have a fixed size, so nothing but equal triples can give equal bytes.
  return Sha256Of({case_id.ToBytes(), request_id.ToBytes(), agency}).substr(0, 16);
}

std::string RequestKeyOf(const log::v1::CommandHeader& header) {
  if (header.has_imports() || header.acting_agency().empty()) return "";
  const std::optional<Uuid> command_id = Uuid::FromBytes(header.command_id());
  if (!command_id.has_value()) return "";
  return RequestKey(header.acting_agency(), Uuid::FromBytes(header.case_id()).value_or(Uuid()), *command_id);
}

}  // namespace sip

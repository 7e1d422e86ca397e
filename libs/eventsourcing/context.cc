#include "libs/eventsourcing/context.h"

#include "libs/base/sha256.h"

namespace sip {
namespace {

std::string BigEndian64(uint64_t value) {
  std::string bytes(8, '\0');
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (8 * (7 - i)));
  return bytes;
}

std::string WithLength(absl::string_view piece) { return BigEndian64(piece.size()) + std::string(piece); }

}  // namespace

AgencyDirectory::AgencyDirectory(const rules::v1::AgencyDirectory& directory) {
  for (const rules::v1::Agency& agency : directory.agencies()) agencies_[agency.agency_id()] = agency;
}

const rules::v1::Agency* AgencyDirectory::Find(absl::string_view agency_id) const {
  const auto it = agencies_.find(agency_id);
  return it == agencies_.end() ? nullptr : &it->second;
}

Uuid DecisionContext::MintId(absl::string_view kind, uint32_t ordinal) const {
  return MakeUuidV8(Sha256Of({id_seed, WithLength(kind), BigEndian64(ordinal)}));
}

std::string IdSeed(absl::string_view log_name, const Uuid& case_id, absl::string_view agency, const Uuid& request_id) {
  return Sha256Of({WithLength("sip-id/v1"), WithLength(log_name), WithLength(case_id.ToBytes()), WithLength(agency),
                   WithLength(request_id.ToBytes())});
}

Uuid ImportCommandId(absl::string_view foreign_log_id, uint32_t partition, uint64_t idx) {
  return MakeUuidV8(Sha256Of({WithLength("sip-import/v1"), WithLength(foreign_log_id), BigEndian64(partition), BigEndian64(idx)}));
}

}  // namespace sip

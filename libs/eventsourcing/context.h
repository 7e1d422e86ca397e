// All that a decision may know besides the state and the command, as data.
#ifndef SIP_LIBS_EVENTSOURCING_CONTEXT_H_
#define SIP_LIBS_EVENTSOURCING_CONTEXT_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"
#include "sip/common/v1/values.pb.h"
#include "sip/rules/v1/agency_directory.pb.h"

namespace sip::rules::v1 {
class RuleSet;
}

namespace sip {

// The rule sets that are published and known here. Immutable while a decision runs.
class RuleSetSource {
 public:
  virtual ~RuleSetSource() = default;
  // Null if unknown. Pointers live as long as the source.
  virtual const rules::v1::RuleSet* Find(absl::string_view id) const = 0;
  virtual const rules::v1::RuleSet* FindByDigest(absl::string_view digest) const = 0;
  // The owner's set that is valid on `day`: the latest whose validity began by then. Null if none.
  virtual const rules::v1::RuleSet* ValidOn(absl::string_view owner, absl::CivilDay day) const = 0;
  // The digest (32 bytes) of a set that this source gave out.
  virtual std::string DigestOf(const rules::v1::RuleSet& rule_set) const = 0;
};

// The agencies of the installation, by id. Immutable.
class AgencyDirectory {
 public:
  AgencyDirectory() = default;
  explicit AgencyDirectory(const rules::v1::AgencyDirectory& directory);
  // Null if unknown.
  const rules::v1::Agency* Find(absl::string_view agency_id) const;
  const absl::flat_hash_map<std::string, rules::v1::Agency>& all() const { return agencies_; }

 private:
  absl::flat_hash_map<std::string, rules::v1::Agency> agencies_;
};

// What Decide and React are given. Everything in it is recorded with the decision, or is identified there.
struct DecisionContext {
  // The time of recording: the writer's clock, strictly increasing within the partition.
  absl::Time now;
  // Europe/Stockholm.
  absl::TimeZone zone;
  // When the caller says it happened; `now` as an instant if not said.
  common::v1::Occurred occurred_at;
  // Who acts. For an import: the system, without an agency.
  common::v1::Actor actor;
  // The request id; for an import, the derived command id.
  Uuid command_id;
  // The case; nil in shared logs.
  Uuid case_id;
  // From which ids are minted: equal for a repeated request. 32 bytes.
  std::string id_seed;
  // Never null while a decision runs.
  const RuleSetSource* rule_sets = nullptr;
  const AgencyDirectory* agencies = nullptr;

  // The `ordinal`-th id of `kind` ("plan", "goal") that this command brings into being: UUIDv8.
  Uuid MintId(absl::string_view kind, uint32_t ordinal = 0) const;
};

// The seed for MintId: SHA-256 over "sip-id/v1", log name, case, agency and request id, each with its length.
std::string IdSeed(absl::string_view log_name, const Uuid& case_id, absl::string_view agency, const Uuid& request_id);

// The command id of an import: UUIDv8 of SHA-256 over "sip-import/v1", the foreign log, partition and idx.
Uuid ImportCommandId(absl::string_view foreign_log_id, uint32_t partition, uint64_t idx);

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_CONTEXT_H_

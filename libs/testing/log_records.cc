#include "libs/testing/log_records.h"

#include <algorithm>

#include "libs/base/sha256.h"
#include "libs/eventsourcing/occurred.h"

namespace sip {

std::string TestId(absl::string_view name) { return Sha256(name).substr(0, 16); }

log::v1::GenesisHeader TestGenesisHeader(uint32_t partition, uint32_t partition_count) {
  log::v1::GenesisHeader header;
  header.set_installation_id(TestId("installation"));
  header.set_log_id(TestId("log"));
  header.set_log_name("sip.test");
  header.set_partition(partition);
  header.set_partition_count(partition_count);
  header.set_hash_function("sha-256");
  return header;
}

Record MakeGenesis(const log::v1::GenesisHeader& header) { return {RecordKind::kGenesis, header.SerializeAsString(), ""}; }
Record MakeGenesis(uint32_t partition, uint32_t partition_count) {
  return MakeGenesis(TestGenesisHeader(partition, partition_count));
}

log::v1::ClaimHeader TestClaimHeader(const FoldState& state, absl::string_view name, absl::string_view supersedes) {
  log::v1::ClaimHeader header;
  header.set_log_id(state.log_id);
  header.set_partition(state.partition);
  header.set_claim_id(TestId(name));
  header.set_supersedes(std::string(supersedes));
  header.set_node("node");
  return header;
}

Record MakeClaim(const log::v1::ClaimHeader& header) { return {RecordKind::kClaim, header.SerializeAsString(), ""}; }
Record MakeClaim(const FoldState& state, absl::string_view name) {
  return MakeClaim(TestClaimHeader(state, name, state.last_claim));
}

log::v1::CommandHeader NextCommandHeader(const FoldState& state, absl::string_view payload) {
  const absl::Time first = absl::FromUnixSeconds(1'700'000'000);
  log::v1::CommandHeader header;
  header.set_log_id(state.log_id);
  header.set_partition(state.partition);
  header.set_idx(state.next_idx);
  header.set_claim_id(state.claim.value_or(state.last_claim));
  header.set_prev(state.head);
  header.set_case_id(TestId("case"));
  header.set_command_id(TestId(payload));
  *header.mutable_recorded_at() = ToProto(std::max(first, state.last_recorded_at + absl::Seconds(1)));
  header.set_acting_agency("agency");
  header.set_payload_sha256(Sha256(payload));
  return header;
}

Record MakeCommand(const log::v1::CommandHeader& header, absl::string_view payload) {
  return {RecordKind::kCommand, header.SerializeAsString(), std::string(payload)};
}

Record NextCommand(const FoldState& state, absl::string_view payload) {
  return MakeCommand(NextCommandHeader(state, payload), payload);
}

PreparedCommand Prepared(const Record& command) { return PreparedCommand::Make(command.header, command.payload).value(); }

}  // namespace sip

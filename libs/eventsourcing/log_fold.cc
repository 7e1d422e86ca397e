#include "libs/eventsourcing/log_fold.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/mutant.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

constexpr size_t kIdSize = 16;
constexpr size_t kDigestSize = 32;
constexpr size_t kSpanIdSize = 8;
// Beyond these, claims move into the part of a ClaimSet that copies share.
constexpr size_t kLatestClaims = 32;
constexpr absl::string_view kHashFunction = "sha-256";
// google.protobuf.Timestamp: years 1 to 9999.
constexpr int64_t kMinSeconds = -62'135'596'800;
constexpr int64_t kMaxSeconds = 253'402'300'799;

bool IsIdOrEmpty(const std::string& bytes) { return bytes.empty() || bytes.size() == kIdSize; }

bool IsValidTime(const google::protobuf::Timestamp& time) {
  return time.seconds() >= kMinSeconds && time.seconds() <= kMaxSeconds && time.nanos() >= 0 && time.nanos() < 1'000'000'000;
}

// Each gives the name of the first field that is not as the format demands; empty if all are.
absl::string_view BadField(const log::v1::GenesisHeader& header) {
  if (header.installation_id().size() != kIdSize) return "installation_id";
  if (header.log_id().size() != kIdSize) return "log_id";
  if (header.log_name().empty()) return "log_name";
  if (header.partition() >= header.partition_count()) return "partition";
  if (header.hash_function() != kHashFunction) return "hash_function";
  return "";
}

absl::string_view BadField(const log::v1::ClaimHeader& header) {
  if (header.log_id().size() != kIdSize) return "log_id";
  if (header.claim_id().size() != kIdSize) return "claim_id";
  if (header.supersedes().size() != kIdSize) return "supersedes";
  return "";
}

absl::string_view BadField(const log::v1::CommandHeader& header) {
  if (header.log_id().size() != kIdSize) return "log_id";
  if (header.claim_id().size() != kIdSize) return "claim_id";
  if (header.prev().size() != kDigestSize) return "prev";
  if (!IsIdOrEmpty(header.case_id())) return "case_id";
  if (header.command_id().size() != kIdSize) return "command_id";
  if (!header.has_recorded_at() || !IsValidTime(header.recorded_at())) return "recorded_at";
  if (header.has_imports() && header.imports().log_id().size() != kIdSize) return "imports.log_id";
  if (header.has_imports() && header.imports().leaf().size() != kDigestSize) return "imports.leaf";
  if (!IsIdOrEmpty(header.correlation_id())) return "correlation_id";
  if (!IsIdOrEmpty(header.trace_id())) return "trace_id";
  if (!header.span_id().empty() && header.span_id().size() != kSpanIdSize) return "span_id";
  if (header.payload_sha256().size() != kDigestSize) return "payload_sha256";
  return "";
}

template <size_t Size>
absl::string_view View(const std::array<char, Size>& bytes) {
  return absl::string_view(bytes.data(), Size);
}

// `bytes` has been checked to have that size.
template <size_t Size>
void Assign(const std::string& bytes, std::array<char, Size>& to) {
  std::copy_n(bytes.begin(), Size, to.begin());
}

template <typename Header>
absl::Status ParseAndCheck(const RecordView& record, Header& header) {
  if (record.header.size() > kMaxRecordBytes ||
      !header.ParseFromArray(record.header.data(), static_cast<int>(record.header.size()))) {
    return absl::DataLossError(absl::StrCat("the header is not a ", Header::descriptor()->full_name()));
  }
  const absl::string_view bad = BadField(header);
  if (bad.empty()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the ", Header::descriptor()->name(), " has an invalid ", bad));
}

void Take(const log::v1::GenesisHeader& header, RecordFacts& facts) {
  Assign(header.installation_id(), facts.installation_id);
  facts.log_name = header.log_name();
  facts.partition_count = header.partition_count();
}

void Take(const log::v1::ClaimHeader& header, RecordFacts& facts) {
  Assign(header.claim_id(), facts.claim_id);
  Assign(header.supersedes(), facts.supersedes);
}

void Take(const log::v1::CommandHeader& header, RecordFacts& facts) {
  Assign(header.claim_id(), facts.claim_id);
  facts.idx = header.idx();
  Assign(header.prev(), facts.prev);
  facts.recorded_at = FromProto(header.recorded_at());
  facts.imports = header.has_imports();
  if (!facts.imports) return;
  Assign(header.imports().log_id(), facts.imported_log_id);
  facts.imported_idx = header.imports().idx();
}

template <typename Header>
absl::StatusOr<RecordFacts> FactsOf(const RecordView& record, Header& header) {
  SIP_RETURN_IF_ERROR(ParseAndCheck(record, header));
  RecordFacts facts;
  facts.kind = record.kind;
  facts.partition = header.partition();
  Assign(header.log_id(), facts.log_id);
  Assign(LeafOf(record.kind, record.header), facts.leaf);
  Take(header, facts);
  return facts;
}

}  // namespace

void ClaimSet::Insert(absl::string_view id) {
  latest_.emplace(id);
  if (latest_.size() < kLatestClaims) return;
  const std::set<std::string> all = ids();
  shared_ = std::make_shared<const Ids>(all.begin(), all.end());
  latest_.clear();
}

std::set<std::string> ClaimSet::ids() const {
  std::set<std::string> all(shared_->begin(), shared_->end());
  all.insert(latest_.begin(), latest_.end());
  return all;
}

absl::StatusOr<RecordFacts> ParseRecord(const RecordView& record, log::v1::CommandHeader* command) {
  switch (record.kind) {
    case RecordKind::kGenesis: {
      log::v1::GenesisHeader header;
      return FactsOf(record, header);
    }
    case RecordKind::kClaim: {
      log::v1::ClaimHeader header;
      return FactsOf(record, header);
    }
    case RecordKind::kCommand: {
      // A message that is used again keeps its memory.
      thread_local log::v1::CommandHeader scratch;
      return FactsOf(record, command != nullptr ? *command : scratch);
    }
  }
  return absl::DataLossError("unknown record kind");
}

absl::StatusOr<Verdict> LogFold::Step(const RecordView& record, log::v1::CommandHeader* header, std::string* leaf) {
  const absl::StatusOr<RecordFacts> facts = ParseRecord(record, header);
  if (!facts.ok()) return absl::DataLossError(Say(facts.status().message()));
  if (leaf != nullptr) leaf->assign(facts->leaf.data(), facts->leaf.size());
  return Step(*facts);
}

absl::StatusOr<Verdict> LogFold::Step(const RecordFacts& record) {
  SIP_RETURN_IF_ERROR(CheckIsOurs(record));
  if (record.kind == RecordKind::kGenesis) return StepGenesis(record);
  if (!state_.started) return absl::DataLossError(Say("the first record is not Genesis"));
  return record.kind == RecordKind::kClaim ? StepClaim(record) : StepCommand(record);
}

absl::StatusOr<Verdict> LogFold::StepGenesis(const RecordFacts& genesis) {
  if (state_.started) {
    if (View(genesis.leaf) == state_.genesis_leaf) return Verdict::kVoidCopy;
    return absl::DataLossError(Say("a second, different Genesis"));
  }
  state_.started = true;
  state_.log_id = std::string(View(genesis.log_id));
  state_.installation_id = std::string(View(genesis.installation_id));
  state_.log_name = genesis.log_name;
  state_.partition = genesis.partition;
  state_.partition_count = genesis.partition_count;
  state_.last_claim = state_.log_id;
  state_.won.Insert(state_.log_id);
  state_.head = std::string(View(genesis.leaf));
  state_.genesis_leaf = state_.head;
  return Verdict::kGenesis;
}

absl::StatusOr<Verdict> LogFold::StepClaim(const RecordFacts& claim) {
  const absl::string_view id = View(claim.claim_id);
  if (SIP_MUTANT(fold_claim_copy_wins) && state_.won.Contains(id)) state_.claim = std::string(id);
  if (state_.won.Contains(id) || state_.lost.Contains(id)) return Verdict::kVoidCopy;
  if (!state_.won.Contains(View(claim.supersedes))) {
    return absl::DataLossError(Say("a claim follows one that this log does not have"));
  }
  if (View(claim.supersedes) != state_.last_claim && !SIP_MUTANT(fold_claim_without_supersedes)) {
    state_.lost.Insert(id);
    return Verdict::kVoidLostRace;
  }
  state_.won.Insert(id);
  state_.claim = std::string(id);
  state_.last_claim = std::string(id);
  if (!SIP_MUTANT(fold_base_not_moved)) state_.base = state_.next_idx;
  return Verdict::kClaim;
}

absl::StatusOr<Verdict> LogFold::StepCommand(const RecordFacts& command) {
  const bool holds = state_.claim.has_value() && View(command.claim_id) == *state_.claim;
  if (!holds && !SIP_MUTANT(fold_stale_is_valid)) {
    if (state_.won.Contains(View(command.claim_id))) return Verdict::kVoidStale;
    return absl::DataLossError(Say("a command under a claim that never won"));
  }
  if (command.idx < state_.base) {
    return absl::DataLossError(
        Say(absl::StrCat("its owner writes at ", command.idx, ": the log has lost commands that were read")));
  }
  if (command.idx < state_.next_idx) return Verdict::kVoidCopy;
  if (command.idx > state_.next_idx) {
    if (!SIP_MUTANT(fold_hole_keeps_claim)) state_.claim.reset();
    return Verdict::kVoidHole;
  }
  if (View(command.prev) != state_.head && !SIP_MUTANT(fold_prev_not_compared)) {
    return absl::DataLossError(Say("the chain is broken: a command does not follow the last"));
  }
  SIP_RETURN_IF_ERROR(CheckByOwner(command));
  ++state_.next_idx;
  state_.head.assign(command.leaf.data(), command.leaf.size());
  state_.last_recorded_at = command.recorded_at;
  if (command.imports && !SIP_MUTANT(fold_import_forgotten)) {
    state_.imported[std::string(View(command.imported_log_id))] = command.imported_idx;
  }
  return Verdict::kValid;
}

absl::Status LogFold::CheckIsOurs(const RecordFacts& record) const {
  const std::string& ours = state_.started ? state_.log_id : expected_.log_id;
  if (!ours.empty() && View(record.log_id) != ours) return absl::DataLossError(Say("a record of another log"));
  if (record.partition == expected_.partition) return absl::OkStatus();
  return absl::DataLossError(Say(absl::StrCat("a record of partition ", record.partition)));
}

// What only a defect of the owner can break.
absl::Status LogFold::CheckByOwner(const RecordFacts& command) const {
  if (command.recorded_at <= state_.last_recorded_at && !SIP_MUTANT(fold_time_not_compared)) {
    return absl::InternalError(Say("a command was recorded no later than the one before it"));
  }
  if (!command.imports) return absl::OkStatus();
  const auto it = state_.imported.find(std::string(View(command.imported_log_id)));
  if (it == state_.imported.end() || command.imported_idx > it->second) return absl::OkStatus();
  return absl::InternalError(Say(absl::StrCat("foreign record ", command.imported_idx, " is imported again")));
}

std::string LogFold::Say(absl::string_view what) const {
  return absl::StrCat(state_.started ? state_.log_name : "log", ", partition ", expected_.partition, ", at ", state_.next_idx, ": ",
                      what);
}

log::v1::FoldStateRecord FoldStateToProto(const FoldState& state) {
  log::v1::FoldStateRecord record;
  record.set_started(state.started);
  record.set_log_id(state.log_id);
  record.set_installation_id(state.installation_id);
  record.set_log_name(state.log_name);
  record.set_partition(state.partition);
  record.set_partition_count(state.partition_count);
  record.set_claim(state.claim.value_or(""));
  record.set_last_claim(state.last_claim);
  record.set_base(state.base);
  record.set_next_idx(state.next_idx);
  record.set_head(state.head);
  record.set_genesis_leaf(state.genesis_leaf);
  for (const std::string& id : state.won.ids()) record.add_won(id);
  for (const std::string& id : state.lost.ids()) record.add_lost(id);
  for (const auto& [log_id, idx] : state.imported) {
    log::v1::ImportedUpTo& imported = *record.add_imported();
    imported.set_log_id(log_id);
    imported.set_idx(idx);
  }
  if (state.last_recorded_at != absl::InfinitePast()) *record.mutable_last_recorded_at() = ToProto(state.last_recorded_at);
  return record;
}

absl::StatusOr<FoldState> FoldStateFromProto(const log::v1::FoldStateRecord& record) {
  if (record.has_last_recorded_at() && !IsValidTime(record.last_recorded_at())) {
    return absl::DataLossError("the stored fold state has an invalid time");
  }
  FoldState state;
  state.started = record.started();
  state.log_id = record.log_id();
  state.installation_id = record.installation_id();
  state.log_name = record.log_name();
  state.partition = record.partition();
  state.partition_count = record.partition_count();
  if (!record.claim().empty()) state.claim = record.claim();
  state.last_claim = record.last_claim();
  state.base = record.base();
  state.next_idx = record.next_idx();
  state.head = record.head();
  state.genesis_leaf = record.genesis_leaf();
  state.won = ClaimSet(std::set<std::string>(record.won().begin(), record.won().end()));
  state.lost = ClaimSet(std::set<std::string>(record.lost().begin(), record.lost().end()));
  for (const log::v1::ImportedUpTo& imported : record.imported()) state.imported[imported.log_id()] = imported.idx();
  if (record.has_last_recorded_at()) state.last_recorded_at = FromProto(record.last_recorded_at());
  return state;
}

std::string EncodeFoldState(const FoldState& state) { return FoldStateToProto(state).SerializeAsString(); }

absl::StatusOr<FoldState> DecodeFoldState(absl::string_view bytes) {
  log::v1::FoldStateRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("the stored fold state cannot be read");
  }
  return FoldStateFromProto(record);
}

}  // namespace sip

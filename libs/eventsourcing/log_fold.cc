#include "libs/eventsourcing/log_fold.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
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

template <typename Header>
absl::StatusOr<ParsedRecord> ParseAs(const RecordView& record) {
  ParsedRecord parsed;
  auto& header = parsed.header.emplace<Header>();
  if (record.header.size() > kMaxRecordBytes ||
      !header.ParseFromArray(record.header.data(), static_cast<int>(record.header.size()))) {
    return absl::DataLossError(absl::StrCat("the header is not a ", Header::descriptor()->full_name()));
  }
  const absl::string_view bad = BadField(header);
  if (!bad.empty()) return absl::DataLossError(absl::StrCat("the ", Header::descriptor()->name(), " has an invalid ", bad));
  parsed.leaf = LeafOf(record.kind, record.header);
  return parsed;
}

}  // namespace

void ClaimSet::Insert(std::string id) {
  latest_.insert(std::move(id));
  if (latest_.size() < kLatestClaims) return;
  shared_ = std::make_shared<const std::set<std::string>>(ids());
  latest_.clear();
}

std::set<std::string> ClaimSet::ids() const {
  std::set<std::string> all = *shared_;
  all.insert(latest_.begin(), latest_.end());
  return all;
}

absl::StatusOr<ParsedRecord> ParseRecord(const RecordView& record) {
  switch (record.kind) {
    case RecordKind::kGenesis:
      return ParseAs<log::v1::GenesisHeader>(record);
    case RecordKind::kClaim:
      return ParseAs<log::v1::ClaimHeader>(record);
    case RecordKind::kCommand:
      return ParseAs<log::v1::CommandHeader>(record);
  }
  return absl::DataLossError("unknown record kind");
}

absl::StatusOr<Verdict> LogFold::Step(const RecordView& record, log::v1::CommandHeader* header, std::string* leaf) {
  absl::StatusOr<ParsedRecord> parsed = ParseRecord(record);
  if (!parsed.ok()) return absl::DataLossError(Say(parsed.status().message()));
  SIP_ASSIGN_OR_RETURN(const Verdict verdict, Step(*parsed));
  if (verdict == Verdict::kValid && header != nullptr) *header = std::move(std::get<log::v1::CommandHeader>(parsed->header));
  if (verdict == Verdict::kValid && leaf != nullptr) *leaf = std::move(parsed->leaf);
  return verdict;
}

absl::StatusOr<Verdict> LogFold::Step(const ParsedRecord& record) {
  if (const auto* genesis = std::get_if<log::v1::GenesisHeader>(&record.header)) return StepGenesis(*genesis, record.leaf);
  if (!state_.started) return absl::DataLossError(Say("the first record is not Genesis"));
  if (const auto* claim = std::get_if<log::v1::ClaimHeader>(&record.header)) return StepClaim(*claim);
  return StepCommand(std::get<log::v1::CommandHeader>(record.header), record.leaf);
}

absl::StatusOr<Verdict> LogFold::StepGenesis(const log::v1::GenesisHeader& header, const std::string& leaf) {
  SIP_RETURN_IF_ERROR(CheckIsOurs(header.log_id(), header.partition()));
  if (state_.started) {
    if (leaf == state_.genesis_leaf) return Verdict::kVoidCopy;
    return absl::DataLossError(Say("a second, different Genesis"));
  }
  state_.started = true;
  state_.log_id = header.log_id();
  state_.installation_id = header.installation_id();
  state_.log_name = header.log_name();
  state_.partition = header.partition();
  state_.partition_count = header.partition_count();
  state_.last_claim = header.log_id();
  state_.won.Insert(header.log_id());
  state_.head = leaf;
  state_.genesis_leaf = leaf;
  return Verdict::kGenesis;
}

absl::StatusOr<Verdict> LogFold::StepClaim(const log::v1::ClaimHeader& header) {
  SIP_RETURN_IF_ERROR(CheckIsOurs(header.log_id(), header.partition()));
  if (state_.won.Contains(header.claim_id()) || state_.lost.Contains(header.claim_id())) return Verdict::kVoidCopy;
  if (!state_.won.Contains(header.supersedes())) {
    return absl::DataLossError(Say("a claim follows one that this log does not have"));
  }
  if (header.supersedes() != state_.last_claim) {
    state_.lost.Insert(header.claim_id());
    return Verdict::kVoidLostRace;
  }
  state_.won.Insert(header.claim_id());
  state_.claim = header.claim_id();
  state_.last_claim = header.claim_id();
  state_.base = state_.next_idx;
  return Verdict::kClaim;
}

absl::StatusOr<Verdict> LogFold::StepCommand(const log::v1::CommandHeader& header, const std::string& leaf) {
  SIP_RETURN_IF_ERROR(CheckIsOurs(header.log_id(), header.partition()));
  if (!state_.won.Contains(header.claim_id())) return absl::DataLossError(Say("a command under a claim that never won"));
  if (header.claim_id() != state_.claim) return Verdict::kVoidStale;
  if (header.idx() < state_.base) {
    return absl::DataLossError(
        Say(absl::StrCat("its owner writes at ", header.idx(), ": the log has lost commands that were read")));
  }
  if (header.idx() < state_.next_idx) return Verdict::kVoidCopy;
  if (header.idx() > state_.next_idx) {
    state_.claim.reset();
    return Verdict::kVoidHole;
  }
  if (header.prev() != state_.head) return absl::DataLossError(Say("a command does not follow the last one: the chain is broken"));
  SIP_RETURN_IF_ERROR(CheckByOwner(header));
  ++state_.next_idx;
  state_.head = leaf;
  state_.last_recorded_at = FromProto(header.recorded_at());
  if (header.has_imports()) state_.imported[header.imports().log_id()] = header.imports().idx();
  return Verdict::kValid;
}

absl::Status LogFold::CheckIsOurs(const std::string& log_id, uint32_t partition) const {
  const std::string& ours = state_.started ? state_.log_id : expected_.log_id;
  if (!ours.empty() && log_id != ours) return absl::DataLossError(Say("a record of another log"));
  if (partition != expected_.partition) return absl::DataLossError(Say(absl::StrCat("a record of partition ", partition)));
  return absl::OkStatus();
}

// What only a defect of the owner can break.
absl::Status LogFold::CheckByOwner(const log::v1::CommandHeader& header) const {
  if (FromProto(header.recorded_at()) <= state_.last_recorded_at) {
    return absl::InternalError(Say("a command was recorded no later than the one before it"));
  }
  if (!header.has_imports()) return absl::OkStatus();
  const auto it = state_.imported.find(header.imports().log_id());
  if (it == state_.imported.end() || header.imports().idx() > it->second) return absl::OkStatus();
  return absl::InternalError(Say(absl::StrCat("foreign record ", header.imports().idx(), " is imported again")));
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

#include "tests/simulation/reference_fold.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"

namespace sip {

ReferenceFold::Fate ReferenceFold::Step(const Record& record) {
  Fate fate = Fate::kStop;
  if (record.kind == RecordKind::kGenesis) {
    fate = size_ == 0 ? Fate::kGenesis : Fate::kCopy;
    const std::string leaf = LeafOf(record.kind, record.header);
    if (size_ > 0 && leaf != genesis_) fate = Fate::kStop;
    log::v1::GenesisHeader genesis;
    SIP_CHECK(genesis.ParseFromString(record.header));
    genesis_ = leaf;
    if (fate == Fate::kGenesis) last_claim_ = genesis.log_id();
    Number(genesis.log_id());
    said_ = "genesis";
    won_.insert(genesis.log_id());
  } else if (record.kind == RecordKind::kClaim) {
    log::v1::ClaimHeader claim;
    SIP_CHECK(claim.ParseFromString(record.header));
    said_ = absl::StrCat("claim ", Number(claim.claim_id()), " of ", claim.node(), " after ", Number(claim.supersedes()));
    fate = StepClaim(claim);
  } else {
    fate = StepCommand(record);
  }
  static constexpr const char* kNames[kFates] = {"first",           "won",         "valid",      "void, copy",
                                                 "void, lost race", "void, stale", "void, hole", "STOP"};
  absl::StrAppend(&said_, ": ", kNames[static_cast<size_t>(fate)]);
  ++size_;
  ++counts_[static_cast<size_t>(fate)];
  return fate;
}

ReferenceFold::Fate ReferenceFold::StepClaim(const log::v1::ClaimHeader& claim) {
  if (won_.count(claim.claim_id()) > 0 || lost_.count(claim.claim_id()) > 0) return Fate::kCopy;
  if (won_.count(claim.supersedes()) == 0) return Fate::kStop;
  if (claim.supersedes() != last_claim_) {
    lost_.insert(claim.claim_id());
    return Fate::kLostRace;
  }
  won_.insert(claim.claim_id());
  claim_ = last_claim_ = claim.claim_id();
  base_ = valid_.size();
  return Fate::kClaim;
}

ReferenceFold::Fate ReferenceFold::StepCommand(const Record& record) {
  log::v1::CommandHeader header;
  SIP_CHECK(header.ParseFromString(record.header));
  said_ = absl::StrCat("command at ", header.idx(), " under claim ", Number(header.claim_id()));
  if (header.has_imports()) absl::StrAppend(&said_, " imports ", header.imports().idx());
  if (won_.count(header.claim_id()) == 0) return Fate::kStop;
  if (claim_ != header.claim_id()) return Fate::kStale;
  if (header.idx() < base_) return Fate::kStop;
  if (header.idx() < valid_.size()) return Fate::kCopy;
  if (header.idx() > valid_.size()) {
    claim_.reset();
    return Fate::kHole;
  }
  if (header.prev() != (valid_.empty() ? genesis_ : valid_.back().leaf)) return Fate::kStop;
  valid_.push_back(Valid{LeafOf(record.kind, record.header), std::move(header), record});
  return Fate::kValid;
}

}  // namespace sip

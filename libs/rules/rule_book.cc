#include "libs/rules/rule_book.h"

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "libs/base/sha256.h"
#include "libs/eventsourcing/occurred.h"

namespace sip {

using rules::v1::RuleSet;

namespace {

template <typename Map>
const RuleSet* Lookup(const Map& map, absl::string_view key) {
  const auto it = map.find(key);
  return it == map.end() ? nullptr : it->second;
}

}  // namespace

std::string RuleSetDigest(const RuleSet& rule_set) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    rule_set.SerializeToCodedStream(&coded);
  }
  return Sha256(bytes);
}

const RuleSet* RuleBookSnapshot::Find(absl::string_view id) const { return Lookup(by_id_, id); }

const RuleSet* RuleBookSnapshot::FindByDigest(absl::string_view digest) const { return Lookup(by_digest_, digest); }

const RuleSet* RuleBookSnapshot::ValidOn(absl::string_view owner, absl::CivilDay day) const {
  auto it = by_owner_.upper_bound({std::string(owner), day});
  if (it == by_owner_.begin()) return nullptr;
  --it;
  return it->first.first == owner ? it->second.get() : nullptr;
}

std::string RuleBookSnapshot::DigestOf(const RuleSet& rule_set) const {
  const auto it = digest_of_id_.find(rule_set.id());
  return it == digest_of_id_.end() ? std::string() : it->second;
}

void RuleBookSnapshot::Add(std::shared_ptr<const RuleSet> rule_set, const std::string& digest) {
  const RuleSet* set = rule_set.get();
  by_id_[set->id()] = set;
  by_digest_[digest] = set;
  digest_of_id_[set->id()] = digest;
  by_owner_[{set->owner(), FromProto(set->valid_from())}] = std::move(rule_set);
}

RuleBook::RuleBook() : snapshot_(std::make_shared<const RuleBookSnapshot>()) {}

void RuleBook::Apply(const rules::v1::RuleSetEvent& event) {
  switch (event.kind_case()) {
    case rules::v1::RuleSetEvent::kRuleSetPublished:
      AddWithDigest(event.rule_set_published().rule_set(), event.rule_set_published().digest());
      break;
    case rules::v1::RuleSetEvent::KIND_NOT_SET:
      break;
  }
}

void RuleBook::Add(const RuleSet& rule_set) { AddWithDigest(rule_set, RuleSetDigest(rule_set)); }

void RuleBook::AddWithDigest(const RuleSet& rule_set, const std::string& digest) {
  MutexLock lock(mutex_);
  // What has an id keeps it: readers hold pointers to it.
  if (snapshot_->Find(rule_set.id()) != nullptr) return;
  auto next = std::make_shared<RuleBookSnapshot>(*snapshot_);
  next->Add(std::make_shared<const RuleSet>(rule_set), digest);
  snapshot_ = std::move(next);
}

std::shared_ptr<const RuleBookSnapshot> RuleBook::Snapshot() const {
  MutexLock lock(mutex_);
  return snapshot_;
}

}  // namespace sip

// The rule sets that are published, folded from the log sip.rules. Sets are never changed or removed, so replay needs no file.
#ifndef SIP_LIBS_RULES_RULE_BOOK_H_
#define SIP_LIBS_RULES_RULE_BOOK_H_

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "libs/base/mutex.h"
#include "libs/eventsourcing/context.h"
#include "sip/rules/v1/rule_set.pb.h"
#include "sip/rules/v1/rule_set_events.pb.h"

namespace sip {

// SHA-256 over the canonical bytes: the deterministic serialization of the set, fields in the order of their numbers. 32 bytes.
std::string RuleSetDigest(const rules::v1::RuleSet& rule_set);

// What is known at one moment. Immutable; shared between threads. Pointers live as long as any snapshot that has the set.
class RuleBookSnapshot final : public RuleSetSource {
 public:
  using ByOwnerAndDay = std::map<std::pair<std::string, absl::CivilDay>, std::shared_ptr<const rules::v1::RuleSet>>;

  const rules::v1::RuleSet* Find(absl::string_view id) const override;
  const rules::v1::RuleSet* FindByDigest(absl::string_view digest) const override;
  const rules::v1::RuleSet* ValidOn(absl::string_view owner, absl::CivilDay day) const override;
  std::string DigestOf(const rules::v1::RuleSet& rule_set) const override;
  // All, by owner and first day.
  const ByOwnerAndDay& all() const { return by_owner_; }

 private:
  friend class RuleBook;
  void Add(std::shared_ptr<const rules::v1::RuleSet> rule_set, const std::string& digest);

  ByOwnerAndDay by_owner_;
  absl::flat_hash_map<std::string, const rules::v1::RuleSet*> by_id_;
  absl::flat_hash_map<std::string, const rules::v1::RuleSet*> by_digest_;
  absl::flat_hash_map<std::string, std::string> digest_of_id_;
};

// The fold. Thread-safe: one writer applies events while readers look things up or hold snapshots. As a RuleSetSource it answers
// from the newest snapshot; its pointers live as long as the book.
class RuleBook final : public RuleSetSource {
 public:
  RuleBook();

  // Folds an event of sip.rules. One that repeats what is known changes nothing.
  void Apply(const rules::v1::RuleSetEvent& event);
  // As if it had been published: for tests and tools that have no log.
  void Add(const rules::v1::RuleSet& rule_set);
  std::shared_ptr<const RuleBookSnapshot> Snapshot() const;

  const rules::v1::RuleSet* Find(absl::string_view id) const override { return Snapshot()->Find(id); }
  const rules::v1::RuleSet* FindByDigest(absl::string_view digest) const override { return Snapshot()->FindByDigest(digest); }
  const rules::v1::RuleSet* ValidOn(absl::string_view owner, absl::CivilDay day) const override {
    return Snapshot()->ValidOn(owner, day);
  }
  std::string DigestOf(const rules::v1::RuleSet& rule_set) const override { return Snapshot()->DigestOf(rule_set); }

 private:
  void AddWithDigest(const rules::v1::RuleSet& rule_set, const std::string& digest);

  mutable Mutex mutex_;
  std::shared_ptr<const RuleBookSnapshot> snapshot_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sip

#endif  // SIP_LIBS_RULES_RULE_BOOK_H_

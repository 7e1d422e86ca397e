#include "tests/simulation/ownership_moves.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sip {
namespace {

std::set<uint32_t> AllPartitions() {
  std::set<uint32_t> all;
  for (uint32_t p = 0; p < kPartitions; ++p) all.insert(p);
  return all;
}

void WantToo(Process& process, uint32_t partition) {
  std::set<uint32_t> wanted = process.wanted();
  wanted.insert(partition);
  process.Want(std::move(wanted));
}

}  // namespace

Process& OwnershipMoves::RandomProcess(size_t context) {
  const size_t of_each = processes_.size() / kContexts;
  return *processes_[context * of_each + environment_.Below(of_each)];
}

// One that wants it; null if nobody does.
Process* OwnershipMoves::RandomWho(size_t context, uint32_t partition) {
  std::vector<Process*> who;
  for (const auto& process : processes_) {
    if (process->context() == context && process->wanted().count(partition) > 0) who.push_back(process.get());
  }
  return who.empty() ? nullptr : who[environment_.Below(who.size())];
}

void OwnershipMoves::DrawOwners() {
  for (size_t c = 0; c < kContexts; ++c) {
    for (uint32_t p = 0; p < kPartitions; ++p) WantToo(RandomProcess(c), p);
  }
}

void OwnershipMoves::Move() {
  const size_t context = environment_.Below(kContexts);
  const auto partition = static_cast<uint32_t>(environment_.Below(kPartitions));
  Process* from = RandomWho(context, partition);
  Process& to = RandomProcess(context);
  if (from == nullptr || from == &to) return;
  HandOver(*from, to, partition);
}

void OwnershipMoves::HandOver(Process& from, Process& to, uint32_t partition) {
  say_(absl::StrCat(from.name(), " hands partition ", partition, " to ", to.name()));
  std::set<uint32_t> kept = from.wanted();
  kept.erase(partition);
  if (!from.running()) {
    // Whoever is down cannot be waited for.
    from.Want(std::move(kept));
    return WantToo(to, partition);
  }
  from.WantOnly(std::move(kept), [this, &from, &to, partition, life = from.life()] {
    if (life->ended() || settled_) return;
    ++moves_;
    say_(absl::StrCat(from.name(), " has given partition ", partition, " up for ", to.name()));
    WantToo(to, partition);
  });
}

void OwnershipMoves::Grab() {
  const size_t context = environment_.Below(kContexts);
  Process& process = RandomProcess(context);
  const auto partition = static_cast<uint32_t>(environment_.Below(kPartitions));
  if (process.wanted().count(partition) > 0) return;
  say_(absl::StrCat(process.name(), " wants partition ", partition, " too"));
  WantToo(process, partition);
}

void OwnershipMoves::GiveUp() {
  const size_t context = environment_.Below(kContexts);
  const auto partition = static_cast<uint32_t>(environment_.Below(kPartitions));
  Process* process = RandomWho(context, partition);
  if (process == nullptr) return;
  say_(absl::StrCat(process->name(), " wants partition ", partition, " no longer"));
  std::set<uint32_t> kept = process->wanted();
  kept.erase(partition);
  process->Want(std::move(kept));
}

void OwnershipMoves::HandAllTo(Process& owner) {
  say_(absl::StrCat("all is handed to ", owner.name()));
  settled_ = true;
  Handing& handing = handings_[owner.context()];
  handing = {};
  for (const auto& process : processes_) {
    if (process->context() != owner.context() || process.get() == &owner) continue;
    if (!process->running() || process->shutting_down()) {
      process->Want({});
      continue;
    }
    auto one = std::make_shared<Awaited>(Awaited{process->life()});
    handing.awaited.push_back(one);
    process->WantOnly({}, [this, one, context = owner.context()] {
      one->given_up = true;
      GoOn(handings_[context]);
    });
  }
  handing.to = &owner;
  GoOn(handing);
}

void OwnershipMoves::GoOn() {
  for (Handing& handing : handings_) GoOn(handing);
}

void OwnershipMoves::GoOn(Handing& handing) {
  if (handing.to == nullptr) return;
  for (const auto& one : handing.awaited) {
    if (!one->given_up && !one->life->ended()) return;
  }
  std::exchange(handing.to, nullptr)->Want(AllPartitions());
}

}  // namespace sip

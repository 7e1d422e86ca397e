#include "services/views/server/view_set.h"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/record.h"
#include "libs/views/view_folder.h"

namespace sip {

const ViewReader& ViewReading::operator[](absl::string_view name) const {
  const auto it = views.find(name);
  SIP_CHECK(it != views.end());
  if (it->second == nullptr) it->second = set->Snapshot(name);
  return *it->second;
}

struct ViewSet::Waiting {
  const ViewSet& set;
  ViewQuestion question;
  std::vector<std::pair<std::string, ConsistencyToken>> imports;  // Logs to wait for until they have imported what a token names.
  size_t next = 0;                                                // The view to wait for.
  absl::AnyInvocable<void(absl::StatusOr<ViewReading>)> done;
};

absl::StatusOr<std::unique_ptr<ViewSet>> ViewSet::Open(Parts parts, std::vector<std::unique_ptr<Projection>> projections) {
  std::unique_ptr<ViewSet> set(new ViewSet(std::move(parts)));
  for (std::unique_ptr<Projection>& projection : projections) SIP_RETURN_IF_ERROR(set->Add(std::move(projection)));
  set->CatchUp();
  for (auto& [name, view] : set->views_) view.runner->Start();
  return set;
}

ViewSet::~ViewSet() { Stop(); }

absl::Status ViewSet::Add(std::unique_ptr<Projection> projection) {
  std::vector<EventLog*> logs;
  std::vector<LogIdentity> identities;
  std::map<std::string, std::string> names_of_ids;
  for (const std::string& name : projection->Logs()) {
    logs.push_back(&parts_.log(name));
    identities.push_back(logs.back()->identity());
    names_of_ids[identities.back().log_id] = name;
  }
  const std::string name(projection->Name());
  View& view = views_[name];
  view.projection = std::move(projection);
  const FoldInput input{*view.projection, logs, parts_.codec};
  SIP_ASSIGN_OR_RETURN(view.store, OpenOrRebuildView(input, parts_.root, parts_.resources));
  for (ViewCommitListener* listener : parts_.memos.ListenersOf(name)) view.store->AddListener(*listener);
  ViewProgress::Options options;
  options.leaf_lookup = [this, names_of_ids](absl::string_view log_id, uint32_t partition,
                                             uint64_t idx) -> std::optional<std::string> {
    const StreamStore* const streams = parts_.streams(names_of_ids.at(std::string(log_id)));
    if (streams == nullptr) return std::nullopt;
    const auto place = streams->FindPosition(partition, idx);
    if (!place.ok() || !place->has_value()) return std::nullopt;
    return (*place)->leaf_prefix;
  };
  options.wanted = [&view] { view.runner->Hurry(); };
  view.progress = std::make_unique<ViewProgress>(identities, parts_.timer, parts_.clock, std::move(options));
  view.runner =
      std::make_unique<ProjectionRunner>(input, *view.store, *view.progress, ProjectionRunner::Options{.gather = parts_.gather});
  const absl::Status opened = view.runner->Open();
  if (!opened.ok()) return absl::Status(opened.code(), absl::StrCat("view ", name, ": ", opened.message()));
  return absl::OkStatus();
}

void ViewSet::CatchUp() {
  std::vector<std::thread> threads;
  for (auto& [name, view] : views_) threads.emplace_back([&runner = *view.runner] { runner.CatchUp(); });
  for (std::thread& thread : threads) thread.join();
}

void ViewSet::Read(ViewQuestion question, absl::AnyInvocable<void(absl::StatusOr<ViewReading>)> done) const {
  if (question.tokens.empty()) return done(TakeReading(question));
  auto waiting = std::make_shared<Waiting>(Waiting{*this, std::move(question), {}, 0, std::move(done)});
  std::set<std::string> logs;
  for (const std::string& name : waiting->question.views) {
    for (std::string& log : views_.find(name)->second.projection->Logs()) logs.insert(std::move(log));
  }
  for (const std::string& log : logs) {
    for (const ConsistencyToken& token : waiting->question.tokens) {
      if (parts_.log(log).identity().log_id != token.log_id) waiting->imports.emplace_back(log, token);
    }
  }
  WaitForImports(waiting);
}

void ViewSet::WaitForImports(const std::shared_ptr<Waiting>& waiting) {
  if (waiting->imports.empty()) return WaitForNext(waiting);
  const auto [log, token] = waiting->imports.back();
  waiting->imports.pop_back();
  waiting->set.parts_.await_import(log, token, waiting->question.deadline,
                                   [waiting](absl::StatusOr<std::optional<ConsistencyToken>> imported) {
                                     if (!imported.ok()) return waiting->done(imported.status());
                                     if (imported->has_value()) waiting->question.tokens.push_back(**std::move(imported));
                                     WaitForImports(waiting);
                                   });
}

void ViewSet::WaitForNext(const std::shared_ptr<Waiting>& waiting) {
  if (waiting->next == waiting->question.views.size()) return waiting->done(waiting->set.TakeReading(waiting->question));
  ViewProgress& progress = waiting->set.progress(waiting->question.views[waiting->next++]);
  const std::vector<ConsistencyToken>& tokens = waiting->question.tokens;
  const absl::Time deadline = waiting->question.deadline;
  progress.WaitFor(tokens, deadline, [waiting](absl::Status reached) {
    if (!reached.ok()) return waiting->done(std::move(reached));
    WaitForNext(waiting);
  });
}

ViewReading ViewSet::TakeReading(const ViewQuestion& question) const {
  ViewReading reading;
  reading.set = this;
  reading.memos = &parts_.memos;
  std::map<std::pair<std::string, uint32_t>, ConsistencyToken> least;
  for (const std::string& name : question.views) {
    // Positions before rows, or what is kept of them: these then hold at least what is told.
    const ViewProgress& at = progress(name);
    for (const ViewPosition& position : question.case_id.IsNil() ? at.Positions() : at.PositionsOf(question.case_id)) {
      if (position.next_idx == 0) continue;
      const ConsistencyToken token{position.log_id, position.partition, position.next_idx - 1, position.leaf_prefix};
      const auto [it, added] = least.try_emplace({position.log_name, position.partition}, token);
      if (!added && token.idx < it->second.idx) it->second = token;
    }
    reading.views[name] = nullptr;
  }
  for (const auto& [place, token] : least) reading.read_at.add_consistency_tokens(EncodeToken(token));
  *reading.read_at.mutable_as_of_or_now() = ToProto(parts_.clock.Now());
  return reading;
}

absl::Status ViewSet::Health() const {
  for (const auto& [name, view] : views_) {
    if (const absl::Status status = view.progress->status(); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat("view ", name, " stands still: ", status.message()));
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> ViewSet::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, view] : views_) names.push_back(name);
  return names;
}

const ViewSet::View& ViewSet::view(absl::string_view name) const {
  const auto it = views_.find(name);
  SIP_CHECK(it != views_.end());
  return it->second;
}

std::unique_ptr<ViewReader> ViewSet::Snapshot(absl::string_view name) const { return view(name).store->Snapshot(); }

ViewProgress& ViewSet::progress(absl::string_view name) const { return *view(name).progress; }

std::map<std::string, absl::Time> ViewSet::KnownUntilOfLogs(absl::string_view name) const {
  return view(name).runner->KnownUntilOfLogs();
}

void ViewSet::Stop() {
  for (auto& [name, view] : views_) {
    if (view.runner != nullptr) view.runner->Stop();
  }
}

}  // namespace sip

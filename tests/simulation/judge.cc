#include "tests/simulation/judge.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/engine/stream_store.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {

std::string EventsText(const std::vector<RecordedEvent>& events) {
  std::string text;
  for (const RecordedEvent& event : events) {
    absl::StrAppend(&text, event.stream.ToString(), "=", event.event->SerializeAsString(), ";");
  }
  return text;
}

void Judge::Violated(const std::string& what) {
  if (!violation_.empty()) return;
  violation_ = what;
  environment_.trace.Add(absl::StrCat("VIOLATED: ", what));
}

void Judge::Look() {
  for (size_t c = 0; c < kContexts; ++c) {
    for (uint32_t p = 0; p < kPartitions; ++p) {
      ReferenceFold& fold = truth_[c][p];
      for (const Record& record : environment_.logs.Records(Contexts()[c].model->log_name(), p, fold.size())) {
        const ReferenceFold::Fate fate = fold.Step(record);
        environment_.trace.Add(
            absl::StrCat("    ", Contexts()[c].model->log_name(), "/", p, " #", fold.size() - 1, " ", fold.said()));
        if (fate != ReferenceFold::Fate::kStop) continue;
        Violated(absl::StrCat(Contexts()[c].model->log_name(), ", partition ", p, ": nobody may append what stops the fold"));
      }
    }
  }
}

size_t Judge::AddOperation(Place place, CommandRequest request) {
  Operation operation;
  operation.place = place;
  operation.key = RequestKey(request.actor.agency_id(), request.case_id, request.request_id);
  operation.first_sent = environment_.step;
  if (request.fresh) operation.foreign_needed = known({Contexts()[place.context].foreign, place.partition});
  for (const ConsistencyToken& token : request.tokens) {
    operation.foreign_needed = std::max(operation.foreign_needed, token.idx + 1);
  }
  operation.request = std::move(request);
  operations_.push_back(std::move(operation));
  return operations_.size() - 1;
}

uint64_t Judge::Earliest(Place place) const {
  if (environment_.barrier_interval == absl::ZeroDuration()) return known(place);
  uint64_t earliest = 0;
  for (const auto& [when, count] : known_at_[place.context][place.partition]) {
    if (when < environment_.now - environment_.barrier_interval) earliest = count;
  }
  return earliest;
}

size_t Judge::BeginCall(size_t operation) {
  Operation& sent = operations_[operation];
  ++sent.calls;
  ++sent.open;
  asked_.push_back(Asked{sent.place, operation, Earliest(sent.place), Uuid(), false});
  return asked_.size() - 1;
}

void Judge::LoseCall(size_t call) {
  Asked& asked = asked_[call];
  asked.over = true;
  if (asked.operation.has_value()) operations_[*asked.operation].unknown = true;
}

void Judge::EndCall(size_t call, const absl::StatusOr<CommandAnswer>& answer) {
  Look();
  Asked& asked = asked_[call];
  if (asked.over) return Violated(absl::StrCat("call ", call, " was answered twice"));
  asked.over = true;
  Operation& operation = operations_[*asked.operation];
  --operation.open;
  if (answer.ok()) {
    CheckOk(operation, *answer);
  } else {
    NoteRefusal(asked, answer.status());
  }
}

void Judge::CheckOk(Operation& operation, const CommandAnswer& answer) {
  const std::vector<ReferenceFold::Valid>& valid = truth(operation.place).valid();
  const uint64_t idx = answer.token.idx;
  if (answer.record->idx != idx || answer.token.partition != operation.place.partition) {
    return Violated("an answer's token does not name its record");
  }
  if (idx >= valid.size() || valid[idx].leaf != answer.record->leaf) {
    return Violated(absl::StrCat("request ", operation.request.request_id.ToString(), " was acknowledged at ", idx,
                                 ", and that is no valid record of the log"));
  }
  if (operation.done.has_value()) {
    if (operation.idx == idx && operation.leaf == answer.record->leaf && operation.version == answer.stream_version &&
        operation.events == EventsText(answer.record->events)) {
      return;
    }
    return Violated(
        absl::StrCat("request ", operation.request.request_id.ToString(), " was answered differently when it was sent again"));
  }
  operation.done = environment_.step;
  operation.idx = idx;
  operation.leaf = answer.record->leaf;
  operation.version = answer.stream_version;
  operation.events = EventsText(answer.record->events);
  uint64_t& known = known_[operation.place.context][operation.place.partition];
  if (idx + 1 <= known) return;
  known = idx + 1;
  known_at_[operation.place.context][operation.place.partition].emplace_back(environment_.now, known);
}

void Judge::NoteRefusal(const Asked& call, const absl::Status& status) {
  Operation& operation = operations_[*call.operation];
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      operation.unknown = true;
      return;
    case absl::StatusCode::kResourceExhausted:
      return;
    default:
      break;
  }
  const std::optional<Rejection> rejection = RejectionOf(status);
  if (!rejection.has_value()) return Violated(absl::StrCat("a client was told ", status.ToString()));
  ++refusals_;
  Claimed claimed;
  claimed.place = operation.place;
  claimed.earliest = call.earliest;
  claimed.latest = truth(operation.place).valid().size();
  claimed.operation = call.operation;
  claimed.refusal = status;
  claimed.step = environment_.step;
  claimed_.push_back(std::move(claimed));
}

size_t Judge::BeginRead(Place place, const Uuid& scope) {
  asked_.push_back(Asked{place, std::nullopt, Earliest(place), scope, false});
  return asked_.size() - 1;
}

void Judge::EndRead(size_t read, std::string state) {
  Look();
  const Asked& asked = asked_[read];
  Claimed claimed;
  claimed.place = asked.place;
  claimed.earliest = asked.earliest;
  claimed.latest = truth(asked.place).valid().size();
  claimed.scope = asked.scope;
  claimed.state = std::move(state);
  claimed.step = environment_.step;
  claimed_.push_back(std::move(claimed));
}

size_t Judge::BeginBarrier(Place place) {
  // Whatever the barrier interval: it stands behind all that was acknowledged.
  asked_.push_back(Asked{place, std::nullopt, known(place), Uuid(), false});
  return asked_.size() - 1;
}

void Judge::EndBarrier(size_t barrier, const Watermark& watermark) {
  Look();
  const Asked& asked = asked_[barrier];
  const uint64_t recorded = truth(asked.place).valid().size();
  if (watermark.next_idx < asked.earliest || watermark.next_idx > recorded) {
    return Violated(absl::StrCat("barrier ", barrier, " stands at ", watermark.next_idx, ", ", asked.earliest,
                                 " were acknowledged before it, and ", recorded, " are recorded"));
  }
  promised_.push_back(Promised{asked.place, watermark, environment_.step});
}

}  // namespace sip

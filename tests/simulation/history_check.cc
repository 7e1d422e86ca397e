#include "tests/simulation/history_check.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/engine/stream_store.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/testing/notes_context.h"
#include "tests/simulation/consents_context.h"

namespace sip {
namespace {

constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

ValidRecord AsRead(uint32_t partition, uint64_t idx, const ReferenceFold::Valid& valid) {
  ValidRecord record;
  record.partition = partition;
  record.idx = idx;
  record.leaf = valid.leaf;
  record.header = StoredHeader(valid.record.header);
  record.payload = valid.record.payload;
  return record;
}

DecisionContext ContextOf(const RecordedCommand& record) {
  DecisionContext context;
  context.now = record.recorded_at;
  context.actor = record.decision->actor();
  context.command_id = Uuid::FromBytes(record.header->command_id()).value_or(Uuid());
  context.case_id = Uuid::FromBytes(record.header->case_id()).value_or(Uuid());
  context.id_seed = record.decision->id_seed();
  return context;
}

DecisionContext ContextOf(const CommandRequest& request) {
  DecisionContext context;
  context.actor = request.actor;
  context.command_id = request.request_id;
  context.case_id = request.case_id;
  return context;
}

std::string EventsText(const std::vector<NewEvent>& events) {
  std::vector<RecordedEvent> recorded;
  recorded.reserve(events.size());
  for (const NewEvent& event : events) recorded.push_back(RecordedEvent{event.stream, 0, event.event});
  return sip::EventsText(recorded);
}

uint64_t VersionOf(const std::map<StreamId, uint64_t>& versions, const StreamId& stream) {
  const auto it = versions.find(stream);
  return it == versions.end() ? 0 : it->second;
}

}  // namespace

std::string StateText(size_t context, const CaseState& state) {
  std::string text;
  if (context == kConsents) {
    const auto& consents = StateAs<ConsentsState>(state);
    absl::StrAppend(&text, consents.granted, consents.withdrawn ? " withdrawn" : "", ";");
    for (const std::string& note : consents.notes) absl::StrAppend(&text, note, ";");
    return text;
  }
  const auto& notes = StateAs<NotesState>(state);
  for (const auto& [id, note] : notes.notes) {
    absl::StrAppend(&text, id.ToString(), " ", note.version, note.erased ? " erased " : " ", note.text, ";");
  }
  return absl::StrCat(text, absl::BytesToHexString(notes.facts.consent.SerializeAsString()));
}

void HistoryCheck::Violated(Place place, uint64_t idx, const std::string& what) {
  judge_.Violated(
      absl::StrCat(Contexts()[place.context].model->log_name(), ", partition ", place.partition, ", at ", idx, ": ", what));
}

void HistoryCheck::Run() {
  judge_.Look();
  for (size_t c = 0; c < kContexts; ++c) {
    for (uint32_t p = 0; p < kPartitions; ++p) {
      if (!Decode({c, p})) return;
    }
  }
  for (size_t c = 0; c < kContexts; ++c) {
    for (uint32_t p = 0; p < kPartitions; ++p) {
      Execute({c, p});
      CheckOperations({c, p});
      CheckOrder({c, p});
      CheckImports({c, p});
      CheckPromises({c, p});
    }
  }
}

bool HistoryCheck::Decode(Place place) {
  uint64_t idx = 0;
  for (const ReferenceFold::Valid& valid : judge_.truth(place).valid()) {
    absl::StatusOr<RecordedCommand> record =
        SimulationCodec().Decode(AsRead(place.partition, idx, valid), Contexts()[place.context].model->log_name(),
                                 DecodeOptions{.command = true, .decision = true});
    if (!record.ok()) {
      Violated(place, idx, record.status().ToString());
      return false;
    }
    records_[place.context][place.partition].push_back(*std::move(record));
    ++idx;
  }
  return true;
}

void HistoryCheck::Execute(Place place) {
  const ContextModel& model = *Contexts()[place.context].model;
  Cases cases;
  recorded_.clear();
  unexplained_.clear();
  for (size_t i = 0; i < judge_.claimed().size(); ++i) {
    const Place of = judge_.claimed()[i].place;
    if (of.context == place.context && of.partition == place.partition) unexplained_.insert(i);
  }
  absl::Time last = absl::InfinitePast();
  for (const RecordedCommand& record : records(place)) {
    Explain(record.idx, cases);
    Case& entry = cases[Uuid::FromBytes(record.header->case_id()).value_or(Uuid())];
    if (entry.state == nullptr) entry.state = model.InitialState();
    if (record.header->has_imports()) {
      ExecuteImport(place, record, entry);
    } else {
      ExecuteCommand(place, record, entry);
    }
    if (record.recorded_at <= last) Violated(place, record.idx, "it was recorded no later than the one before it");
    last = record.recorded_at;
    Apply(record, model, entry);
  }
  Explain(records(place).size(), cases);
  for (const size_t i : unexplained_) {
    const Claimed& claimed = judge_.claimed()[i];
    const std::string what = claimed.operation.has_value()
                                 ? absl::StrCat("operation ", *claimed.operation, " was refused (", claimed.refusal.ToString(), ")")
                                 : absl::StrCat("a reader was shown ", claimed.state);
    Violated(place, claimed.earliest,
             absl::StrCat(what, " in step ", claimed.step, ", which no state between ", claimed.earliest, " and ", claimed.latest,
                          " explains"));
  }
}

void HistoryCheck::ExecuteCommand(Place place, const RecordedCommand& record, const Case& entry) {
  const ContextModel& model = *Contexts()[place.context].model;
  if (record.command == nullptr) {
    if (!record.events.empty() || !record.header->writes().empty()) Violated(place, record.idx, "events without a command");
    return;
  }
  const DecisionContext context = ContextOf(record);
  const auto decided = model.Decide(*entry.state, *record.command, context);
  const Decided* accepted = std::get_if<Decided>(&decided);
  if (accepted == nullptr) return Violated(place, record.idx, "the state before it refuses the command");
  if (EventsText(accepted->events) != sip::EventsText(record.events)) {
    return Violated(place, record.idx, "the state before it leads to other events");
  }
  const uint64_t before = VersionOf(entry.versions, accepted->stream);
  if (record.header->writes_size() != 1 || record.header->writes(0).stream() != accepted->stream.ToString() ||
      record.header->writes(0).version() != before + (record.events.empty() ? 0 : 1)) {
    return Violated(place, record.idx, "it does not say the version of its stream");
  }
  if (record.decision->has_expected_stream_version() && record.decision->expected_stream_version() != before) {
    return Violated(place, record.idx, "the client expected another version of the stream");
  }
  const std::string key = RequestKeyOf(*record.header);
  if (!recorded_.emplace(key, record.idx).second) Violated(place, record.idx, "the request was recorded before");
}

void HistoryCheck::ExecuteImport(Place place, const RecordedCommand& record, const Case& entry) {
  const SimulatedContext& own = Contexts()[place.context];
  const std::vector<RecordedCommand>& foreign = records({own.foreign, place.partition});
  const log::v1::ImportedRecord& imports = record.header->imports();
  if (imports.idx() >= foreign.size() || foreign[imports.idx()].leaf != imports.leaf()) {
    return Violated(place, record.idx, "it imports what the other log does not have");
  }
  const std::vector<NewEvent> events = own.model->React(*entry.state, foreign[imports.idx()], ContextOf(record));
  if (EventsText(events) != sip::EventsText(record.events)) Violated(place, record.idx, "the import leads to other events");
  for (const log::v1::StreamWrite& write : record.header->writes()) {
    const std::optional<StreamId> stream = StreamId::Parse(write.stream());
    if (!stream.has_value() || write.version() != VersionOf(entry.versions, *stream) + 1) {
      Violated(place, record.idx, "it does not say the version of a stream");
    }
  }
}

void HistoryCheck::Apply(const RecordedCommand& record, const ContextModel& model, Case& entry) {
  for (const RecordedEvent& event : record.events) {
    EventMeta meta;
    meta.recorded_at = record.recorded_at;
    meta.acting_agency = record.header->acting_agency();
    meta.stream_version = event.version;
    model.Evolve(*entry.state, event.stream, *event.event, meta);
    entry.versions[event.stream] = event.version;
  }
}

void HistoryCheck::Explain(uint64_t before, const Cases& cases) {
  std::erase_if(unexplained_, [&](size_t i) {
    const Claimed& claimed = judge_.claimed()[i];
    return claimed.earliest <= before && before <= claimed.latest && Explains(claimed, cases);
  });
}

bool HistoryCheck::Explains(const Claimed& claimed, const Cases& cases) const {
  if (claimed.operation.has_value()) return ExplainsRefusal(claimed, cases);
  const auto it = cases.find(claimed.scope);
  const std::unique_ptr<CaseState> initial = Contexts()[claimed.place.context].model->InitialState();
  return StateText(claimed.place.context, it == cases.end() ? *initial : *it->second.state) == claimed.state;
}

bool HistoryCheck::ExplainsRefusal(const Claimed& claimed, const Cases& cases) const {
  const Operation& operation = judge_.operations()[*claimed.operation];
  const Rejection rejection = RejectionOf(claimed.refusal).value_or(Rejection());
  const auto recorded = recorded_.find(operation.key);
  if (recorded != recorded_.end()) {
    // Then the record answers the request; only another request under the same id is refused.
    const auto& command = *records(claimed.place)[recorded->second].command;
    return rejection.violations(0).reason() == Reason::REASON_REQUEST_ID_REUSED &&
           !google::protobuf::util::MessageDifferencer::Equals(command, *operation.request.command);
  }
  const ContextModel& model = *Contexts()[claimed.place.context].model;
  const auto it = cases.find(operation.request.case_id);
  const std::unique_ptr<CaseState> initial = model.InitialState();
  const DecisionContext context = ContextOf(operation.request);
  const auto decided = model.Decide(it == cases.end() ? *initial : *it->second.state, *operation.request.command, context);
  if (const Rejection* refused = std::get_if<Rejection>(&decided)) {
    return refused->SerializeAsString() == rejection.SerializeAsString();
  }
  if (rejection.violations(0).reason() != Reason::REASON_STREAM_VERSION_MOVED) return false;
  const std::map<StreamId, uint64_t> none;
  const uint64_t version = VersionOf(it == cases.end() ? none : it->second.versions, std::get<Decided>(decided).stream);
  return operation.request.expected_stream_version.has_value() && *operation.request.expected_stream_version != version &&
         rejection.violations(0).detail() ==
             absl::StrCat("Expected ", *operation.request.expected_stream_version, ", now ", version, ".");
}

void HistoryCheck::CheckOperations(Place place) {
  for (size_t i = 0; i < judge_.operations().size(); ++i) {
    const Operation& operation = judge_.operations()[i];
    if (operation.place.context != place.context || operation.place.partition != place.partition) continue;
    const auto recorded = recorded_.find(operation.key);
    const RecordedCommand* record = recorded == recorded_.end() ? nullptr : &records(place)[recorded->second];
    const bool own =
        record != nullptr && google::protobuf::util::MessageDifferencer::Equals(*record->command, *operation.request.command);
    if (operation.done.has_value()) {
      if (!own || record->idx != operation.idx) Violated(place, operation.idx, absl::StrCat("operation ", i, " is lost"));
      if (!own) continue;
      if (operation.events != EventsText(record->events) || operation.version != record->header->writes(0).version()) {
        Violated(place, operation.idx, absl::StrCat("operation ", i, " was answered with what is not recorded"));
      }
    } else if (own && !operation.unknown && operation.open == 0) {
      Violated(place, record->idx, absl::StrCat("operation ", i, " was refused each time and is recorded"));
    }
    if (!own) continue;
    for (uint64_t idx = record->idx; idx < records(place).size(); ++idx) {
      const log::v1::CommandHeader& header = *records(place)[idx].header;
      // One without events only says how far the importer has read.
      if (!header.has_imports() || records(place)[idx].events.empty()) continue;
      if (header.imports().idx() >= operation.foreign_needed) continue;
      Violated(place, record->idx, absl::StrCat("operation ", i, " was decided before what it had to wait for was imported"));
    }
  }
}

// The log's order must be one in which the calls can have happened: nobody is before what was answered before he asked.
void HistoryCheck::CheckOrder(Place place) {
  std::map<uint64_t, const Operation*> by_idx;
  for (const Operation& operation : judge_.operations()) {
    if (operation.place.context != place.context || operation.place.partition != place.partition) continue;
    const auto recorded = recorded_.find(operation.key);
    if (recorded == recorded_.end()) continue;
    const Operation*& found = by_idx[recorded->second];
    if (found == nullptr || operation.first_sent < found->first_sent) found = &operation;
  }
  uint64_t earliest_answer = kNever;
  for (auto it = by_idx.rbegin(); it != by_idx.rend(); ++it) {
    if (it->second->first_sent > earliest_answer) {
      Violated(place, it->first, "it lies before a command that was answered before it was sent");
    }
    earliest_answer = std::min(earliest_answer, it->second->done.value_or(kNever));
  }
}

void HistoryCheck::CheckImports(Place place) {
  const SimulatedContext& own = Contexts()[place.context];
  std::vector<uint64_t> expected;
  const std::unique_ptr<CaseState> initial = own.model->InitialState();
  for (const RecordedCommand& foreign : records({own.foreign, place.partition})) {
    if (!own.model->React(*initial, foreign, ContextOf(foreign)).empty()) expected.push_back(foreign.idx);
  }
  std::vector<uint64_t> imported;
  uint64_t next = 0;
  for (const RecordedCommand& record : records(place)) {
    if (!record.header->has_imports()) continue;
    const uint64_t idx = record.header->imports().idx();
    if (idx < next) Violated(place, record.idx, "it imports what lies before an earlier import");
    next = idx + 1;
    if (!record.events.empty()) imported.push_back(idx);
  }
  if (imported == expected) return;
  Violated(place, records(place).size(),
           absl::StrCat(imported.size(), " records of the other log were imported, ", expected.size(), " concern this one"));
}

void HistoryCheck::CheckPromises(Place place) {
  for (const Promised& promised : judge_.promised()) {
    if (promised.place.context != place.context || promised.place.partition != place.partition) continue;
    const uint64_t next = promised.watermark.next_idx;
    // Recording times ascend: the next record stands for all later ones.
    if (next < records(place).size() && records(place)[next].recorded_at <= promised.watermark.recorded_until) {
      Violated(place, next, absl::StrCat("a barrier in step ", promised.step, " promised that it is recorded later"));
    }
  }
}

}  // namespace sip

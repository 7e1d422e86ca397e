#include "libs/testing/notes_log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/testing/log_records.h"
#include "libs/testing/notes_context.h"
#include "libs/testing/scenario_text.h"

namespace sip {

const Codec& NotesCodec() {
  static const Codec* const kCodec = [] {
    auto* codec = new Codec();
    codec->AddModel(*MakeContextModel<NotesContext>());
    return codec;
  }();
  return *kCodec;
}

NotesWriter::NotesWriter(EventLog& log, uint32_t partition) : fold_(ExpectedLog{}) {
  auto session = log.Claim(partition, {}, ClaimantInfo{"test", "", ""}, [](const ValidRecordPtr&) { return absl::OkStatus(); });
  SIP_CHECK(session.ok());
  session_ = *std::move(session);
  fold_ = LogFold(ExpectedLog{log.identity().log_id, partition}, session_->claimed().fold);
}

ConsistencyToken NotesWriter::Write(const std::string& name, const std::string& text) {
  sample::v1::NoteEvent event;
  event.mutable_note_written()->set_note_id(NamedId(name).ToString());
  event.mutable_note_written()->set_text(text);
  return WriteEvent(name, event);
}

ConsistencyToken NotesWriter::Erase(const std::string& name) {
  sample::v1::NoteEvent event;
  event.mutable_note_erased()->set_note_id(NamedId(name).ToString());
  return WriteEvent(name, event);
}

ConsistencyToken NotesWriter::WriteEvent(const std::string& name, const sample::v1::NoteEvent& event) {
  const StreamId stream{"note", NamedId(name)};
  const std::vector<NewEvent> events{MakeNewEvent(stream, event)};
  PayloadInput input;
  input.events = &events;
  input.streams = {stream};
  // Payloads differ, so that command ids do.
  const std::string salt = absl::StrCat("salt-", fold_.state().next_idx);
  input.salt = salt;
  const absl::StatusOr<std::string> payload = NotesCodec().EncodePayload(input);
  SIP_CHECK(payload.ok());
  return WritePayload(*payload, stream);
}

ConsistencyToken NotesWriter::WritePayload(const std::string& payload, const StreamId& stream) {
  log::v1::CommandHeader header = NextCommandHeader(fold_.state(), payload);
  log::v1::StreamWrite& write = *header.add_writes();
  write.set_stream(stream.ToString());
  write.set_version(fold_.state().next_idx + 1);
  return Append(MakeCommand(header, payload));
}

ConsistencyToken NotesWriter::Append(const Record& record) {
  ConsistencyToken token{fold_.state().log_id, fold_.state().partition, fold_.state().next_idx, ""};
  std::string leaf;
  const auto verdict = fold_.Step(ViewOf(record), nullptr, &leaf);
  SIP_CHECK(verdict.ok() && *verdict == Verdict::kValid);
  token.leaf_prefix = leaf.substr(0, 8);
  bool durable = false;
  const absl::Status appended =
      session_->Append(Prepared(record), [&](AppendReport report) { durable = report.outcome == AppendOutcome::kDurable; });
  SIP_CHECK(appended.ok() && durable);
  return token;
}

void NotesProjection::Apply(const RecordedCommand& record, ViewBatch& view) const {
  for (const RecordedEvent& event : record.events) {
    const auto& note = static_cast<const sample::v1::NoteEvent&>(*event.event);
    const std::string prefix = absl::StrCat(record.log_name, "/note/");
    const std::string key = absl::StrCat(prefix, event.stream.id.ToString());
    if (note.has_note_written()) {
      view.Put(key, note.note_written().text());
    } else {
      view.Delete(key);
    }
    int count = 0;
    view.Scan(prefix, [&](absl::string_view, absl::string_view) { return ++count > 0; });
    view.Put(absl::StrCat(record.log_name, "/count"), absl::StrCat(count));
  }
}

std::string NoteRowKey(const std::string& log_name, const std::string& name) {
  return absl::StrCat(log_name, "/note/", NamedId(name).ToString());
}

}  // namespace sip

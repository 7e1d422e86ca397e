// Logs of notes for the tests of libraries that read logs: writes real records through a session, and a projection of them.
#ifndef SIP_LIBS_TESTING_NOTES_LOG_H_
#define SIP_LIBS_TESTING_NOTES_LOG_H_

#include <memory>
#include <string>
#include <vector>

#include "libs/codec/codec.h"
#include "libs/eventsourcing/consistency_token.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/projection.h"
#include "sip/sample/v1/notes.pb.h"

namespace sip {

// A codec that knows the notes.
const Codec& NotesCodec();

// Owns one partition of a log and writes notes into it. Crashes when the log does not take a record.
class NotesWriter {
 public:
  NotesWriter(EventLog& log, uint32_t partition);
  // One record: the note of that name gets the text. Returns its place.
  ConsistencyToken Write(const std::string& name, const std::string& text);
  ConsistencyToken Erase(const std::string& name);
  // A record of that stream with these bytes as its payload.
  ConsistencyToken WritePayload(const std::string& payload, const StreamId& stream);

 private:
  ConsistencyToken WriteEvent(const std::string& name, const sample::v1::NoteEvent& event);
  ConsistencyToken Append(const Record& record);

  std::unique_ptr<LogSession> session_;
  LogFold fold_;
};

// Rows: "<log>/note/<note id>" → text; "<log>/count" → how many notes are not erased.
class NotesProjection final : public Projection {
 public:
  explicit NotesProjection(std::vector<std::string> logs, int schema_version = 1)
      : logs_(std::move(logs)), schema_version_(schema_version) {}
  absl::string_view Name() const override { return "notes"; }
  int SchemaVersion() const override { return schema_version_; }
  std::vector<std::string> Logs() const override { return logs_; }
  void Apply(const RecordedCommand& record, ViewBatch& view) const override;

 private:
  const std::vector<std::string> logs_;
  const int schema_version_;
};

// The key of a note's row.
std::string NoteRowKey(const std::string& log_name, const std::string& name);

}  // namespace sip

#endif  // SIP_LIBS_TESTING_NOTES_LOG_H_

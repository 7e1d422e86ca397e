// A log of notes with a long history, and what has to get through it: owners that take over, readers that catch up.
#ifndef SIP_TESTS_BENCHMARK_KAFKA_HISTORY_H_
#define SIP_TESTS_BENCHMARK_KAFKA_HISTORY_H_

#include <cstddef>
#include <memory>
#include <string>

#include "libs/base/clock.h"
#include "libs/codec/codec.h"
#include "libs/engine/context_engine.h"
#include "libs/log_kafka/kafka_log_store.h"
#include "libs/testing/notes_context.h"

namespace sip {

// Writes notes into partition 0 of sip.notes as an owner does, but without deciding: records of one event of about 200 bytes, one
// after the other for many notes and cases. An error ends the program.
class HistoryWriter {
 public:
  // `log` has no commands yet.
  explicit HistoryWriter(EventLog& log) : log_(log) {}
  // Takes the partition over, writes so many records and gives it up.
  void Write(size_t count);

 private:
  PreparedCommand Next(const LogFold& ahead) const;

  EventLog& log_;
  ReaderCheckpoint end_;
};

// What a node has on its disk for the notes, and an engine over it that comes and goes.
class NotesOwner {
 public:
  // `logs` outlives it; `folder` is empty.
  NotesOwner(KafkaLogStore& logs, const std::string& folder);
  ~NotesOwner();

  struct TakeOver {
    double serving_seconds = 0;   // From the claim until commands are taken.
    double answered_seconds = 0;  // From the claim until a first command is answered, which is durable then.
    uint64_t replayed = 0;        // Records behind the store's checkpoint.
  };
  // Takes partition 0 over, and gives it up in good order.
  TakeOver Run();

 private:
  KafkaLogStore& logs_;
  const std::unique_ptr<ContextModel> model_;
  const AgencyDirectory agencies_;
  Clock& clock_ = SystemClock();
  Codec codec_;
  ThreadPool executor_{2};
  ThreadTimer timer_{clock_};
  std::unique_ptr<StreamStore> store_;
};

// How many records a second get through, from the first one to the end of partition 0 of sip.notes, by …
double BareReadRate(const KafkaLogOptions& options);        // … librdkafka's consumer with our settings,
double TailRate(EventLog& log);                             // … a LogTail, which folds them,
double ViewRate(EventLog& log, const std::string& folder);  // … a new view that keeps the text of each note, in `folder`.

}  // namespace sip

#endif  // SIP_TESTS_BENCHMARK_KAFKA_HISTORY_H_

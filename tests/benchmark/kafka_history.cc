#include "tests/benchmark/kafka_history.h"

#include <algorithm>
#include <filesystem>
#include <future>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/sha256.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/log_kafka/partition_fetcher.h"
#include "libs/stream_store/stream_store_rocks.h"
#include "libs/testing/log_records.h"
#include "libs/testing/notes_engine.h"
#include "libs/testing/notes_log.h"
#include "libs/views/view_folder.h"
#include "tests/benchmark/flags.h"
#include "tests/benchmark/in_flight.h"

namespace sip {
namespace {

constexpr size_t kInFlight = 1000;
constexpr size_t kTextBytes = 200;
constexpr uint64_t kCases = 10'000;
constexpr uint64_t kNotes = 100'000;
constexpr size_t kBatchRecords = 500;  // As a view's runner has it.
constexpr absl::Duration kWait = absl::Milliseconds(100);

template <typename T>
T OrDie(absl::StatusOr<T> result) {
  if (!result.ok()) Die(result.status().ToString());
  return *std::move(result);
}

void OrDie(const absl::Status& status) {
  if (!status.ok()) Die(status.ToString());
}

Uuid IdOf(absl::string_view what, uint64_t number) { return MakeUuidV8(Sha256(absl::StrCat(what, number))); }

// Text that does not compress well.
std::string TextOf(uint64_t number) {
  std::string text;
  while (text.size() < kTextBytes) absl::StrAppend(&text, absl::Hex(number = number * 6364136223846793005U + 1442695040888963407U));
  return text;
}

// Row: note id → text.
class TextProjection final : public Projection {
 public:
  absl::string_view Name() const override { return "texts"; }
  int SchemaVersion() const override { return 1; }
  std::vector<std::string> Logs() const override { return {kNotesLog}; }
  void Apply(const RecordedCommand& record, ViewBatch& view) const override {
    for (const RecordedEvent& event : record.events) {
      const auto& note = static_cast<const sample::v1::NoteEvent&>(*event.event);
      view.Put(event.stream.id.ToString(), note.note_written().text());
    }
  }
};

// Writes a new note into a case that has some already.
CommandRequest FirstCommand() {
  auto command = std::make_shared<sample::v1::NoteCommand>();
  CommandRequest request;
  request.request_id = NewUuidV7();
  request.case_id = IdOf("case", 0);
  request.actor.set_agency_id("region-nord");
  sample::v1::WriteNoteRequest& write = *command->mutable_write_note();
  write.set_request_id(request.request_id.ToString());
  write.set_case_id(request.case_id.ToString());
  write.set_note_id(NewUuidV7().ToString());
  write.set_text("The first of a new owner.");
  request.command = std::move(command);
  return request;
}

}  // namespace

PreparedCommand HistoryWriter::Next(const LogFold& ahead) const {
  const uint64_t number = ahead.state().next_idx;
  const StreamId stream{"note", IdOf("note", number % kNotes)};
  sample::v1::NoteEvent event;
  event.mutable_note_written()->set_note_id(stream.id.ToString());
  event.mutable_note_written()->set_text(TextOf(number));
  const std::vector<NewEvent> events{MakeNewEvent(stream, event)};
  const std::string salt = TestId(absl::StrCat("salt", number));
  PayloadInput input;
  input.events = &events;
  input.streams = {stream};
  input.acting_agency = "region-nord";
  input.salt = salt;
  const std::string payload = OrDie(NotesCodec().EncodePayload(input));
  log::v1::CommandHeader header = NextCommandHeader(ahead.state(), payload);
  *header.mutable_recorded_at() = ToProto(std::max(SystemClock().Now(), ahead.state().last_recorded_at + absl::Microseconds(1)));
  header.set_case_id(IdOf("case", number % kCases).ToBytes());
  header.set_acting_agency("region-nord");
  log::v1::StreamWrite& write = *header.add_writes();
  write.set_stream(stream.ToString());
  write.set_version(number / kNotes + 1);
  return OrDie(PreparedCommand::Make(header.SerializeAsString(), payload));
}

void HistoryWriter::Write(size_t count) {
  const auto session =
      OrDie(log_.Claim(0, end_, {"writer", "endpoint", "build"}, [](const ValidRecordPtr&) { return absl::OkStatus(); }));
  LogFold ahead({log_.identity().log_id, 0}, session->claimed().fold);
  InFlight in_flight;
  for (size_t i = 0; i < count; ++i) {
    const PreparedCommand command = Next(ahead);
    if (!ahead.Step(command.facts()).ok()) Die("a note is not the next record");
    in_flight.AwaitAtMost(kInFlight - 1);
    in_flight.Add();
    OrDie(session->Append(command, [&in_flight, this](AppendReport report) {
      if (report.outcome != AppendOutcome::kDurable) Die("a note did not become durable");
      end_.cursor = report.resume_cursor;
      end_.head_cursor = report.record_cursor;
      in_flight.Remove();
    }));
  }
  in_flight.AwaitAtMost(0);
  end_.fold = ahead.state();
}

NotesOwner::NotesOwner(KafkaLogStore& logs, const std::string& folder) : logs_(logs), model_(MakeContextModel<NotesContext>()) {
  codec_.AddModel(*model_);
  std::filesystem::create_directories(folder);
  store_ = NewRocksStreamStore(OrDie(RocksDatabase::Open({.path = folder})));
}

NotesOwner::~NotesOwner() = default;

NotesOwner::TakeOver NotesOwner::Run() {
  const EngineParts parts{*model_,
                          *logs_.log(kNotesLog),
                          *store_,
                          codec_,
                          clock_,
                          executor_,
                          timer_,
                          absl::UTCTimeZone(),
                          agencies_,
                          [] { return std::make_shared<EmptyRuleSets>(); },
                          ClaimantInfo{"node", "endpoint", "build"},
                          EngineOptions{}};
  ContextEngine engine(parts, {{kConsentsLog, logs_.log(kConsentsLog)}}, codec_);
  const absl::Duration begun = MonotonicNow();
  OrDie(engine.Start());
  const absl::Duration serving = MonotonicNow();
  std::promise<absl::Status> answered;
  engine.Execute(FirstCommand(), [&](const absl::StatusOr<CommandAnswer>& answer) { answered.set_value(answer.status()); });
  OrDie(answered.get_future().get());
  const absl::Duration ended = MonotonicNow();
  std::promise<void> down;
  engine.Shutdown([&] { down.set_value(); });
  down.get_future().wait();
  return {absl::ToDoubleSeconds(serving - begun), absl::ToDoubleSeconds(ended - begun), engine.partition_status(0).replayed};
}

double BareReadRate(const KafkaLogOptions& options) {
  const KafkaPtr<rd_kafka_t> client = OrDie(NewKafkaClient(RD_KAFKA_CONSUMER, OrDie(PartitionFetcher::Settings(options))));
  rd_kafka_poll_set_consumer(client.get());
  const KafkaPtr<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), options.TopicOf(kNotesLog).c_str(), 0)->offset = 0;
  const absl::Duration begun = MonotonicNow();
  OrDie(KafkaStatus(rd_kafka_assign(client.get(), list.get()), "assign"));
  for (size_t records = 0;; ++records) {
    const KafkaPtr<rd_kafka_message_t> message(rd_kafka_consumer_poll(client.get(), 10'000));
    if (message == nullptr) Die("a bare consumer gets nothing");
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      return static_cast<double>(records) / absl::ToDoubleSeconds(MonotonicNow() - begun);
    }
    OrDie(KafkaStatus(message->err, "a bare consumer"));
  }
}

double TailRate(EventLog& log) {
  const absl::Duration begun = MonotonicNow();
  const auto tail = OrDie(log.Tail({{0, {}}}));
  size_t records = 0;
  while (true) {
    const TailBatch batch = OrDie(tail->Read(kBatchRecords, kWait));
    records += batch.records.size();
    if (batch.at_end) return static_cast<double>(records) / absl::ToDoubleSeconds(MonotonicNow() - begun);
  }
}

double ViewRate(EventLog& log, const std::string& folder) {
  std::filesystem::remove_all(folder);
  const TextProjection projection;
  const absl::Duration begun = MonotonicNow();
  const auto store = OrDie(OpenOrRebuildView({projection, {&log}, NotesCodec()}, folder, nullptr));
  const absl::Duration took = MonotonicNow() - begun;
  return static_cast<double>(OrDie(store->Checkpoints()).front().checkpoint.fold.next_idx) / absl::ToDoubleSeconds(took);
}

}  // namespace sip

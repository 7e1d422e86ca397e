// What it costs to store and read one small event.

#include "benchmark/benchmark.h"
#include "libs/base/check.h"
#include "libs/base/sha256.h"
#include "libs/codec/codec.h"
#include "libs/testing/notes_context.h"
#include "libs/testing/scenario_text.h"

namespace sip {
namespace {

struct Sample {
  Sample() {
    codec.AddModel(*MakeContextModel<NotesContext>());
    auto& request = *command.mutable_write_note();
    request.set_request_id(NamedId("request").ToString());
    request.set_case_id(NamedId("case").ToString());
    request.set_text("Ring Karl på måndag, helst före lunch, och fråga hur natten var.");
    sample::v1::NoteEvent event;
    event.mutable_note_written()->set_note_id(NamedId("note").ToString());
    event.mutable_note_written()->set_text(request.text());
    auto& remark = *event.mutable_note_written()->add_remarks();
    remark.set_agency_id("kommun-a");
    remark.set_text("Hon hör dåligt.");
    decision.mutable_actor()->set_agency_id("region-nord");
    decision.mutable_actor()->set_person_id("SE2321000016-1003");
    events.push_back(MakeNewEvent(StreamId{"note", NamedId("note")}, event));
    input.command = &command;
    input.decision = &decision;
    input.events = &events;
    input.streams = {StreamId{"note", NamedId("note")}};
    input.acting_agency = "region-nord";
    input.salt = "0123456789abcdef";
  }

  Codec codec;
  sample::v1::NoteCommand command;
  log::v1::DecisionRecord decision;
  std::vector<NewEvent> events;
  PayloadInput input;
};

void Encode(benchmark::State& state) {
  const Sample sample;
  for (auto _ : state) benchmark::DoNotOptimize(sample.codec.EncodePayload(sample.input));
}
BENCHMARK(Encode);

void Decode(benchmark::State& state) {
  const Sample sample;
  ValidRecord record;
  record.payload = *sample.codec.EncodePayload(sample.input);
  log::v1::CommandHeader header;
  header.set_payload_sha256(Sha256(record.payload));
  auto& write = *header.add_writes();
  write.set_stream(sample.input.streams[0].ToString());
  write.set_version(1);
  record.header = StoredHeader(header.SerializeAsString());
  for (auto _ : state) {
    const auto decoded = sample.codec.Decode(record, "sip.notes", {});
    SIP_CHECK(decoded.ok());
  }
}
BENCHMARK(Decode);

}  // namespace
}  // namespace sip

BENCHMARK_MAIN();

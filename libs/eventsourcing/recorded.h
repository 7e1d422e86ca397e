// A valid command of a log, decoded: what projections, imports and streams are folded from.
#ifndef SIP_LIBS_EVENTSOURCING_RECORDED_H_
#define SIP_LIBS_EVENTSOURCING_RECORDED_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/eventsourcing/stream.h"
#include "sip/log/v1/record.pb.h"

namespace sip {

// One event in its stream. `event` is the stream type's wrapper, such as sip.plans.v1.PlanEvent, with exactly one kind set.
struct RecordedEvent {
  StreamId stream;
  uint64_t version = 0;  // Of the stream after the record; events of one record share it.
  std::shared_ptr<const google::protobuf::Message> event;
};

// The message in which nothing is set.
template <typename Message>
std::shared_ptr<const Message> NothingSet() {
  return {std::shared_ptr<void>(), &Message::default_instance()};
}

// One record. Immutable once made; shared freely between threads.
struct RecordedCommand {
  std::string log_name;
  uint32_t partition = 0;
  uint64_t idx = 0;
  std::string leaf;  // 32 bytes.
  // Shared with the record as it is stored. Never null.
  std::shared_ptr<const log::v1::CommandHeader> header = NothingSet<log::v1::CommandHeader>();
  absl::Time recorded_at;
  std::vector<RecordedEvent> events;
  // The context's command wrapper (such as sip.plans.v1.PlanCommand) as received; null for an import, or where the reader did not
  // ask for it.
  std::shared_ptr<const google::protobuf::Message> command;
  // What else Decide was given; nothing where the reader did not ask for it. Never null.
  std::shared_ptr<const log::v1::DecisionRecord> decision = NothingSet<log::v1::DecisionRecord>();
};

// What Evolve learns besides the event.
struct EventMeta {
  absl::Time recorded_at;
  common::v1::Occurred occurred_at;  // An instant equal to recorded_at if the caller said nothing.
  std::string acting_agency;         // Empty for imports.
  uint64_t stream_version = 0;
};

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_RECORDED_H_

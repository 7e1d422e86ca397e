// The stored form of commands and events: payloads are made of parts (proto/sip/log/v1/record.proto, docs/log-format.md), and only
// this library makes and reads them. It is also the only place that meets kinds that this program does not know.
//
//   Codec codec;
//   codec.AddModel(*plans);  // And every other context whose log is read.
//   codec.EncodePayload({&command, &decision, &events, streams, "region-nord", salt});
//   codec.Decode(valid_record, "sip.plans", {.command = true});
#ifndef SIP_LIBS_CODEC_CODEC_H_
#define SIP_LIBS_CODEC_CODEC_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/codec/content_split.h"
#include "libs/eventsourcing/context_model.h"
#include "libs/eventsourcing/decider.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/recorded.h"
#include "sip/log/v1/record.pb.h"

namespace sip {

// Limits of one record, checked before it is appended.
inline constexpr size_t kMaxRequestBytes = 256 << 10;
inline constexpr size_t kMaxContentBytes = 1 << 20;
// Of the record's limit (kMaxRecordBytes), what is kept for frame and header.
inline constexpr size_t kReservedHeaderBytes = 128 << 10;

// What a payload is made from. Everything that is pointed to must outlive the call.
struct PayloadInput {
  // The context's command wrapper with its kind set; null for an import.
  const google::protobuf::Message* command = nullptr;
  // Null: no context part.
  const log::v1::DecisionRecord* decision = nullptr;
  // In order; null for none.
  const std::vector<NewEvent>* events = nullptr;
  // The streams of CommandHeader.writes, in their order; every event's stream is one of them.
  std::vector<StreamId> streams;
  // Owner of content whose message names none; for an import, the agency that acted in the foreign record.
  absl::string_view acting_agency;
  // 16 random bytes.
  absl::string_view salt;
};

// What a reader wants of a record, besides its events.
struct DecodeOptions {
  bool command = false;   // Also the command as received.
  bool decision = false;  // Also what else Decide was given.
};

// Add everything first; then thread-safe.
class Codec {
 public:
  // Fills `wrapper` (a fresh event wrapper) with what an event of an old kind says today. Total, and sets a kind.
  using Upcast = std::function<void(const google::protobuf::Message& old_event, google::protobuf::Message& wrapper)>;

  Codec();
  // Knows the kinds of these wrappers.
  Codec(const std::vector<const google::protobuf::Message*>& command_wrappers,
        const std::vector<const google::protobuf::Message*>& event_wrappers);
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  // A wrapper is a message with one oneof of messages; a kind is the full name of one of these. Adding a wrapper again changes
  // nothing; crashes if a kind is in two wrappers of the same sort.
  void AddCommands(const google::protobuf::Message& wrapper);
  void AddEvents(const google::protobuf::Message& wrapper);
  // All wrappers of a context.
  void AddModel(const ContextModel& model);
  // A kind that is no longer written: it is read as what `upcast` makes of it. Its message stays in the .proto for ever.
  void AddOldKind(const google::protobuf::Message& old_event, const google::protobuf::Message& wrapper, Upcast upcast);

  // The serialized Payload. A LIMIT_EXCEEDED rejection if request, content or record would be too large.
  absl::StatusOr<std::string> EncodePayload(const PayloadInput& input) const;

  // Joins skeletons and content. Absent content is no error: what it completes is then a skeleton. DATA_LOSS if the payload does
  // not match its digest or is not what the format says; UNIMPLEMENTED, naming the kind, for a kind that is not known here;
  // FAILED_PRECONDITION for a key that is not here.
  absl::StatusOr<RecordedCommand> Decode(const ValidRecord& record, absl::string_view log_name, const DecodeOptions& options) const;

  // The events of a record, decoded once for all that hold it: without command and decision. All who ask know the same kinds.
  absl::StatusOr<std::shared_ptr<const RecordedCommand>> DecodeShared(const ValidRecord& record, absl::string_view log_name) const;

  // All event kinds that can be read, old ones too, sorted.
  std::vector<std::string> KnownEventKinds() const;

 private:
  struct Kind {
    const google::protobuf::Message* inner = nullptr;          // Prototype of the stored message.
    const google::protobuf::Message* wrapper = nullptr;        // Prototype of what it is delivered in.
    const google::protobuf::FieldDescriptor* field = nullptr;  // Its place there; null for an old kind.
    Upcast upcast;                                             // Of an old kind.
  };
  using Kinds = absl::flat_hash_map<std::string, Kind>;
  class Encoder;
  class Decoder;

  void AddWrapper(const google::protobuf::Message& wrapper, Kinds& kinds);
  // The message in the wrapper. Crashes if the wrapper was not added or has no kind: that is a defect of ours.
  const google::protobuf::Message& InnerOf(const google::protobuf::Message& wrapper) const;

  ContentSplitter splitter_;
  absl::flat_hash_map<const google::protobuf::Descriptor*, const google::protobuf::OneofDescriptor*> wrappers_;
  Kinds commands_;
  Kinds events_;
};

}  // namespace sip

#endif  // SIP_LIBS_CODEC_CODEC_H_

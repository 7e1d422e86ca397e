// Commands, decisions and events to payloads and back: which message a part holds, which fields are content, which kinds are known.
// The only place that meets kinds which this program does not know.
#ifndef SIP_LIBS_CODEC_CODEC_H_
#define SIP_LIBS_CODEC_CODEC_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "libs/eventsourcing/decider.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/recorded.h"
#include "sip/log/v1/record.pb.h"

namespace sip {

// What a payload is made of.
struct PayloadInput {
  // The context's command wrapper with its kind set; null for an import.
  const google::protobuf::Message* command = nullptr;
  const log::v1::DecisionRecord* decision = nullptr;
  // In order; `streams` names the entries of CommandHeader.writes, in their order.
  const std::vector<NewEvent>* events = nullptr;
  std::vector<StreamId> streams;
  // Owner of content whose message names none.
  absl::string_view acting_agency;
  // 16 random bytes.
  absl::string_view salt;
};

// What a reader wants of a record.
struct DecodeOptions {
  bool command = false;   // Also the command as received.
  bool decision = false;  // Also what else Decide was given.
};

// Thread-safe once all kinds are registered.
class Codec {
 public:
  // Knows the kinds of these wrappers: for each field of their oneof, the full name of its message.
  Codec(const std::vector<const google::protobuf::Message*>& command_wrappers,
        const std::vector<const google::protobuf::Message*>& event_wrappers);
  ~Codec();
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  // The serialized Payload. A LIMIT_EXCEEDED rejection if request, content or record are too large.
  absl::StatusOr<std::string> EncodePayload(const PayloadInput& input) const;

  // Joins skeletons and content. UNIMPLEMENTED (naming the kind) for a kind that is not registered, DATA_LOSS for a payload that does
  // not match its digest or cannot be parsed, FAILED_PRECONDITION for a key that is not here. Absent content is no error.
  absl::StatusOr<RecordedCommand> Decode(const ValidRecord& record, absl::string_view log_name, const DecodeOptions& options) const;

  // The kinds of a record's events, without decoding them. DATA_LOSS if the payload cannot be parsed.
  static absl::StatusOr<std::vector<std::string>> EventKinds(const ValidRecord& record);

 private:
  class Registry;
  std::unique_ptr<const Registry> registry_;
};

}  // namespace sip

#endif  // SIP_LIBS_CODEC_CODEC_H_

// Messages with random fields, by reflection: the same for the same seed. For properties that must hold whatever a message says.
#ifndef SIP_LIBS_TESTING_RANDOM_MESSAGE_H_
#define SIP_LIBS_TESTING_RANDOM_MESSAGE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace sip {

struct RandomMessageOptions {
  int max_items = 3;  // Of a repeated field.
  int max_depth = 6;  // Of nested messages.
  // Times are real ones, ids mostly canonical UUIDs, enums mostly known values: what a decider could have written. Otherwise
  // anything that can be parsed.
  bool plausible = true;
  // Ids to choose from besides the library's own.
  std::vector<std::string> ids{};
  // Fields that the type does not have appear here and there.
  bool unknown_fields = false;
};

// Fills the message. Exactly one field of each oneof is set at the root; elsewhere at most one. Ids and agencies come from small
// pools, so that messages refer to each other.
void FillRandomly(uint64_t seed, const RandomMessageOptions& options, google::protobuf::Message& message);

// A new message of the prototype's type.
std::unique_ptr<google::protobuf::Message> RandomMessage(uint64_t seed, const google::protobuf::Message& prototype,
                                                         const RandomMessageOptions& options = {});

template <typename M>
M RandomMessage(uint64_t seed, const RandomMessageOptions& options = {}) {
  M message;
  FillRandomly(seed, options, message);
  return message;
}

}  // namespace sip

#endif  // SIP_LIBS_TESTING_RANDOM_MESSAGE_H_

// The one list of what lies in logs: the wrappers of all events and commands of all contexts. Add a new stream type's here; a test
// compares the list with the .proto files.
#ifndef SIP_TESTS_GOLDEN_STORED_TYPES_H_
#define SIP_TESTS_GOLDEN_STORED_TYPES_H_

#include <vector>

#include "google/protobuf/message.h"

namespace sip {

// Prototypes, which live for ever.
std::vector<const google::protobuf::Message*> EventWrappers();
std::vector<const google::protobuf::Message*> CommandWrappers();

}  // namespace sip

#endif  // SIP_TESTS_GOLDEN_STORED_TYPES_H_

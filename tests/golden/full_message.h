// Messages in which every field is set, the same ones every time: the samples whose stored bytes are approved.
#ifndef SIP_TESTS_GOLDEN_FULL_MESSAGE_H_
#define SIP_TESTS_GOLDEN_FULL_MESSAGE_H_

#include "google/protobuf/message.h"

namespace sip {

// How many variants it takes until every alternative of every oneof below the type was chosen.
int VariantsOf(const google::protobuf::Descriptor* type);

// Sets every field: of each oneof the alternative that the variant chooses, of repeated fields two values or one message. A message
// within a message of its own type is left out.
void FillFully(int variant, google::protobuf::Message& message);

}  // namespace sip

#endif  // SIP_TESTS_GOLDEN_FULL_MESSAGE_H_

// Questions that tests ask of a command or event wrapper (a message with one oneof of messages) by reflection.
#ifndef SIP_LIBS_TESTING_WRAPPER_H_
#define SIP_LIBS_TESTING_WRAPPER_H_

#include <algorithm>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace sip {

// The field of the wrapper's oneof that is set; null if none, or if the message is no wrapper.
inline const google::protobuf::FieldDescriptor* KindOf(const google::protobuf::Message& wrapper) {
  if (wrapper.GetDescriptor()->oneof_decl_count() != 1) return nullptr;
  return wrapper.GetReflection()->GetOneofFieldDescriptor(wrapper, wrapper.GetDescriptor()->oneof_decl(0));
}

// Its name, such as "plan_established".
inline std::string KindName(const google::protobuf::Message& wrapper) {
  const google::protobuf::FieldDescriptor* kind = KindOf(wrapper);
  return kind == nullptr ? "(no kind)" : kind->name();
}

// Whether the message is of the type of one of the prototypes.
inline bool OneOf(const std::vector<const google::protobuf::Message*>& prototypes, const google::protobuf::Message& message) {
  return std::any_of(prototypes.begin(), prototypes.end(), [&](const google::protobuf::Message* prototype) {
    return prototype->GetDescriptor() == message.GetDescriptor();
  });
}

}  // namespace sip

#endif  // SIP_LIBS_TESTING_WRAPPER_H_

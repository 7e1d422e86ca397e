// Builds a command's response from what was recorded, by the names of its fields, so that a service author writes nothing for the
// usual one:
//
//   stream_version, consistency_token   from the answer
//   case_id                             from the record's header
//   <type>_id                           the stream <type>/<id> that the record writes ("rule_set_id": rule-set/<id>), unless that
//                                       stream has the case's own id; else the field of that name of the first event that has one;
//                                       else the request's own field of that name
//   any other field                     the first event's field of the same name and type; unset for a command without events
#ifndef SIP_LIBS_RPC_COMMAND_RESPONSE_H_
#define SIP_LIBS_RPC_COMMAND_RESPONSE_H_

#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/engine/command_executor.h"

namespace sip {

// What is known of a response type, worked out once. Thread-safe.
class CommandResponseRules {
 public:
  // Crashes if the type lacks stream_version or consistency_token: the API's convention is broken.
  explicit CommandResponseRules(const google::protobuf::Descriptor& type);
  void Fill(const CommandAnswer& answer, google::protobuf::Message& response) const;

 private:
  struct IdField {
    const google::protobuf::FieldDescriptor* field;
    std::string stream_type;
  };
  const google::protobuf::FieldDescriptor* stream_version_;
  const google::protobuf::FieldDescriptor* consistency_token_;
  const google::protobuf::FieldDescriptor* case_id_;  // Null if the response has none.
  std::vector<IdField> ids_;
  std::vector<const google::protobuf::FieldDescriptor*> others_;
};

}  // namespace sip

#endif  // SIP_LIBS_RPC_COMMAND_RESPONSE_H_

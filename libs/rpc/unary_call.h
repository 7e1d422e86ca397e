// One unary call: its context, and the one answer that it gets.
#ifndef SIP_LIBS_RPC_UNARY_CALL_H_
#define SIP_LIBS_RPC_UNARY_CALL_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "libs/rpc/method_stats.h"
#include "libs/rpc/validate.h"

namespace sip {

// The steps before any handler runs, the same for unary and streaming calls: admission, metadata, identity, deadline, size,
// parsing, validation.
absl::Status BeginCall(const grpc::CallbackServerContext& server_context, const grpc::ByteBuffer& bytes, const RequestRules& rules,
                       bool streaming, CallRecord& record, google::protobuf::Message& request);

// Serializes without copying twice.
grpc::ByteBuffer ToByteBuffer(const google::protobuf::Message& message);

// Owned by whoever has to answer: one that is destroyed unanswered answers INTERNAL, so that no caller waits for ever.
class UnaryCall {
 public:
  UnaryCall(MethodStats& stats, const CallEnvironment& environment, grpc::CallbackServerContext& server_context,
            grpc::ByteBuffer& response);
  ~UnaryCall();
  UnaryCall(const UnaryCall&) = delete;
  UnaryCall& operator=(const UnaryCall&) = delete;

  grpc::ServerUnaryReactor* reactor() const { return reactor_; }
  const CallContext& context() const { return record_.context; }
  absl::Status Begin(const grpc::ByteBuffer& bytes, const RequestRules& rules, google::protobuf::Message& request);
  // One of them, once. A response is a message, or the bytes of one.
  void Succeed(const google::protobuf::Message& response);
  void Succeed(absl::string_view response);
  void Fail(const absl::Status& status);

 private:
  void Answer(grpc::ByteBuffer response);

  grpc::CallbackServerContext& server_context_;
  grpc::ByteBuffer& response_;
  grpc::ServerUnaryReactor* const reactor_;
  CallRecord record_;
  bool answered_ = false;
};

}  // namespace sip

#endif  // SIP_LIBS_RPC_UNARY_CALL_H_

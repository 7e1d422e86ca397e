#include "libs/rpc/unary_call.h"

#include <grpcpp/support/slice.h>

#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/rpc/metadata.h"
#include "libs/rpc/request_reader.h"
#include "libs/rpc/status.h"

namespace sip {
namespace {

absl::Status ToSingleSlice(const grpc::ByteBuffer& bytes, grpc::Slice& slice) {
  if (bytes.Length() == 0 || bytes.TrySingleSlice(&slice).ok() || bytes.DumpToSingleSlice(&slice).ok()) return absl::OkStatus();
  return absl::InternalError("a request's buffer cannot be read");
}

}  // namespace

absl::Status BeginCall(const grpc::CallbackServerContext& server_context, const grpc::ByteBuffer& bytes, const RequestRules& rules,
                       bool streaming, CallRecord& record, google::protobuf::Message& request) {
  const CallEnvironment& environment = record.environment();
  record.request_bytes = bytes.Length();
  SIP_RETURN_IF_ERROR(ReadCallContext(server_context, environment, record.begun(), streaming, record.context));
  if (environment.stopping) return RejectionStatus(Reason::REASON_SHUTTING_DOWN);
  if (!record.admitted()) return RejectionStatus(Reason::REASON_OVERLOADED);
  SIP_RETURN_IF_ERROR(CheckRequestSize(bytes.Length(), environment.limits));
  grpc::Slice slice;
  SIP_RETURN_IF_ERROR(ToSingleSlice(bytes, slice));
  const absl::string_view view(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return ReadRequest(view, rules, environment.limits, request);
}

grpc::ByteBuffer ToByteBuffer(const google::protobuf::Message& message) {
  const size_t size = message.ByteSizeLong();
  grpc::Slice slice(size);
  // A fresh slice is ours to write to, although gRPC has no writable view of one.
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

UnaryCall::UnaryCall(MethodStats& stats, const CallEnvironment& environment, grpc::CallbackServerContext& server_context,
                     grpc::ByteBuffer& response)
    : server_context_(server_context),
      response_(response),
      reactor_(server_context.DefaultReactor()),
      record_(stats, environment) {}

UnaryCall::~UnaryCall() {
  if (!answered_) Fail(absl::InternalError("a handler dropped its call"));
}

absl::Status UnaryCall::Begin(const grpc::ByteBuffer& bytes, const RequestRules& rules, google::protobuf::Message& request) {
  return BeginCall(server_context_, bytes, rules, /*streaming=*/false, record_, request);
}

void UnaryCall::Succeed(const google::protobuf::Message& response) { Answer(ToByteBuffer(response)); }

void UnaryCall::Succeed(absl::string_view response) {
  const grpc::Slice slice(response.data(), response.size());
  Answer(grpc::ByteBuffer(&slice, 1));
}

void UnaryCall::Answer(grpc::ByteBuffer response) {
  SIP_CHECK(!answered_);
  answered_ = true;
  response_.Swap(&response);
  record_.response_bytes = response_.Length();
  record_.Close(absl::OkStatus());
  reactor_->Finish(grpc::Status::OK);
}

void UnaryCall::Fail(const absl::Status& status) {
  SIP_CHECK(!answered_);
  answered_ = true;
  record_.Close(status);
  reactor_->Finish(ToGrpcStatus(status, record_.context.language, record_.context.correlation_id));
}

}  // namespace sip

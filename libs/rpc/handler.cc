#include "libs/rpc/handler.h"

#include <grpcpp/impl/codegen/server_callback_handlers.h>

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "libs/base/check.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/rpc/command_response.h"
#include "libs/rpc/status.h"
#include "libs/rpc/unary_call.h"

namespace sip {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using grpc::ByteBuffer;
using UnaryHandler = grpc::internal::CallbackUnaryHandler<ByteBuffer, ByteBuffer>;
using StreamHandler = grpc::internal::CallbackServerStreamingHandler<ByteBuffer, ByteBuffer>;

// --- queries ---

class QueryMethod {
 public:
  explicit QueryMethod(QuerySpec spec) : spec_(std::move(spec)), rules_(*spec_.request->GetDescriptor()) {}

  void Run(std::unique_ptr<UnaryCall> call, const ByteBuffer& bytes) const {
    MessagePtr request(spec_.request->New());
    if (const absl::Status status = call->Begin(bytes, rules_, *request); !status.ok()) return call->Fail(status);
    const CallContext& context = call->context();
    const Message& asked = *request;
    spec_.run(context, asked, [call = std::move(call), request = std::move(request)](absl::StatusOr<QueryAnswer> answer) mutable {
      if (!answer.ok()) return call->Fail(answer.status());
      if (const MessagePtr* response = std::get_if<MessagePtr>(&*answer)) return call->Succeed(**response);
      call->Succeed(std::get<std::string>(*answer));
    });
  }

 private:
  const QuerySpec spec_;
  const RequestRules rules_;
};

// --- commands ---

// The one field of the wrapper's oneof that holds a kind.
const FieldDescriptor* FieldOfKind(const Descriptor& wrapper, const Descriptor& kind) {
  const FieldDescriptor* found = nullptr;
  for (int i = 0; i < wrapper.field_count(); ++i) {
    const FieldDescriptor* field = wrapper.field(i);
    if (field->containing_oneof() == nullptr || field->message_type() != &kind) continue;
    SIP_CHECK(found == nullptr);  // Two kinds of one type cannot be told apart.
    found = field;
  }
  SIP_CHECK(found != nullptr);  // The RPC's request is no kind of this wrapper.
  return found;
}

// The common fields of a command request; null where the request has none.
struct CommonFields {
  explicit CommonFields(const Descriptor& request)
      : request_id(request.FindFieldByName("request_id")),
        case_id(request.FindFieldByName("case_id")),
        expected_stream_version(request.FindFieldByName("expected_stream_version")),
        occurred_at(request.FindFieldByName("occurred_at")) {
    SIP_CHECK(request_id != nullptr && request_id->type() == FieldDescriptor::TYPE_STRING);
    SIP_CHECK(case_id == nullptr || case_id->type() == FieldDescriptor::TYPE_STRING);
    SIP_CHECK(expected_stream_version == nullptr || expected_stream_version->has_presence());
    SIP_CHECK(occurred_at == nullptr || occurred_at->message_type() == common::v1::Occurred::descriptor());
  }

  const FieldDescriptor* request_id;
  const FieldDescriptor* case_id;
  const FieldDescriptor* expected_stream_version;
  const FieldDescriptor* occurred_at;
};

// Validated before: empty only where it is optional.
Uuid UuidOf(const Message& message, const FieldDescriptor* field) {
  if (field == nullptr) return Uuid();
  std::string scratch;
  return Uuid::Parse(message.GetReflection()->GetStringReference(message, field, &scratch)).value_or(Uuid());
}

class CommandMethod {
 public:
  explicit CommandMethod(CommandSpec spec)
      : spec_(std::move(spec)),
        kind_field_(FieldOfKind(*spec_.wrapper->GetDescriptor(), *spec_.kind)),
        request_field_(spec_.kind == spec_.request ? nullptr : spec_.kind->FindFieldByName("request")),
        common_(*spec_.request),
        rules_(*spec_.request),
        response_rules_(*spec_.response->GetDescriptor()) {
    SIP_CHECK(spec_.kind == spec_.request || (request_field_ != nullptr && request_field_->message_type() == spec_.request));
  }

  void Run(std::unique_ptr<UnaryCall> call, const ByteBuffer& bytes) const {
    std::shared_ptr<Message> command(spec_.wrapper->New());
    Message& kind = *command->GetReflection()->MutableMessage(command.get(), kind_field_);
    Message& request = request_field_ == nullptr ? kind : *kind.GetReflection()->MutableMessage(&kind, request_field_);
    if (const absl::Status status = call->Begin(bytes, rules_, request); !status.ok()) return call->Fail(status);
    if (!spec_.prepare) return Execute(std::move(call), std::move(command), request);
    const CallContext& context = call->context();
    spec_.prepare(context, kind,
                  [this, &request, call = std::move(call), command = std::move(command)](const absl::Status& status) mutable {
                    if (!status.ok()) return call->Fail(status);
                    Execute(std::move(call), std::move(command), request);
                  });
  }

 private:
  void Execute(std::unique_ptr<UnaryCall> call, std::shared_ptr<const Message> command, const Message& request) const {
    CommandRequest to_execute = ToCommandRequest(call->context(), std::move(command), request);
    spec_.executor->Execute(std::move(to_execute), [this, call = std::move(call)](absl::StatusOr<CommandAnswer> answer) {
      if (!answer.ok()) return call->Fail(answer.status());
      const MessagePtr response(spec_.response->New());
      response_rules_.Fill(*answer, *response);
      if (spec_.respond) spec_.respond(*answer->record, *response);
      call->Succeed(*response);
    });
  }

  CommandRequest ToCommandRequest(const CallContext& context, std::shared_ptr<const Message> command,
                                  const Message& request) const {
    const google::protobuf::Reflection& reflection = *request.GetReflection();
    CommandRequest result;
    result.command = std::move(command);
    result.request_id = UuidOf(request, common_.request_id);
    result.case_id = UuidOf(request, common_.case_id);
    if (common_.expected_stream_version != nullptr && reflection.HasField(request, common_.expected_stream_version)) {
      result.expected_stream_version = reflection.GetUInt64(request, common_.expected_stream_version);
    }
    if (common_.occurred_at != nullptr && reflection.HasField(request, common_.occurred_at)) {
      result.occurred_at = static_cast<const common::v1::Occurred&>(reflection.GetMessage(request, common_.occurred_at));
    }
    result.actor = context.actor;
    result.correlation_id = context.correlation_id.ToBytes();
    result.trace_id = context.trace_id;
    result.span_id = context.span_id;
    result.tokens = context.tokens;
    result.fresh = spec_.fresh;
    result.deadline = context.deadline;
    return result;
  }

  const CommandSpec spec_;
  const FieldDescriptor* const kind_field_;
  const FieldDescriptor* const request_field_;  // Null if the kind is the request.
  const CommonFields common_;
  const RequestRules rules_;
  const CommandResponseRules response_rules_;
};

template <typename Method, typename Spec>
grpc::internal::MethodHandler* NewUnaryHandler(Spec spec, MethodStats& stats, const CallEnvironment& environment) {
  auto method = std::make_shared<const Method>(std::move(spec));
  return new UnaryHandler([method, &stats, &environment](grpc::CallbackServerContext* context, const ByteBuffer* request,
                                                         ByteBuffer* response) -> grpc::ServerUnaryReactor* {
    auto call = std::make_unique<UnaryCall>(stats, environment, *context, *response);
    grpc::ServerUnaryReactor* const reactor = call->reactor();
    method->Run(std::move(call), *request);
    return reactor;
  });
}

// --- streams ---

struct StreamMethod {
  explicit StreamMethod(StreamSpec stream_spec) : spec(std::move(stream_spec)), rules(*spec.request->GetDescriptor()) {}
  const StreamSpec spec;
  const RequestRules rules;
};

// Asks the source for one message, writes it, asks for the next. Deletes itself when gRPC is done with it.
class StreamCall final : public grpc::ServerWriteReactor<ByteBuffer> {
 public:
  StreamCall(const StreamMethod& method, MethodStats& stats, const CallEnvironment& environment,
             const grpc::CallbackServerContext& server_context, const ByteBuffer& bytes)
      : record_(stats, environment), request_(method.spec.request->New()) {
    if (const absl::Status status = Open(method, server_context, bytes); !status.ok()) {
      End(status);
    } else {
      Pull();
    }
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the caller has gone"));
    Pull();
  }
  void OnCancel() override {
    if (const auto source = Source(); source != nullptr) source->Cancel();
  }
  void OnDone() override { delete this; }

 private:
  absl::Status Open(const StreamMethod& method, const grpc::CallbackServerContext& server_context, const ByteBuffer& bytes) {
    SIP_RETURN_IF_ERROR(BeginCall(server_context, bytes, method.rules, /*streaming=*/true, record_, *request_));
    SIP_ASSIGN_OR_RETURN(auto source, method.spec.open(record_.context, *request_));
    const MutexLock lock(mutex_);
    source_ = std::move(source);
    return absl::OkStatus();
  }

  std::shared_ptr<StreamSource<MessagePtr>> Source() {
    const MutexLock lock(mutex_);
    return source_;
  }

  void Pull() {
    // Kept alive until Next has returned: gRPC may be done with this call, and delete it, before.
    const std::shared_ptr<StreamSource<MessagePtr>> source = Source();
    source->Next([this](absl::StatusOr<std::optional<MessagePtr>> next) {
      if (!next.ok()) return End(next.status());
      if (!next->has_value()) return End(absl::OkStatus());
      buffer_ = ToByteBuffer(***next);
      record_.response_bytes += buffer_.Length();
      StartWrite(&buffer_);
    });
  }

  // The last that happens to this object on our side: once, with no Next and no write under way.
  void End(const absl::Status& status) {
    record_.Close(status);
    Finish(status.ok() ? grpc::Status::OK : ToGrpcStatus(status, record_.context.language, record_.context.correlation_id));
  }

  CallRecord record_;
  const MessagePtr request_;
  Mutex mutex_;
  std::shared_ptr<StreamSource<MessagePtr>> source_ ABSL_GUARDED_BY(mutex_);  // A cancellation comes on a thread of gRPC's own.
  ByteBuffer buffer_;
};

}  // namespace

grpc::internal::MethodHandler* NewQueryHandler(QuerySpec spec, MethodStats& stats, const CallEnvironment& environment) {
  return NewUnaryHandler<QueryMethod>(std::move(spec), stats, environment);
}

grpc::internal::MethodHandler* NewCommandHandler(CommandSpec spec, MethodStats& stats, const CallEnvironment& environment) {
  return NewUnaryHandler<CommandMethod>(std::move(spec), stats, environment);
}

grpc::internal::MethodHandler* NewStreamHandler(StreamSpec spec, MethodStats& stats, const CallEnvironment& environment) {
  auto method = std::make_shared<const StreamMethod>(std::move(spec));
  return new StreamHandler([method, &stats, &environment](grpc::CallbackServerContext* context,
                                                          const ByteBuffer* request) -> grpc::ServerWriteReactor<ByteBuffer>* {
    return new StreamCall(*method, stats, environment, *context, *request);
  });
}

}  // namespace sip

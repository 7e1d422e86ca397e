// The handler template without types: what happens to every call between the bytes of its request and those of its answer. Services
// are written against service.h.
//
// A method is raw: gRPC hands over bytes, because gRPC 1.51 answers UNIMPLEMENTED by itself to what it cannot parse, and
// interceptors cannot refuse a call.
#ifndef SIP_LIBS_RPC_HANDLER_H_
#define SIP_LIBS_RPC_HANDLER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/engine/command_executor.h"
#include "libs/rpc/call_context.h"
#include "libs/rpc/stream_source.h"

namespace grpc::internal {
class MethodHandler;
}

namespace sip {

class MethodStats;

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

// What a query answers: the response, or its bytes where they need not be understood.
using QueryAnswer = std::variant<MessagePtr, std::string>;

// A query: calls `done` exactly once, by the context's deadline. Context and request live until then.
struct QuerySpec {
  const google::protobuf::Message* request = nullptr;  // Prototype.
  std::function<void(const CallContext&, const google::protobuf::Message&,
                     absl::AnyInvocable<void(absl::StatusOr<QueryAnswer>)> done)>
      run;
};

// A query that answers with a stream. Context and request live as long as the source.
struct StreamSpec {
  const google::protobuf::Message* request = nullptr;  // Prototype.
  std::function<absl::StatusOr<std::shared_ptr<StreamSource<MessagePtr>>>(const CallContext&, const google::protobuf::Message&)>
      open;
};

// A command: the request becomes (or is put into) one kind of the context's command wrapper, and the engine carries it out.
struct CommandSpec {
  const google::protobuf::Message* wrapper = nullptr;     // Prototype.
  const google::protobuf::Descriptor* kind = nullptr;     // The request, or a message that holds it in its field `request`.
  const google::protobuf::Descriptor* request = nullptr;  //
  const google::protobuf::Message* response = nullptr;    // Prototype.
  CommandExecutor* executor = nullptr;
  bool fresh = false;
  // May be empty. Adds what only the server knows to the kind, before ids are read from it; calls `done` exactly once.
  std::function<void(const CallContext&, google::protobuf::Message& kind, absl::AnyInvocable<void(absl::Status)> done)> prepare;
  // May be empty. Completes a response that command_response.h has filled.
  std::function<void(const RecordedCommand&, google::protobuf::Message& response)> respond;
};

// Handlers for grpc::Service, which takes them over. `stats` and `environment` must outlive them.
grpc::internal::MethodHandler* NewQueryHandler(QuerySpec spec, MethodStats& stats, const CallEnvironment& environment);
grpc::internal::MethodHandler* NewStreamHandler(StreamSpec spec, MethodStats& stats, const CallEnvironment& environment);
grpc::internal::MethodHandler* NewCommandHandler(CommandSpec spec, MethodStats& stats, const CallEnvironment& environment);

}  // namespace sip

#endif  // SIP_LIBS_RPC_HANDLER_H_

// How a service is written: one line per RPC. The template (handler.h) does everything that all calls have in common; commands need
// no code of their own, queries one function.
//
//   std::unique_ptr<RpcService> NewPlanService(const CallEnvironment& environment, CommandExecutor& executor) {
//     auto service = std::make_unique<RpcService>("sip.plans.v1.PlanService", environment);
//     const auto commands = service->CommandsOf<v1::PlanCommand>(executor);
//     commands.Add<v1::DraftPlanRequest, v1::DraftPlanResponse>("DraftPlan");
//     commands.Add<v1::DistributeCopyRequest, v1::DistributeCopyResponse>("DistributeCopy", {.fresh = true});
//     return service;
//   }
//
// An RPC that is not in the service's descriptor, or has other types there, crashes when it is registered; an RPC without a handler
// makes RpcServer::Start fail.
#ifndef SIP_LIBS_RPC_SERVICE_H_
#define SIP_LIBS_RPC_SERVICE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/engine/command_executor.h"
#include "libs/rpc/call_context.h"
#include "libs/rpc/handler.h"
#include "libs/rpc/stream_source.h"

namespace grpc {
class Service;
}

namespace sip {

class RpcService;

// What a command may say besides its types.
template <typename Response, typename Kind>
struct CommandOptions {
  // The command discloses something: it is decided only when everything foreign has been imported.
  bool fresh = false;
  // Adds what only the server knows, before the command is decided and before request and case id are read. Calls `done` exactly
  // once, on any thread, by the deadline.
  std::function<void(const CallContext&, Kind& kind, absl::AnyInvocable<void(absl::Status)> done)> prepare = nullptr;
  // Completes a response in which command_response.h has filled versions and ids. Must be a pure function of the record: a repeated
  // request gets the same answer.
  std::function<void(const RecordedCommand&, Response&)> respond = nullptr;
};

// Registers the commands of one wrapper.
template <typename Wrapper>
class CommandRegistrar {
 public:
  CommandRegistrar(RpcService& service, CommandExecutor& executor) : service_(service), executor_(executor) {}

  // Kind is the type in the wrapper's oneof: the request itself, or a message that holds it in its field `request`.
  template <typename Request, typename Response, typename Kind = Request>
  void Add(absl::string_view method, CommandOptions<Response, Kind> options = {}) const;

 private:
  RpcService& service_;
  CommandExecutor& executor_;
};

// One gRPC service. Registered completely before the server starts, not changed afterwards.
class RpcService {
 public:
  // `full_name` is "sip.plans.v1.PlanService"; crashes if the program holds no such descriptor.
  RpcService(absl::string_view full_name, const CallEnvironment& environment);
  ~RpcService();
  RpcService(const RpcService&) = delete;
  RpcService& operator=(const RpcService&) = delete;

  template <typename Wrapper>
  CommandRegistrar<Wrapper> CommandsOf(CommandExecutor& executor) {
    return CommandRegistrar<Wrapper>(*this, executor);
  }

  // `run` calls `done` exactly once, on any thread, by the context's deadline. Context and request live until then.
  template <typename Request, typename Response>
  void Query(absl::string_view method,
             std::function<void(const CallContext&, const Request&, absl::AnyInvocable<void(absl::StatusOr<Response>)> done)> run) {
    QuerySpec spec;
    spec.request = &Request::default_instance();
    spec.run = [run = std::move(run)](const CallContext& context, const google::protobuf::Message& request,
                                      absl::AnyInvocable<void(absl::StatusOr<QueryAnswer>)> done) {
      run(context, static_cast<const Request&>(request), [done = std::move(done)](absl::StatusOr<Response> response) mutable {
        if (!response.ok()) return done(response.status());
        done(std::make_unique<Response>(*std::move(response)));
      });
    };
    AddQuery(method, Response::descriptor(), std::move(spec));
  }

  // The same for a response whose bytes are at hand.
  template <typename Request, typename Response>
  void QueryBytes(
      absl::string_view method,
      std::function<void(const CallContext&, const Request&, absl::AnyInvocable<void(absl::StatusOr<std::string>)> done)> run) {
    QuerySpec spec;
    spec.request = &Request::default_instance();
    spec.run = [run = std::move(run)](const CallContext& context, const google::protobuf::Message& request,
                                      absl::AnyInvocable<void(absl::StatusOr<QueryAnswer>)> done) {
      run(context, static_cast<const Request&>(request), [done = std::move(done)](absl::StatusOr<std::string> response) mutable {
        if (!response.ok()) return done(response.status());
        done(*std::move(response));
      });
    };
    AddQuery(method, Response::descriptor(), std::move(spec));
  }

  // `open` answers at once with where the messages come from. Context and request live as long as the source.
  template <typename Request, typename Response>
  void Stream(absl::string_view method,
              std::function<absl::StatusOr<std::unique_ptr<StreamSource<Response>>>(const CallContext&, const Request&)> open);

  const std::string& full_name() const;
  // The RPCs of the descriptor that have no handler.
  std::vector<std::string> MissingMethods() const;
  // For the server. MissingMethods must be empty. Lives as long as this.
  grpc::Service& Build();

  void AddQuery(absl::string_view method, const google::protobuf::Descriptor* response, QuerySpec spec);
  void AddStream(absl::string_view method, const google::protobuf::Descriptor* response, StreamSpec spec);
  void AddCommand(absl::string_view method, CommandSpec spec);

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

// --- implementation of the templates ---

namespace internal_service {

// Turns messages of one type into messages of any.
template <typename Response>
class ErasedSource final : public StreamSource<MessagePtr> {
 public:
  explicit ErasedSource(std::unique_ptr<StreamSource<Response>> source) : source_(std::move(source)) {}
  void Next(Done done) override {
    source_->Next([done = std::move(done)](absl::StatusOr<std::optional<Response>> next) mutable {
      if (!next.ok()) return done(next.status());
      if (!next->has_value()) return done(std::optional<MessagePtr>());
      done(std::optional<MessagePtr>(std::make_unique<Response>(**std::move(next))));
    });
  }
  void Cancel() override { source_->Cancel(); }

 private:
  const std::unique_ptr<StreamSource<Response>> source_;
};

}  // namespace internal_service

template <typename Request, typename Response>
void RpcService::Stream(
    absl::string_view method,
    std::function<absl::StatusOr<std::unique_ptr<StreamSource<Response>>>(const CallContext&, const Request&)> open) {
  StreamSpec spec;
  spec.request = &Request::default_instance();
  spec.open = [open = std::move(open)](
                  const CallContext& context,
                  const google::protobuf::Message& request) -> absl::StatusOr<std::shared_ptr<StreamSource<MessagePtr>>> {
    auto source = open(context, static_cast<const Request&>(request));
    if (!source.ok()) return source.status();
    return std::make_shared<internal_service::ErasedSource<Response>>(*std::move(source));
  };
  AddStream(method, Response::descriptor(), std::move(spec));
}

template <typename Wrapper>
template <typename Request, typename Response, typename Kind>
void CommandRegistrar<Wrapper>::Add(absl::string_view method, CommandOptions<Response, Kind> options) const {
  CommandSpec spec;
  spec.wrapper = &Wrapper::default_instance();
  spec.kind = Kind::descriptor();
  spec.request = Request::descriptor();
  spec.response = &Response::default_instance();
  spec.executor = &executor_;
  spec.fresh = options.fresh;
  if (options.prepare) {
    spec.prepare = [prepare = std::move(options.prepare)](const CallContext& context, google::protobuf::Message& kind,
                                                          absl::AnyInvocable<void(absl::Status)> done) {
      prepare(context, static_cast<Kind&>(kind), std::move(done));
    };
  }
  if (options.respond) {
    spec.respond = [respond = std::move(options.respond)](const RecordedCommand& record, google::protobuf::Message& response) {
      respond(record, static_cast<Response&>(response));
    };
  }
  service_.AddCommand(method, std::move(spec));
}

}  // namespace sip

#endif  // SIP_LIBS_RPC_SERVICE_H_

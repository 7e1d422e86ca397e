#include "libs/routing/peer_access.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/engine/not_owner.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/record.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/routing/owner_messages.h"
#include "sip/owner/v1/owner_service.grpc.pb.h"

namespace sip {
namespace {

// One question under way: what gRPC needs until its answer.
template <typename Request, typename Response>
struct Question {
  grpc::ClientContext context;
  Request request;
  Response response;
};

absl::Status FromTransport(const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) return RejectionStatus(Reason::REASON_DEADLINE_PASSED);
  if (status.error_code() == grpc::StatusCode::PERMISSION_DENIED || status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
    return absl::InternalError(absl::StrCat("a peer does not accept this node: ", status.error_message()));
  }
  // Whether it has done it is not known; the same request id tells, at whoever owns the partition then.
  return UnknownFateStatus("The owner cannot be reached.");
}

class PeerAccess final : public PartitionAccess {
 public:
  explicit PeerAccess(const std::shared_ptr<grpc::Channel>& channel) : stub_(owner::v1::OwnerService::NewStub(channel)) {}

  void Execute(const std::string& log, CommandRequest request, CommandExecutor::Done done) override {
    auto question = New<owner::v1::ExecuteRequest, owner::v1::ExecuteResponse>(request.deadline);
    question->request = ToExecuteRequest(log, request);
    Ask(&Stub::Execute, std::move(question), [log, done = std::move(done)](auto& asked) mutable {
      if (!asked.ok()) return done(asked.status());
      done(FromExecuteResponse(log, **asked));
    });
  }

  void ReadScope(const std::string& log, const Uuid& scope, absl::Time deadline, RecordsDone done) override {
    auto question = New<owner::v1::ReadScopeRequest, owner::v1::ReadScopeResponse>(deadline);
    question->request.set_log(log);
    question->request.set_scope(scope.ToBytes());
    Ask(&Stub::ReadScope, std::move(question), [done = std::move(done)](auto& asked) mutable {
      if (!asked.ok()) return done(asked.status());
      std::vector<ValidRecord> records;
      for (const owner::v1::StoredRecord& record : (*asked)->records()) records.push_back(FromStoredRecord(record));
      done(std::move(records));
    });
  }

  void AwaitImport(const std::string& log, const ConsistencyToken& token, absl::Time deadline, ImportDone done) override {
    auto question = New<owner::v1::AwaitImportRequest, owner::v1::AwaitImportResponse>(deadline);
    question->request.set_log(log);
    *question->request.mutable_token() = ToPosition(token);
    Ask(&Stub::AwaitImport, std::move(question), [done = std::move(done)](auto& asked) mutable {
      if (!asked.ok()) return done(asked.status());
      if (!(*asked)->has_position()) return done(std::optional<ConsistencyToken>());
      done(std::make_optional(FromPosition((*asked)->position())));
    });
  }

  void Barrier(const std::string& log, uint32_t partition, absl::Time deadline, BarrierDone done) override {
    auto question = New<owner::v1::BarrierRequest, owner::v1::BarrierResponse>(deadline);
    question->request.set_log(log);
    question->request.set_partition(partition);
    Ask(&Stub::Barrier, std::move(question), [done = std::move(done)](auto& asked) mutable {
      if (!asked.ok()) return done(asked.status());
      done(Watermark{FromProto((*asked)->recorded_until()), (*asked)->next_idx()});
    });
  }

 private:
  using Stub = owner::v1::OwnerService::StubInterface::async_interface;

  template <typename Request, typename Response>
  static std::shared_ptr<Question<Request, Response>> New(absl::Time deadline) {
    auto question = std::make_shared<Question<Request, Response>>();
    if (deadline != absl::InfiniteFuture()) question->context.set_deadline(absl::ToChronoTime(deadline));
    return question;
  }

  // `then` gets the response, or why there is none.
  template <typename Request, typename Response, typename Then>
  void Ask(void (Stub::*method)(grpc::ClientContext*, const Request*, Response*, std::function<void(grpc::Status)>),
           std::shared_ptr<Question<Request, Response>> question, Then then) {
    auto shared_then = std::make_shared<Then>(std::move(then));
    auto* const stub = stub_->async();
    (stub->*method)(&question->context, &question->request, &question->response,
                    [question, shared_then](const grpc::Status& status) {
                      absl::StatusOr<const Response*> asked = &question->response;
                      if (!status.ok()) {
                        asked = FromTransport(status);
                      } else if (question->response.has_refused()) {
                        asked = FromRefusal(question->response.refused());
                      }
                      (*shared_then)(asked);
                    });
  }

  const std::unique_ptr<owner::v1::OwnerService::StubInterface> stub_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PartitionAccess>> NewPeerAccess(const std::string& address, const PeerSecurity& security) {
  SIP_ASSIGN_OR_RETURN(const auto credentials, PeerChannelCredentials(security, address));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // A peer that comes back is wanted at once.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  // One that is gone without a word, or stands still, is noticed: somebody else will own what it had.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 2'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 1'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  return std::make_unique<PeerAccess>(grpc::CreateCustomChannel(address, credentials, arguments));
}

}  // namespace sip

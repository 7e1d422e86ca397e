#include "libs/routing/owner_server.h"

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/record.h"
#include "libs/routing/owner_messages.h"
#include "sip/owner/v1/owner_service.grpc.pb.h"

namespace sip {
namespace {

using Reactor = grpc::ServerUnaryReactor;

absl::Time DeadlineOf(const grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  return deadline == std::chrono::system_clock::time_point::max() ? absl::InfiniteFuture() : absl::FromChrono(deadline);
}

class Service final : public owner::v1::OwnerService::CallbackService {
 public:
  Service(PartitionAccess& local, std::vector<std::string> peers, bool tls) : local_(local), peers_(std::move(peers)), tls_(tls) {}

  Reactor* Execute(grpc::CallbackServerContext* context, const owner::v1::ExecuteRequest* request,
                   owner::v1::ExecuteResponse* response) override {
    Reactor* const reactor = context->DefaultReactor();
    if (!Admit(*context, reactor)) return reactor;
    absl::StatusOr<CommandRequest> command = FromExecuteRequest(*request);
    if (!command.ok()) return Refuse(command.status(), *response, reactor);
    command->deadline = DeadlineOf(*context);
    local_.Execute(request->log(), *std::move(command), [response, reactor](const absl::StatusOr<CommandAnswer>& answer) {
      if (!answer.ok()) return static_cast<void>(Refuse(answer.status(), *response, reactor));
      *response = ToExecuteResponse(*answer);
      reactor->Finish(grpc::Status::OK);
    });
    return reactor;
  }

  Reactor* ReadScope(grpc::CallbackServerContext* context, const owner::v1::ReadScopeRequest* request,
                     owner::v1::ReadScopeResponse* response) override {
    Reactor* const reactor = context->DefaultReactor();
    if (!Admit(*context, reactor)) return reactor;
    const std::optional<Uuid> scope = Uuid::FromBytes(request->scope());
    if (!scope.has_value()) return Refuse(absl::InternalError("a peer asks for no scope"), *response, reactor);
    local_.ReadScope(request->log(), *scope, DeadlineOf(*context),
                     [response, reactor](const absl::StatusOr<std::vector<ValidRecord>>& records) {
                       if (!records.ok()) return static_cast<void>(Refuse(records.status(), *response, reactor));
                       for (const ValidRecord& record : *records) *response->add_records() = ToStoredRecord(record);
                       reactor->Finish(grpc::Status::OK);
                     });
    return reactor;
  }

  Reactor* AwaitImport(grpc::CallbackServerContext* context, const owner::v1::AwaitImportRequest* request,
                       owner::v1::AwaitImportResponse* response) override {
    Reactor* const reactor = context->DefaultReactor();
    if (!Admit(*context, reactor)) return reactor;
    local_.AwaitImport(request->log(), FromPosition(request->token()), DeadlineOf(*context),
                       [response, reactor](const absl::StatusOr<std::optional<ConsistencyToken>>& position) {
                         if (!position.ok()) return static_cast<void>(Refuse(position.status(), *response, reactor));
                         if (position->has_value()) *response->mutable_position() = ToPosition(**position);
                         reactor->Finish(grpc::Status::OK);
                       });
    return reactor;
  }

  Reactor* Barrier(grpc::CallbackServerContext* context, const owner::v1::BarrierRequest* request,
                   owner::v1::BarrierResponse* response) override {
    Reactor* const reactor = context->DefaultReactor();
    if (!Admit(*context, reactor)) return reactor;
    local_.Barrier(request->log(), request->partition(), DeadlineOf(*context),
                   [response, reactor](const absl::StatusOr<Watermark>& barrier) {
                     if (!barrier.ok()) return static_cast<void>(Refuse(barrier.status(), *response, reactor));
                     response->set_next_idx(barrier->next_idx);
                     *response->mutable_recorded_until() = ToProto(barrier->recorded_until);
                     reactor->Finish(grpc::Status::OK);
                   });
    return reactor;
  }

 private:
  template <typename Response>
  static Reactor* Refuse(const absl::Status& status, Response& response, Reactor* reactor) {
    *response.mutable_refused() = ToRefusal(status);
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  // Otherwise the call has ended: the caller is no peer.
  bool Admit(const grpc::CallbackServerContext& context, Reactor* reactor) const {
    if (!tls_ || IsPeer(context)) return true;
    reactor->Finish(grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "the certificate names none of this node's peers"));
    return false;
  }

  bool IsPeer(const grpc::CallbackServerContext& context) const {
    const auto peer = context.auth_context();
    if (peer == nullptr || !peer->IsPeerAuthenticated()) return false;
    const std::vector<grpc::string_ref> names = peer->FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME);
    return std::any_of(names.begin(), names.end(), [&](const grpc::string_ref& name) {
      absl::string_view uri(name.data(), name.size());
      return absl::ConsumePrefix(&uri, kNodeUriPrefix) && std::find(peers_.begin(), peers_.end(), uri) != peers_.end();
    });
  }

  PartitionAccess& local_;
  const std::vector<std::string> peers_;
  const bool tls_;
};

class OwnerServerImpl final : public OwnerServer {
 public:
  OwnerServerImpl(const Options& options, PartitionAccess& local) : service_(local, options.peers, options.security.tls()) {}
  ~OwnerServerImpl() override { Stop(absl::ZeroDuration()); }

  absl::Status Listen(const Options& options) {
    SIP_ASSIGN_OR_RETURN(const auto credentials, PeerServerCredentials(options.security, options.listen_address));
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(static_cast<int>(2 * kMaxRecordBytes));
    builder.SetMaxSendMessageSize(-1);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    // Peers ask every few seconds whether we are still there, and are not to be taken for attackers.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1'000);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
    builder.AddListeningPort(options.listen_address, credentials, &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    if (server_ != nullptr && port_ != 0) return absl::OkStatus();
    server_ = nullptr;
    return absl::UnavailableError(
        absl::StrCat("cannot listen for peers on ", options.listen_address,
                     ": the address is taken or not this machine's, or certificate and key do not match"));
  }

  int port() const override { return port_; }
  void Stop(absl::Duration drain) override {
    if (server_ == nullptr) return;
    server_->Shutdown(absl::ToChronoTime(SystemClock().Now() + drain));
    server_->Wait();
    server_ = nullptr;
  }

 private:
  Service service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<OwnerServer>> OwnerServer::Start(const Options& options, PartitionAccess& local) {
  auto server = std::make_unique<OwnerServerImpl>(options, local);
  SIP_RETURN_IF_ERROR(server->Listen(options));
  return server;
}

}  // namespace sip

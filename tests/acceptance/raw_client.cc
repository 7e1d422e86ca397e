#include "tests/acceptance/raw_client.h"

#include <chrono>
#include <utility>

#include "absl/synchronization/notification.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/byte_buffer.h"

namespace sip {
namespace {

// Longer than anything that is expected to be answered takes, on a slow machine too.
constexpr std::chrono::seconds kDeadline(60);

// What a call needs while it is under way.
struct CallInFlight {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  std::function<void(RawAnswer)> done;

  void End(grpc::Status status) {
    RawAnswer answer{std::move(status)};
    grpc::Slice slice;
    if (answer.status.ok() && response.Length() > 0 && response.DumpToSingleSlice(&slice).ok()) {
      answer.response.assign(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    done(std::move(answer));
  }
};

}  // namespace

std::string ServiceOf(const RawCall& call) { return call.path.substr(1, call.path.rfind('/') - 1); }

RawClient::RawClient(const std::string& address, size_t connections) {
  for (size_t i = 0; i < connections; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    // A server that was killed is soon back.
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
    arguments.SetInt(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, 16 << 20);
    stubs_.push_back(
        std::make_unique<grpc::GenericStub>(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
  }
}

void RawClient::Start(const RawCall& call, std::function<void(RawAnswer)> done) {
  auto state = std::make_shared<CallInFlight>();
  if (!call.agency.empty()) state->context.AddMetadata("sip-agency", call.agency);
  for (const std::string& token : call.tokens) state->context.AddMetadata("sip-consistency-token", token);
  state->context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  const grpc::Slice slice(call.request);
  state->request = grpc::ByteBuffer(&slice, 1);
  state->done = std::move(done);
  grpc::GenericStub& stub = *stubs_[turn_.fetch_add(1, std::memory_order_relaxed) % stubs_.size()];
  stub.UnaryCall(&state->context, call.path, grpc::StubOptions(), &state->request, &state->response,
                 [state](grpc::Status status) { state->End(std::move(status)); });
}

RawAnswer RawClient::Call(const RawCall& call) {
  absl::Notification answered;
  RawAnswer result;
  Start(call, [&](RawAnswer answer) {
    result = std::move(answer);
    answered.Notify();
  });
  answered.WaitForNotification();
  return result;
}

}  // namespace sip

// The least that a gRPC server can do, in a process of its own: takes bytes and answers with bytes, nothing parsed. What commands
// and queries of sipd are compared with. Prints the port that it listens on and ends when standard input does.
//
//   Echo        answers with the request
//   RecordEcho  answers with as many bytes as the request, a decimal number, says
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <string>

#include "absl/strings/numbers.h"
#include "sip/testing/v1/echo_rpcs.grpc.pb.h"

namespace sip {
namespace {

using testing::v1::EchoService;

class RawEcho final
    : public EchoService::WithRawCallbackMethod_Echo<EchoService::WithRawCallbackMethod_RecordEcho<EchoService::Service>> {
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* response) override {
    *response = *request;
    return Finish(context);
  }

  grpc::ServerUnaryReactor* RecordEcho(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override {
    grpc::Slice text;
    size_t size = 0;
    if (request->DumpToSingleSlice(&text).ok()) {
      (void)absl::SimpleAtoi(absl::string_view(reinterpret_cast<const char*>(text.begin()), text.size()), &size);
    }
    const grpc::Slice bytes(std::string(size, 'x'));
    *response = grpc::ByteBuffer(&bytes, 1);
    return Finish(context);
  }

  static grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context) {
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

int Main() {
  RawEcho service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::printf("%d\n", port);
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  server->Shutdown();
  return 0;
}

}  // namespace
}  // namespace sip

int main() { return sip::Main(); }

// Calls any unary RPC with the bytes of its request and answers with the bytes of its response, so that answers can be compared as
// they came. Keeps calls and their measurement free of parsing: the load clients use it too.
#ifndef SIP_TESTS_ACCEPTANCE_RAW_CLIENT_H_
#define SIP_TESTS_ACCEPTANCE_RAW_CLIENT_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/status.h"

namespace sip {

// One call: the agency and the tokens go into its metadata.
struct RawCall {
  std::string path;  // "/sip.cases.v1.CaseService/OpenCase".
  std::string agency{};
  std::vector<std::string> tokens{};
  std::string request{};  // Bytes.
};

// Its service: "sip.cases.v1.CaseService".
std::string ServiceOf(const RawCall& call);

struct RawAnswer {
  grpc::Status status;
  std::string response{};  // Bytes.
};

// Thread-safe. Calls under way must have been answered before it is destroyed.
class RawClient {
 public:
  // `address` is "host:port"; calls take turns on so many connections.
  RawClient(const std::string& address, size_t connections);

  // Calls `done` once, on a thread of gRPC's; it may start further calls but not block.
  void Start(const RawCall& call, std::function<void(RawAnswer)> done);
  // The same, and waits.
  RawAnswer Call(const RawCall& call);

 private:
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::atomic<size_t> turn_{0};
};

}  // namespace sip

#endif  // SIP_TESTS_ACCEPTANCE_RAW_CLIENT_H_

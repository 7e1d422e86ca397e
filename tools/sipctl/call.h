// Calls any RPC by its descriptor.
#ifndef SIP_TOOLS_SIPCTL_CALL_H_
#define SIP_TOOLS_SIPCTL_CALL_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/status.h"

namespace sip {

// Where and as whom to call.
struct Connection {
  std::string address = "127.0.0.1:7443";
  // Files in PEM; all three or none (loopback without TLS).
  std::string certificate_file;
  std::string key_file;
  std::string ca_file;
  // Believed only by a server with --development-identity.
  std::string agency;
  std::string unit;
  std::string actor;
  // "sv" or "en".
  std::string language = "en";
  std::vector<std::string> consistency_tokens;
  absl::Duration timeout = absl::Seconds(30);
};

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const Connection& connection);

// Sends `request` and hands each response (one, or the stream's) to `receive`.
grpc::Status Call(const Connection& connection, grpc::Channel& channel, const google::protobuf::MethodDescriptor& method,
                  const google::protobuf::Message& request, const std::function<void(const google::protobuf::Message&)>& receive);

// An empty message of a compiled-in type.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);

}  // namespace sip

#endif  // SIP_TOOLS_SIPCTL_CALL_H_

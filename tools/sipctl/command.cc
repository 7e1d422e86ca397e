#include "tools/sipctl/command.h"

#include <memory>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/rpc/status.h"
#include "tools/sipctl/call.h"
#include "tools/sipctl/request_builder.h"

namespace sip {
namespace {

// What the server says in the language that was asked for; empty if it says nothing.
std::string LocalizedText(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::LocalizedMessage message;
  if (!details.ParseFromString(status.error_details())) return "";
  for (const google::protobuf::Any& detail : details.details()) {
    if (detail.UnpackTo(&message)) return message.message();
  }
  return "";
}

ExitCode FailRefused(const CommandLine& line, const grpc::Status& status) {
  const ErrorDescription description = DescribeError(status);
  line.err << ToText(description);
  if (description.reason.empty() && ExitCodeOf(description.code) == ExitCode::kTryAgain) {
    line.err << "what to do: see that sipd runs at " << line.flags.connection.address << " (--address), and try again\n";
  }
  if (const std::string text = LocalizedText(status); line.flags.connection.language != "en" && !text.empty()) {
    line.err << text << "\n";
  }
  return ExitCodeOf(description.code);
}

}  // namespace

ExitCode Fail(const CommandLine& line, ExitCode code, const absl::Status& why) {
  line.err << "sipctl: " << why.message() << "\n";
  return code;
}

ExitCode CallServer(const CommandLine& line, const google::protobuf::MethodDescriptor& method,
                    const google::protobuf::Message& request,
                    const std::function<void(const google::protobuf::Message&)>& receive) {
  const auto channel = Connect(line.flags.connection);
  if (!channel.ok()) return Fail(line, ExitCode::kFailed, channel.status());
  const grpc::Status status = Call(line.flags.connection, **channel, method, request, receive);
  return status.ok() ? ExitCode::kOk : FailRefused(line, status);
}

ExitCode RunRpc(const CommandLine& line, const google::protobuf::MethodDescriptor& method) {
  const std::unique_ptr<google::protobuf::Message> request = NewMessage(*method.input_type());
  if (const absl::Status applied = ApplyArguments(line.arguments, *request); !applied.ok()) {
    return Fail(line, ExitCode::kUsage, applied);
  }
  const std::string request_id = EnsureRequestId(*request);
  const ExitCode code = CallServer(line, method, *request, [&](const google::protobuf::Message& response) {
    line.out << Format(response, line.flags.format) << std::flush;
  });
  if (code == ExitCode::kTryAgain && !request_id.empty()) {
    line.err << "It is not known whether it was done. Repeat it with --request-id " << request_id << "\n";
  }
  return code;
}

}  // namespace sip

#include "tools/sipctl/call.h"

#include <chrono>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "libs/base/status_macros.h"
#include "tools/sipctl/service_catalog.h"

namespace sip {
namespace {

constexpr int kMaxMetadataBytes = 64 << 10;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

void AddMetadata(const Connection& connection, grpc::ClientContext& context) {
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) context.AddMetadata(key, value);
  };
  add("sip-agency", connection.agency);
  add("sip-unit", connection.unit);
  add("sip-actor", connection.actor);
  add("accept-language", connection.language);
  for (const std::string& token : connection.consistency_tokens) add("sip-consistency-token", token);
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMicroseconds(connection.timeout));
}

grpc::ByteBuffer ToBuffer(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

bool FromBuffer(const grpc::ByteBuffer& buffer, google::protobuf::Message& message) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return false;
  std::string bytes;
  for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return message.ParseFromString(bytes);
}

// Waits for the next completion; false if the operation failed.
bool Next(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const Connection& connection) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  if (connection.certificate_file.empty() && connection.key_file.empty() && connection.ca_file.empty()) {
    return grpc::CreateCustomChannel(connection.address, grpc::InsecureChannelCredentials(), arguments);
  }
  grpc::SslCredentialsOptions options;
  SIP_ASSIGN_OR_RETURN(options.pem_cert_chain, ReadFile(connection.certificate_file));
  SIP_ASSIGN_OR_RETURN(options.pem_private_key, ReadFile(connection.key_file));
  SIP_ASSIGN_OR_RETURN(options.pem_root_certs, ReadFile(connection.ca_file));
  return grpc::CreateCustomChannel(connection.address, grpc::SslCredentials(options), arguments);
}

grpc::Status Call(const Connection& connection, grpc::Channel& channel, const google::protobuf::MethodDescriptor& method,
                  const google::protobuf::Message& request, const std::function<void(const google::protobuf::Message&)>& receive) {
  grpc::ClientContext context;
  AddMetadata(connection, context);
  grpc::CompletionQueue queue;
  // The stub's destructor must not outlive the channel, nor the stream the stub.
  grpc::GenericStub stub(std::shared_ptr<grpc::Channel>(&channel, [](grpc::Channel*) {}));
  const auto stream = stub.PrepareCall(&context, MethodPath(method), &queue);
  stream->StartCall(nullptr);
  bool going = Next(queue);
  if (going) {
    stream->WriteLast(ToBuffer(request), grpc::WriteOptions(), nullptr);
    going = Next(queue);
  }
  const std::unique_ptr<google::protobuf::Message> response = NewMessage(*method.output_type());
  while (going) {
    grpc::ByteBuffer buffer;
    stream->Read(&buffer, nullptr);
    going = Next(queue);
    if (!going) break;
    if (!FromBuffer(buffer, *response)) {
      context.TryCancel();
      return grpc::Status(grpc::StatusCode::DATA_LOSS, "the response cannot be parsed; is sipctl as new as the server?");
    }
    receive(*response);
  }
  grpc::Status status;
  stream->Finish(&status, nullptr);
  Next(queue);
  return status;
}

std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

}  // namespace sip

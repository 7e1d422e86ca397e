#include "tests/acceptance/case_history.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "absl/strings/str_cat.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/client_context.h"
#include "sip/history/v1/history_service.grpc.pb.h"

namespace sip {
namespace {

using google::protobuf::Any;
using google::protobuf::Message;

// The kind that is set in the wrapper: "contact_made".
std::string KindIn(const Any& any) {
  const std::string name = any.type_url().substr(any.type_url().rfind('/') + 1);
  const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (type == nullptr) return absl::StrCat("unknown type ", name);
  const std::unique_ptr<Message> message(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!message->ParseFromString(any.value())) return absl::StrCat("unreadable ", name);
  const auto* kind = message->GetReflection()->GetOneofFieldDescriptor(*message, type->oneof_decl(0));
  return kind == nullptr ? absl::StrCat("empty ", name) : kind->name();
}

std::string ShapeOf(const history::v1::ReadHistoryResponse& record) {
  const std::string command =
      record.has_command() ? KindIn(record.command()) : absl::StrCat("import of ", record.imported().log_name());
  std::string line = absl::StrCat(record.position().log_name(), " ", command, ":");
  for (const auto& event : record.events()) {
    absl::StrAppend(&line, " ", event.stream().substr(0, event.stream().find('/')), ".", KindIn(event.event()));
  }
  return line;
}

}  // namespace

absl::StatusOr<CaseHistory> ReadCaseHistory(const std::shared_ptr<grpc::Channel>& channel, const std::string& case_id,
                                            const std::string& agency) {
  const auto stub = history::v1::HistoryService::NewStub(channel);
  grpc::ClientContext context;
  context.AddMetadata("sip-agency", agency);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  history::v1::ReadHistoryRequest request;
  request.set_case_id(case_id);
  const auto reader = stub->ReadHistory(&context, request);
  CaseHistory history;
  history::v1::ReadHistoryResponse record;
  while (reader->Read(&record)) {
    if (record.has_command()) ++history.records[record.command_id()];
    history.shape.push_back(ShapeOf(record));
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  std::sort(history.shape.begin(), history.shape.end());
  return history;
}

}  // namespace sip

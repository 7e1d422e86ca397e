#include "libs/routing/owner_messages.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/engine/not_owner.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

owner::v1::TypedMessage ToTyped(const google::protobuf::Message& message) {
  owner::v1::TypedMessage typed;
  typed.set_type(message.GetTypeName());
  typed.set_value(message.SerializeAsString());
  return typed;
}

absl::StatusOr<std::shared_ptr<const google::protobuf::Message>> FromTyped(const owner::v1::TypedMessage& typed) {
  const auto* const descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(typed.type());
  const google::protobuf::Message* const prototype =
      descriptor == nullptr ? nullptr : google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
  if (prototype == nullptr) {
    return absl::InternalError(absl::StrCat("a peer sends a ", typed.type(), ", which this program does not know"));
  }
  std::shared_ptr<google::protobuf::Message> message(prototype->New());
  if (!message->ParseFromString(typed.value())) {
    return absl::InternalError(absl::StrCat("a peer sends a ", typed.type(), " that cannot be parsed"));
  }
  return message;
}

absl::StatusOr<Uuid> ReadId(const std::string& bytes, absl::string_view field) {
  if (const std::optional<Uuid> id = Uuid::FromBytes(bytes)) return *id;
  return absl::InternalError(absl::StrCat("a peer sends no id in ", field));
}

}  // namespace

owner::v1::Refusal ToRefusal(const absl::Status& status) {
  owner::v1::Refusal refusal;
  refusal.set_code(static_cast<int>(status.code()));
  refusal.set_message(std::string(status.message()));
  if (const std::optional<Rejection> rejection = RejectionOf(status)) *refusal.mutable_rejection() = *rejection;
  refusal.set_not_owner(IsNotOwner(status));
  refusal.set_unknown_fate(IsUnknownFate(status));
  return refusal;
}

absl::Status FromRefusal(const owner::v1::Refusal& refusal) {
  if (refusal.unknown_fate()) return UnknownFateStatus("The node that was asked does not know what became of the command.");
  if (refusal.not_owner()) return NotOwnerStatus("The node that was asked does not own the partition.");
  if (refusal.has_rejection() && refusal.rejection().violations_size() > 0) return ToStatus(refusal.rejection());
  const auto code = static_cast<absl::StatusCode>(refusal.code());
  if (code == absl::StatusCode::kOk) return absl::InternalError("a peer refuses without saying why");
  return absl::Status(code, refusal.message());
}

owner::v1::Position ToPosition(const ConsistencyToken& token) {
  owner::v1::Position position;
  position.set_log_id(token.log_id);
  position.set_partition(token.partition);
  position.set_idx(token.idx);
  position.set_leaf_prefix(token.leaf_prefix);
  return position;
}

ConsistencyToken FromPosition(const owner::v1::Position& position) {
  return {position.log_id(), position.partition(), position.idx(), position.leaf_prefix()};
}

owner::v1::ExecuteRequest ToExecuteRequest(const std::string& log, const CommandRequest& request) {
  owner::v1::ExecuteRequest message;
  message.set_log(log);
  *message.mutable_command() = ToTyped(*request.command);
  message.set_request_id(request.request_id.ToBytes());
  if (!request.case_id.IsNil()) message.set_case_id(request.case_id.ToBytes());
  if (request.expected_stream_version.has_value()) message.set_expected_stream_version(*request.expected_stream_version);
  if (request.occurred_at.has_value()) *message.mutable_occurred_at() = *request.occurred_at;
  *message.mutable_actor() = request.actor;
  message.set_correlation_id(request.correlation_id);
  message.set_trace_id(request.trace_id);
  message.set_span_id(request.span_id);
  for (const ConsistencyToken& token : request.tokens) *message.add_tokens() = ToPosition(token);
  message.set_fresh(request.fresh);
  return message;
}

absl::StatusOr<CommandRequest> FromExecuteRequest(const owner::v1::ExecuteRequest& message) {
  CommandRequest request;
  SIP_ASSIGN_OR_RETURN(request.command, FromTyped(message.command()));
  SIP_ASSIGN_OR_RETURN(request.request_id, ReadId(message.request_id(), "request_id"));
  if (!message.case_id().empty()) {
    SIP_ASSIGN_OR_RETURN(request.case_id, ReadId(message.case_id(), "case_id"));
  }
  if (message.has_expected_stream_version()) request.expected_stream_version = message.expected_stream_version();
  if (message.has_occurred_at()) request.occurred_at = message.occurred_at();
  request.actor = message.actor();
  request.correlation_id = message.correlation_id();
  request.trace_id = message.trace_id();
  request.span_id = message.span_id();
  for (const owner::v1::Position& token : message.tokens()) request.tokens.push_back(FromPosition(token));
  request.fresh = message.fresh();
  return request;
}

owner::v1::ExecuteResponse ToExecuteResponse(const CommandAnswer& answer) {
  owner::v1::ExecuteResponse message;
  owner::v1::AnsweringRecord& record = *message.mutable_record();
  *record.mutable_header() = *answer.record->header;
  record.set_leaf(answer.record->leaf);
  for (const RecordedEvent& event : answer.record->events) {
    owner::v1::AnsweringEvent& sent = *record.add_events();
    sent.set_stream(event.stream.ToString());
    sent.set_version(event.version);
    *sent.mutable_event() = ToTyped(*event.event);
  }
  if (answer.record->command != nullptr) *record.mutable_command() = ToTyped(*answer.record->command);
  *record.mutable_decision() = *answer.record->decision;
  message.set_stream_version(answer.stream_version);
  *message.mutable_position() = ToPosition(answer.token);
  return message;
}

absl::StatusOr<CommandAnswer> FromExecuteResponse(const std::string& log, const owner::v1::ExecuteResponse& message) {
  if (message.has_refused()) return FromRefusal(message.refused());
  const owner::v1::AnsweringRecord& sent = message.record();
  auto record = std::make_shared<RecordedCommand>();
  record->log_name = log;
  record->partition = sent.header().partition();
  record->idx = sent.header().idx();
  record->leaf = sent.leaf();
  record->header = std::make_shared<const log::v1::CommandHeader>(sent.header());
  record->recorded_at = FromProto(sent.header().recorded_at());
  for (const owner::v1::AnsweringEvent& event : sent.events()) {
    const std::optional<StreamId> stream = StreamId::Parse(event.stream());
    if (!stream.has_value()) return absl::InternalError("a peer answers with an event of no stream");
    SIP_ASSIGN_OR_RETURN(auto decoded, FromTyped(event.event()));
    record->events.push_back({*stream, event.version(), std::move(decoded)});
  }
  if (sent.has_command()) {
    SIP_ASSIGN_OR_RETURN(record->command, FromTyped(sent.command()));
  }
  record->decision = std::make_shared<const log::v1::DecisionRecord>(sent.decision());
  CommandAnswer answer;
  answer.stream_version = message.stream_version();
  answer.token = FromPosition(message.position());
  answer.record = std::move(record);
  return answer;
}

owner::v1::StoredRecord ToStoredRecord(const ValidRecord& record) {
  owner::v1::StoredRecord message;
  message.set_partition(record.partition);
  message.set_idx(record.idx);
  message.set_leaf(record.leaf);
  message.set_header(record.header.bytes());
  message.set_payload(record.payload);
  return message;
}

ValidRecord FromStoredRecord(const owner::v1::StoredRecord& message) {
  ValidRecord record;
  record.partition = message.partition();
  record.idx = message.idx();
  record.leaf = message.leaf();
  record.header = StoredHeader(message.header());
  record.payload = message.payload();
  return record;
}

}  // namespace sip

#include "libs/codec/codec.h"

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/codec/stored_parts.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/record.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using log::v1::Part;
using log::v1::Payload;

// Of a name that may be garbage.
constexpr size_t kShownKindBytes = 200;

absl::Status TooLarge(absl::string_view what, size_t size, size_t limit) {
  return RejectionStatus(common::v1::REASON_LIMIT_EXCEEDED, "", "", absl::StrCat(what, ": ", size, " bytes, at most ", limit));
}

bool ParseInto(Message& message, absl::string_view bytes) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

absl::Status Garbled(const ValidRecord& record, absl::string_view what) {
  return absl::DataLossError(absl::StrCat("partition ", record.partition, " idx ", record.idx, ": ", what));
}

}  // namespace

// --- kinds ---

Codec::Codec() { splitter_.Add(log::v1::DecisionRecord::descriptor()); }

Codec::Codec(const std::vector<const Message*>& command_wrappers, const std::vector<const Message*>& event_wrappers) : Codec() {
  for (const Message* wrapper : command_wrappers) AddCommands(*wrapper);
  for (const Message* wrapper : event_wrappers) AddEvents(*wrapper);
}

void Codec::AddCommands(const Message& wrapper) { AddWrapper(wrapper, commands_); }
void Codec::AddEvents(const Message& wrapper) { AddWrapper(wrapper, events_); }

void Codec::AddModel(const ContextModel& model) {
  for (const Message* wrapper : model.CommandTypes()) AddCommands(*wrapper);
  for (const Message* wrapper : model.EventTypes()) AddEvents(*wrapper);
}

void Codec::AddWrapper(const Message& wrapper, Kinds& kinds) {
  const google::protobuf::Descriptor* type = wrapper.GetDescriptor();
  if (wrappers_.contains(type)) return;
  SIP_CHECK(type->oneof_decl_count() == 1 && type->oneof_decl(0)->field_count() == type->field_count());
  wrappers_[type] = type->oneof_decl(0);
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    SIP_CHECK(field->message_type() != nullptr);
    splitter_.Add(field->message_type());
    const Message* inner = google::protobuf::MessageFactory::generated_factory()->GetPrototype(field->message_type());
    const bool added = kinds.emplace(field->message_type()->full_name(), Kind{inner, &wrapper, field, nullptr}).second;
    SIP_CHECK(added);
  }
}

void Codec::AddOldKind(const Message& old_event, const Message& wrapper, Upcast upcast) {
  splitter_.Add(old_event.GetDescriptor());
  const bool added =
      events_.emplace(old_event.GetDescriptor()->full_name(), Kind{&old_event, &wrapper, nullptr, std::move(upcast)}).second;
  SIP_CHECK(added);
}

const Message& Codec::InnerOf(const Message& wrapper) const {
  const auto oneof = wrappers_.find(wrapper.GetDescriptor());
  SIP_CHECK(oneof != wrappers_.end());
  const FieldDescriptor* field = wrapper.GetReflection()->GetOneofFieldDescriptor(wrapper, oneof->second);
  SIP_CHECK(field != nullptr);
  return wrapper.GetReflection()->GetMessage(wrapper, field);
}

std::vector<std::string> Codec::KnownEventKinds() const {
  std::vector<std::string> kinds;
  for (const auto& [name, kind] : events_) kinds.push_back(name);
  std::sort(kinds.begin(), kinds.end());
  return kinds;
}

// --- encoding ---

// Appends parts to one payload.
class Codec::Encoder {
 public:
  Encoder(const ContentSplitter& splitter, const PayloadInput& input) : splitter_(splitter), input_(input) {
    payload_.set_salt(input.salt.data(), input.salt.size());
  }

  absl::Status AddRequest(const Message& inner) {
    const size_t size = Add(inner, log::v1::PART_ROLE_REQUEST, 0, 0);
    return size > kMaxRequestBytes ? TooLarge("request", size, kMaxRequestBytes) : absl::OkStatus();
  }

  void AddDecision(const log::v1::DecisionRecord& decision) { Add(decision, log::v1::PART_ROLE_CONTEXT, 0, 0); }

  void AddEvent(const Message& inner, const StreamId& stream, uint32_t event_index) {
    const auto at = std::find(input_.streams.begin(), input_.streams.end(), stream);
    SIP_CHECK(at != input_.streams.end());
    Add(inner, log::v1::PART_ROLE_SKELETON, event_index, static_cast<uint32_t>(at - input_.streams.begin()));
  }

  absl::StatusOr<std::string> Finish() {
    if (content_bytes_ > kMaxContentBytes) return TooLarge("content", content_bytes_, kMaxContentBytes);
    std::string bytes = payload_.SerializeAsString();
    constexpr size_t kLimit = kMaxRecordBytes - kReservedHeaderBytes;
    if (bytes.size() > kLimit) return TooLarge("record", bytes.size(), kLimit);
    return bytes;
  }

 private:
  // Returns the size of the whole message.
  size_t Add(const Message& message, log::v1::PartRole role, uint32_t event_index, uint32_t stream_index) {
    const std::string bytes = message.SerializeAsString();
    SplitMessage split = splitter_.Split(bytes, message.GetDescriptor(), input_.acting_agency);
    const std::string& kind = message.GetDescriptor()->full_name();
    Part& part = NewPart(role, kind);
    const uint32_t part_id = part.part_id();
    part.set_event_index(event_index);
    part.set_stream_index(stream_index);
    part.set_data(std::move(split.skeleton));
    for (OwnedContent& owned : split.content) {
      Part& content = NewPart(log::v1::PART_ROLE_CONTENT, kind);
      content.set_completes_part_id(part_id);
      content.set_owner_agency(std::move(owned.owner_agency));
      content.set_data(owned.fields.SerializeAsString());
      if (role == log::v1::PART_ROLE_SKELETON) content_bytes_ += content.data().size();
    }
    return bytes.size();
  }

  Part& NewPart(log::v1::PartRole role, const std::string& kind) {
    Part& part = *payload_.add_parts();
    part.set_part_id(static_cast<uint32_t>(payload_.parts_size() - 1));
    part.set_role(role);
    part.set_kind(kind);
    return part;
  }

  const ContentSplitter& splitter_;
  const PayloadInput& input_;
  Payload payload_;
  size_t content_bytes_ = 0;
};

absl::StatusOr<std::string> Codec::EncodePayload(const PayloadInput& input) const {
  Encoder encoder(splitter_, input);
  if (input.command != nullptr) SIP_RETURN_IF_ERROR(encoder.AddRequest(InnerOf(*input.command)));
  if (input.decision != nullptr) encoder.AddDecision(*input.decision);
  if (input.events != nullptr) {
    uint32_t index = 0;
    for (const NewEvent& event : *input.events) encoder.AddEvent(InnerOf(*event.event), event.stream, index++);
  }
  return encoder.Finish();
}

// --- decoding ---

// Turns the parts of one payload into messages: first the parts that stand for themselves, then the content that completes them.
class Codec::Decoder {
 public:
  Decoder(const Codec& codec, const ValidRecord& record, const DecodeOptions& options, RecordedCommand& result)
      : codec_(codec), record_(record), options_(options), result_(result) {}

  absl::Status Run() {
    SIP_RETURN_IF_ERROR(CheckPayloadDigest(*record_.header, record_.payload));
    const absl::StatusOr<StoredParts> parts = PartsOf(record_.payload);
    if (!parts.ok()) return Garbled(record_, parts.status().message());
    for (const log::v1::StreamWrite& write : record_.header->writes()) {
      const std::optional<StreamId> stream = StreamId::Parse(write.stream());
      if (!stream.has_value()) return Garbled(record_, "a stream's name is not one");
      streams_.push_back(*stream);
    }
    for (const StoredPart& part : *parts) SIP_RETURN_IF_ERROR(AddPart(part));
    for (const StoredPart& part : *parts) {
      if (part.role == log::v1::PART_ROLE_CONTENT) SIP_RETURN_IF_ERROR(AddContent(part));
    }
    return UpcastAll();
  }

 private:
  // A message of the record that content may complete.
  struct Target {
    uint32_t part_id = 0;
    Message* message = nullptr;
  };
  // An event of an old kind, as stored.
  struct OldEvent {
    size_t event_index = 0;
    const Kind* kind = nullptr;
    std::unique_ptr<Message> stored;
  };

  absl::Status AddPart(const StoredPart& part) {
    switch (part.role) {
      case log::v1::PART_ROLE_REQUEST:
        return options_.command ? AddCommand(part) : absl::OkStatus();
      case log::v1::PART_ROLE_CONTEXT:
        return options_.decision ? AddDecision(part) : absl::OkStatus();
      case log::v1::PART_ROLE_SKELETON:
        return AddEvent(part);
      case log::v1::PART_ROLE_CONTENT:
        return absl::OkStatus();
      default:
        return absl::UnimplementedError(absl::StrCat("part role ", part.role, " is newer than this program"));
    }
  }

  // Content completes what stays: a second request, or context, would take the place of the first.
  absl::Status AddCommand(const StoredPart& part) {
    if (result_.command != nullptr) return Garbled(record_, "it has two requests");
    SIP_ASSIGN_OR_RETURN(const Kind* kind, Find(codec_.commands_, part));
    std::shared_ptr<Message> wrapper(kind->wrapper->New());
    SIP_RETURN_IF_ERROR(Parse(part, *wrapper->GetReflection()->MutableMessage(wrapper.get(), kind->field)));
    result_.command = std::move(wrapper);
    return absl::OkStatus();
  }

  absl::Status AddDecision(const StoredPart& part) {
    if (std::exchange(has_decision_, true)) return Garbled(record_, "it has two contexts");
    auto decision = std::make_shared<log::v1::DecisionRecord>();
    result_.decision = decision;
    return Parse(part, *decision);
  }

  absl::Status AddEvent(const StoredPart& part) {
    if (part.event_index != result_.events.size()) return Garbled(record_, "an event is missing or out of order");
    if (part.stream_index >= streams_.size()) return Garbled(record_, "an event of a stream that the header does not name");
    SIP_ASSIGN_OR_RETURN(const Kind* kind, Find(codec_.events_, part));
    std::shared_ptr<Message> wrapper(kind->wrapper->New());
    if (kind->upcast != nullptr) {
      old_events_.push_back(OldEvent{part.event_index, kind, std::unique_ptr<Message>(kind->inner->New())});
      SIP_RETURN_IF_ERROR(Parse(part, *old_events_.back().stored));
      old_wrappers_.push_back(wrapper.get());
    } else {
      SIP_RETURN_IF_ERROR(Parse(part, *wrapper->GetReflection()->MutableMessage(wrapper.get(), kind->field)));
    }
    const uint64_t version = record_.header->writes(static_cast<int>(part.stream_index)).version();
    result_.events.push_back(RecordedEvent{streams_[part.stream_index], version, std::move(wrapper)});
    return absl::OkStatus();
  }

  absl::Status AddContent(const StoredPart& part) {
    const auto target = std::find_if(targets_.begin(), targets_.end(),
                                     [&](const Target& candidate) { return candidate.part_id == part.completes_part_id; });
    if (target == targets_.end()) return absl::OkStatus();  // Of a part that was not asked for, or is gone.
    SIP_RETURN_IF_ERROR(CheckPlain(part));
    log::v1::ContentFields fields;
    if (!ParseInto(fields, part.data)) return Garbled(record_, "content is garbled");
    return JoinContent(fields, *target->message);
  }

  absl::Status UpcastAll() {
    for (size_t i = 0; i < old_events_.size(); ++i) {
      old_events_[i].kind->upcast(*old_events_[i].stored, *old_wrappers_[i]);
      codec_.InnerOf(*old_wrappers_[i]);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<const Kind*> Find(const Kinds& kinds, const StoredPart& part) const {
    const auto kind = kinds.find(part.kind);
    if (kind != kinds.end()) return &kind->second;
    return absl::UnimplementedError(absl::StrCat("partition ", record_.partition, " idx ", record_.idx, ": the kind ",
                                                 absl::CHexEscape(part.kind.substr(0, kShownKindBytes)),
                                                 " is not known to this program"));
  }

  absl::Status Parse(const StoredPart& part, Message& message) {
    SIP_RETURN_IF_ERROR(CheckPlain(part));
    if (!ParseInto(message, part.data)) return Garbled(record_, absl::StrCat("a part is no ", message.GetTypeName()));
    targets_.push_back(Target{part.part_id, &message});
    return absl::OkStatus();
  }

  absl::Status CheckPlain(const StoredPart& part) const {
    if (part.key_id == 0) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("partition ", record_.partition, " idx ", record_.idx, ": part ",
                                                      part.part_id, " is encrypted with key ", part.key_id, ", which is not here"));
  }

  const Codec& codec_;
  const ValidRecord& record_;
  const DecodeOptions& options_;
  RecordedCommand& result_;
  bool has_decision_ = false;
  absl::InlinedVector<StreamId, 4> streams_;
  absl::InlinedVector<Target, 8> targets_;
  std::vector<OldEvent> old_events_;
  std::vector<Message*> old_wrappers_;
};

absl::StatusOr<RecordedCommand> Codec::Decode(const ValidRecord& record, absl::string_view log_name,
                                              const DecodeOptions& options) const {
  RecordedCommand result;
  result.log_name = std::string(log_name);
  result.partition = record.partition;
  result.idx = record.idx;
  result.leaf = record.leaf;
  result.header = record.header.shared();
  result.recorded_at = FromProto(record.header->recorded_at());
  SIP_RETURN_IF_ERROR(Decoder(*this, record, options, result).Run());
  return result;
}

absl::StatusOr<std::shared_ptr<const RecordedCommand>> Codec::DecodeShared(const ValidRecord& record,
                                                                           absl::string_view log_name) const {
  return record.decoded.GetOr([&]() -> absl::StatusOr<std::shared_ptr<const RecordedCommand>> {
    SIP_ASSIGN_OR_RETURN(RecordedCommand decoded, Decode(record, log_name, {}));
    return std::make_shared<const RecordedCommand>(std::move(decoded));
  });
}

}  // namespace sip

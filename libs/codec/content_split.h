// Splits a message into a skeleton and the content of each agency that answers for some, by the field options `content` and
// `owner_agency` (proto/sip/common/v1/options.proto), and joins them again. Nothing else in the program knows which fields are
// content.
//
// The split works on the serialized bytes: a field marked content goes to the content as a whole, and so does every field that this
// program does not know (a newer client's text must not end up where it cannot be culled); all others stay in the skeleton.
// A (sub)message that has an `owner_agency` field with a value sets the owner for itself and below.
#ifndef SIP_LIBS_CODEC_CONTENT_SPLIT_H_
#define SIP_LIBS_CODEC_CONTENT_SPLIT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "sip/log/v1/record.pb.h"

namespace sip {

// The content of one owner.
struct OwnedContent {
  std::string owner_agency;
  log::v1::ContentFields fields;
};

struct SplitMessage {
  std::string skeleton;
  std::vector<OwnedContent> content;  // In order of first appearance; empty if there is none.
};

// Knows where content lies in the message types that were added, so that the hot path looks nothing up by name. Add everything
// first; then thread-safe.
class ContentSplitter {
 public:
  ContentSplitter() = default;
  ContentSplitter(ContentSplitter&&) = default;
  ContentSplitter& operator=(ContentSplitter&&) = default;

  // Adds a type and all types below it. Crashes for a type that cannot be stored: with a map (its order is not determined), an
  // extension range or group, a field number above 4095, or with a content message that names an owner of its own.
  void Add(const google::protobuf::Descriptor* type);

  // `serialized` must be a message of `type`, which has been added, as this process serialized it.
  SplitMessage Split(absl::string_view serialized, const google::protobuf::Descriptor* type, absl::string_view default_owner) const;

 private:
  struct Plan;
  class Run;
  enum class Action : uint8_t { kUnknown = 0, kKeep, kContent, kDescend };
  struct FieldPlan {
    Action action = Action::kUnknown;
    bool repeated = false;
    const Plan* child = nullptr;  // Of kDescend.
  };
  struct Plan {
    std::vector<FieldPlan> fields;   // By field number.
    uint32_t owner_field = 0;        // 0: none.
    uint32_t owner_inner_field = 0;  // Where the id is within it, if it is a message.
  };

  const Plan* PlanFor(const google::protobuf::Descriptor* type);

  absl::flat_hash_map<const google::protobuf::Descriptor*, std::unique_ptr<Plan>> plans_;
};

// Puts content back into a message that was parsed from its skeleton. DATA_LOSS if a path leads nowhere or the bytes cannot be
// parsed.
absl::Status JoinContent(const log::v1::ContentFields& content, google::protobuf::Message& message);

// The message without its content. For tests and tools; not fast.
std::unique_ptr<google::protobuf::Message> SkeletonOf(const google::protobuf::Message& message);

}  // namespace sip

#endif  // SIP_LIBS_CODEC_CONTENT_SPLIT_H_

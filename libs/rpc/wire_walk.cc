#include "libs/rpc/wire_walk.h"

#include <cstdint>
#include <map>

#include "absl/strings/str_cat.h"
#include "libs/base/wire.h"
#include "libs/rpc/text.h"

namespace sip {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr int kMaxDepth = 100;  // As protobuf's own parser.

// The encodings of a value on the wire.
constexpr uint32_t kVarint = 0;
constexpr uint32_t kFixed64 = 1;
constexpr uint32_t kLengthDelimited = 2;
constexpr uint32_t kStartGroup = 3;
constexpr uint32_t kEndGroup = 4;
constexpr uint32_t kFixed32 = 5;

bool ConsumeFixed(absl::string_view& bytes, size_t size) {
  if (bytes.size() < size) return false;
  bytes.remove_prefix(size);
  return true;
}

bool ConsumeDelimited(absl::string_view& bytes, absl::string_view& value) {
  uint64_t size = 0;
  if (!TakeVarint(bytes, size) || size > bytes.size()) return false;
  value = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

class Walk {
 public:
  // Sets fault() and returns false at the first fault.
  bool Message(const Descriptor& type, absl::string_view bytes, const std::string& prefix, int depth) {
    if (depth > kMaxDepth) return Fault(prefix, false);
    std::map<int, int> seen;  // How many elements of each repeated field have passed.
    while (!bytes.empty()) {
      uint64_t tag = 0;
      if (!TakeVarint(bytes, tag) || tag > UINT32_MAX || (tag >> 3) == 0) return Fault(prefix, false);
      const int number = static_cast<int>(tag >> 3);
      const FieldDescriptor* field = type.FindFieldByNumber(number);
      const std::string path = PathOf(prefix, field, number, seen);
      if (!Value(field, static_cast<uint32_t>(tag & 7), bytes, path, depth)) return false;
    }
    return true;
  }

  const WireFault& fault() const { return fault_; }

 private:
  bool Fault(const std::string& path, bool bad_text) {
    fault_ = WireFault{path, bad_text};
    return false;
  }

  static std::string PathOf(const std::string& prefix, const FieldDescriptor* field, int number, std::map<int, int>& seen) {
    std::string path = prefix;
    if (!path.empty()) path.push_back('.');
    if (field == nullptr) return absl::StrCat(path, "#", number);
    absl::StrAppend(&path, field->name());
    if (field->is_repeated()) absl::StrAppend(&path, "[", seen[number]++, "]");
    return path;
  }

  bool Value(const FieldDescriptor* field, uint32_t encoding, absl::string_view& bytes, const std::string& path, int depth) {
    switch (encoding) {
      case kVarint: {
        uint64_t ignored = 0;
        return TakeVarint(bytes, ignored) || Fault(path, false);
      }
      case kFixed64:
        return ConsumeFixed(bytes, 8) || Fault(path, false);
      case kFixed32:
        return ConsumeFixed(bytes, 4) || Fault(path, false);
      case kLengthDelimited: {
        absl::string_view value;
        return ConsumeDelimited(bytes, value) ? Delimited(field, value, path, depth) : Fault(path, false);
      }
      default:
        // Groups do not exist in proto3; as unknown fields they are nothing that a client of ours sends.
        static_assert(kStartGroup == 3 && kEndGroup == 4);
        return Fault(path, false);
    }
  }

  bool Delimited(const FieldDescriptor* field, absl::string_view value, const std::string& path, int depth) {
    if (field == nullptr) return true;
    if (field->type() == FieldDescriptor::TYPE_STRING) return IsUtf8(value) || Fault(path, true);
    if (field->type() == FieldDescriptor::TYPE_MESSAGE) return Message(*field->message_type(), value, path, depth + 1);
    return true;
  }

  WireFault fault_;
};

}  // namespace

std::optional<WireFault> FindWireFault(const Descriptor& type, absl::string_view bytes) {
  Walk walk;
  if (walk.Message(type, bytes, "", 0)) return std::nullopt;
  return walk.fault();
}

}  // namespace sip

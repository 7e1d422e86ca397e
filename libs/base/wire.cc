#include "libs/base/wire.h"

namespace sip {
namespace {

constexpr int kMaxGroupDepth = 100;
constexpr uint64_t kMaxFieldNumber = (uint64_t{1} << 29) - 1;

enum WireType : uint8_t { kVarint = 0, kFixed64 = 1, kDelimited = 2, kStartGroup = 3, kEndGroup = 4, kFixed32 = 5 };

bool Skip(absl::string_view& rest, size_t size) {
  if (rest.size() < size) return false;
  rest.remove_prefix(size);
  return true;
}

bool TakeTag(absl::string_view& rest, uint32_t& number, uint8_t& type) {
  uint64_t tag = 0;
  if (!TakeVarint(rest, tag)) return false;
  if (tag >> 3 == 0 || tag >> 3 > kMaxFieldNumber) return false;
  number = static_cast<uint32_t>(tag >> 3);
  type = static_cast<uint8_t>(tag & 7);
  return true;
}

bool SkipValue(absl::string_view& rest, uint32_t number, uint8_t type, int depth) {
  uint64_t value = 0;
  switch (type) {
    case kVarint:
      return TakeVarint(rest, value);
    case kFixed64:
      return Skip(rest, 8);
    case kFixed32:
      return Skip(rest, 4);
    case kDelimited:
      return TakeVarint(rest, value) && Skip(rest, value);
    case kStartGroup:
      while (depth < kMaxGroupDepth) {
        uint32_t inner_number = 0;
        uint8_t inner_type = 0;
        if (!TakeTag(rest, inner_number, inner_type)) return false;
        if (inner_type == kEndGroup) return inner_number == number;
        if (!SkipValue(rest, inner_number, inner_type, depth + 1)) return false;
      }
      return false;
    default:
      return false;
  }
}

}  // namespace

bool TakeVarint(absl::string_view& rest, uint64_t& value) {
  value = 0;
  for (size_t i = 0; i < 10 && i < rest.size(); ++i) {
    const auto byte = static_cast<uint8_t>(rest[i]);
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      rest.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

bool TakeField(absl::string_view& rest, WireField& field) {
  const absl::string_view start = rest;
  uint8_t type = 0;
  if (!TakeTag(rest, field.number, type)) return false;
  field.is_delimited = type == kDelimited;
  field.delimited = {};
  field.is_varint = type == kVarint;
  field.varint = 0;
  if (field.is_varint) {
    if (!TakeVarint(rest, field.varint)) return false;
  } else if (field.is_delimited) {
    uint64_t size = 0;
    if (!TakeVarint(rest, size) || rest.size() < size) return false;
    field.delimited = rest.substr(0, size);
    rest.remove_prefix(size);
  } else if (!SkipValue(rest, field.number, type, 0)) {
    return false;
  }
  field.whole = start.substr(0, start.size() - rest.size());
  return true;
}

void AppendVarint(uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>((value & 0x7f) | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void AppendDelimited(int number, absl::string_view bytes, std::string& out) {
  AppendVarint(static_cast<uint64_t>(number) << 3 | kDelimited, out);
  AppendVarint(bytes.size(), out);
  out.append(bytes.data(), bytes.size());
}

}  // namespace sip

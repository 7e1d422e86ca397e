// Reads and writes the protobuf wire format field by field, without a schema.
#ifndef SIP_LIBS_BASE_WIRE_H_
#define SIP_LIBS_BASE_WIRE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace sip {

// One field as it lies in the bytes.
struct WireField {
  uint32_t number = 0;
  absl::string_view whole;      // Tag and value.
  absl::string_view delimited;  // What is inside, for strings, bytes, messages and packed fields; else empty.
  bool is_delimited = false;
  uint64_t varint = 0;  // The value, for numbers of variable length, booleans and enums; else 0.
  bool is_varint = false;
};

// Takes the next field off the front of `rest`. False if the bytes are no wire format; `rest` is then unspecified.
bool TakeField(absl::string_view& rest, WireField& field);

// Takes a varint off the front of `rest`. False, and `rest` untouched, if there is none of at most ten bytes.
bool TakeVarint(absl::string_view& rest, uint64_t& value);

// Appends a varint.
void AppendVarint(uint64_t value, std::string& out);

// Appends a field that holds these bytes: a string, bytes or a message.
void AppendDelimited(int number, absl::string_view bytes, std::string& out);

}  // namespace sip

#endif  // SIP_LIBS_BASE_WIRE_H_

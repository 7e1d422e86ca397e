// What a log line may hold. Logs must be free of personal data, so there is no way to log a plain string: a text is either a
// literal of the program, a code of narrow form, or text that only an operator or a library can have written.
#ifndef SIP_LIBS_TELEMETRY_LOG_FIELD_H_
#define SIP_LIBS_TELEMETRY_LOG_FIELD_H_

#include <concepts>
#include <cstdint>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"

namespace sip {

// A string literal, known when the program is compiled: nothing that a client sent can become one.
class StaticText {
 public:
  template <size_t N>
  consteval StaticText(const char (&literal)[N]) : data_(literal), size_(N - 1) {}  // NOLINT(google-explicit-constructor)
  constexpr absl::string_view view() const { return {data_, size_}; }

 private:
  const char* data_;
  size_t size_;
};

// An id, code or name of the system: at most 128 of A–Z a–z 0–9 . _ : / @ -. Anything else is logged as "?", and what has the form
// of a personal number is masked. Refers to the caller's characters: only for use within one call.
class LogCode {
 public:
  explicit LogCode(absl::string_view text) : text_(text) {}
  absl::string_view text() const { return text_; }

 private:
  absl::string_view text_;
};

// Text that comes from the operator's configuration, the operating system or a library; never from a request, a record or a view.
// Cut at 512 bytes, without control characters, personal numbers masked. Refers to the caller's characters.
class OperatorText {
 public:
  explicit OperatorText(absl::string_view text) : text_(text) {}
  absl::string_view text() const { return text_; }

 private:
  absl::string_view text_;
};

// One name with its value. Names are lower_snake_case; a duration's name ends in _s, for it is written in seconds.
class LogField {
 public:
  // Not a plain bool, to which a literal would convert.
  LogField(StaticText name, std::same_as<bool> auto value) : name_(name), value_(value) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) LogField(StaticText name, T value) : name_(name) {
    if constexpr (std::signed_integral<T>) {
      value_ = static_cast<int64_t>(value);
    } else {
      value_ = static_cast<uint64_t>(value);
    }
  }
  LogField(StaticText name, double value) : name_(name), value_(value) {}
  LogField(StaticText name, absl::Duration value) : name_(name), value_(value) {}
  LogField(StaticText name, absl::Time value) : name_(name), value_(value) {}
  LogField(StaticText name, const Uuid& value) : name_(name), value_(value) {}
  LogField(StaticText name, StaticText value) : name_(name), value_(value) {}
  LogField(StaticText name, LogCode value) : name_(name), value_(value) {}
  LogField(StaticText name, OperatorText value) : name_(name), value_(value) {}

  // Appends `"name":value` in JSON.
  void AppendTo(std::string& json) const;

 private:
  StaticText name_;
  std::variant<bool, int64_t, uint64_t, double, absl::Duration, absl::Time, Uuid, StaticText, LogCode, OperatorText> value_;
};

// `text` if it is a code as LogCode says, with personal numbers masked; "?" otherwise.
std::string SafeCode(absl::string_view text);

// Appends `text` as a JSON string with its quotes.
void AppendJsonString(absl::string_view text, std::string& json);

}  // namespace sip

#endif  // SIP_LIBS_TELEMETRY_LOG_FIELD_H_

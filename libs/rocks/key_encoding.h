// Keys of several fields whose bytes sort as the fields do, field by field.
//
//   std::string key = KeyWriter().Uuid(case_id).Text("goal").Uint64(revision).Take();
//   KeyReader reader(key);  // reader.Uuid(), reader.Text(), reader.Uint64(), then reader.Finish()
//
// A key that begins with the same fields begins with the same bytes, so a scan over a prefix of fields is a scan over a prefix of
// bytes.
#ifndef SIP_LIBS_ROCKS_KEY_ENCODING_H_
#define SIP_LIBS_ROCKS_KEY_ENCODING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"

namespace sip {

class KeyWriter {
 public:
  // One byte; to tell tables of one database apart.
  KeyWriter& Table(uint8_t table);
  // Any bytes: 0x00 becomes 0x00 0xff, and 0x00 0x01 ends the field, so that "a" sorts before "ab".
  KeyWriter& Text(absl::string_view text);
  // 4 or 8 bytes, big endian.
  KeyWriter& Uint32(uint32_t value);
  KeyWriter& Uint64(uint64_t value);
  // Seconds since the epoch as 8 bytes, big endian, sign bit flipped; then nanoseconds as 4 bytes. Finer parts are cut off; the
  // infinite times sort first and last.
  KeyWriter& Time(absl::Time time);
  // 16 bytes.
  KeyWriter& Uuid(const sip::Uuid& uuid);

  const std::string& key() const { return key_; }
  std::string Take() { return std::move(key_); }

 private:
  std::string key_;
};

// Reads fields in the order in which they were written. After a field that is not there, every further one is a default value and
// Finish reports it.
class KeyReader {
 public:
  explicit KeyReader(absl::string_view key) : rest_(key) {}

  uint8_t Table();
  std::string Text();
  uint32_t Uint32();
  uint64_t Uint64();
  absl::Time Time();
  sip::Uuid Uuid();

  // DATA_LOSS unless exactly the fields read were in the key.
  absl::Status Finish() const;

 private:
  // The next `size` bytes; marks the key as bad if they are not there.
  std::optional<absl::string_view> Bytes(size_t size);

  absl::string_view rest_;
  bool bad_ = false;
};

// The first key behind all that begin with `prefix`; empty if there is none (then scan to the end).
std::string PrefixEnd(absl::string_view prefix);

}  // namespace sip

#endif  // SIP_LIBS_ROCKS_KEY_ENCODING_H_

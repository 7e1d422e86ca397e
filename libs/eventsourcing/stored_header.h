// The header of a command as it is stored, parsed by the first who asks: a log passes on many that nobody looks into.
#ifndef SIP_LIBS_EVENTSOURCING_STORED_HEADER_H_
#define SIP_LIBS_EVENTSOURCING_STORED_HEADER_H_

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "sip/log/v1/record.pb.h"

namespace sip {

// Reading is thread-safe.
class StoredHeader {
 public:
  StoredHeader() = default;
  // `bytes` have been checked: they are a header.
  explicit StoredHeader(std::string bytes) : bytes_(std::move(bytes)) {}
  // The same, parsed already.
  StoredHeader(std::string bytes, std::unique_ptr<const log::v1::CommandHeader> parsed)
      : bytes_(std::move(bytes)), parsed_(parsed.release()) {}
  StoredHeader(const StoredHeader& other) : bytes_(other.bytes_) {}
  StoredHeader(StoredHeader&& other) noexcept : bytes_(std::move(other.bytes_)), parsed_(other.parsed_.exchange(nullptr)) {}
  StoredHeader& operator=(StoredHeader other) noexcept {
    std::swap(bytes_, other.bytes_);
    other.parsed_ = parsed_.exchange(other.parsed_);
    return *this;
  }
  ~StoredHeader() { delete parsed_.load(); }

  // Never serialized anew: digests are over these.
  const std::string& bytes() const { return bytes_; }
  // Crashes if the bytes are no header.
  const log::v1::CommandHeader& operator*() const { return Parsed(); }
  const log::v1::CommandHeader* operator->() const { return &Parsed(); }

 private:
  const log::v1::CommandHeader& Parsed() const;

  std::string bytes_;
  mutable std::atomic<const log::v1::CommandHeader*> parsed_ = nullptr;  // Owned.
};

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_STORED_HEADER_H_

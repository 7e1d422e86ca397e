// The header of a command as it is stored, parsed by the first who asks: a log passes on many that nobody looks into.
#ifndef SIP_LIBS_EVENTSOURCING_STORED_HEADER_H_
#define SIP_LIBS_EVENTSOURCING_STORED_HEADER_H_

#include <atomic>
#include <memory>
#include <string>

#include "sip/log/v1/record.pb.h"

namespace sip {

// Copies share what they hold, parsed form included. Reading is thread-safe.
class StoredHeader {
 public:
  StoredHeader() : StoredHeader(std::string()) {}
  // `bytes` have been checked: they are a header.
  explicit StoredHeader(std::string bytes) : StoredHeader(std::move(bytes), nullptr) {}
  // The same, parsed already.
  StoredHeader(std::string bytes, std::unique_ptr<const log::v1::CommandHeader> parsed);

  // Never serialized anew: digests are over these.
  const std::string& bytes() const { return content_->bytes; }
  // Crashes if the bytes are no header.
  const log::v1::CommandHeader& operator*() const { return Parsed(); }
  const log::v1::CommandHeader* operator->() const { return &Parsed(); }
  // The same for those that outlive the record.
  std::shared_ptr<const log::v1::CommandHeader> shared() const { return {content_, &Parsed()}; }

 private:
  struct Content {
    Content(std::string header, std::unique_ptr<const log::v1::CommandHeader> form)
        : bytes(std::move(header)), parsed(form.release()) {}
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;
    ~Content() { delete parsed.load(); }

    const std::string bytes;
    std::atomic<const log::v1::CommandHeader*> parsed;  // Owned.
  };

  const log::v1::CommandHeader& Parsed() const;

  std::shared_ptr<Content> content_;
};

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_STORED_HEADER_H_

#include "libs/eventsourcing/stored_header.h"

#include <utility>

#include "libs/base/check.h"

namespace sip {

StoredHeader::StoredHeader(std::string bytes, std::unique_ptr<const log::v1::CommandHeader> parsed)
    : content_(std::make_shared<Content>(std::move(bytes), std::move(parsed))) {}

const log::v1::CommandHeader& StoredHeader::Parsed() const {
  if (const log::v1::CommandHeader* parsed = content_->parsed.load(std::memory_order_acquire); parsed != nullptr) return *parsed;
  auto fresh = std::make_unique<log::v1::CommandHeader>();
  SIP_CHECK(fresh->ParseFromString(content_->bytes));
  const log::v1::CommandHeader* expected = nullptr;
  // Whoever comes second takes what the first has made.
  if (content_->parsed.compare_exchange_strong(expected, fresh.get(), std::memory_order_acq_rel)) return *fresh.release();
  return *expected;
}

}  // namespace sip

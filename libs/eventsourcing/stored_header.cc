#include "libs/eventsourcing/stored_header.h"

#include "libs/base/check.h"

namespace sip {

const log::v1::CommandHeader& StoredHeader::Parsed() const {
  if (const log::v1::CommandHeader* parsed = parsed_.load(std::memory_order_acquire); parsed != nullptr) return *parsed;
  auto fresh = std::make_unique<log::v1::CommandHeader>();
  SIP_CHECK(fresh->ParseFromString(bytes_));
  const log::v1::CommandHeader* expected = nullptr;
  // Whoever comes second takes what the first has made.
  if (parsed_.compare_exchange_strong(expected, fresh.get(), std::memory_order_acq_rel)) return *fresh.release();
  return *expected;
}

}  // namespace sip

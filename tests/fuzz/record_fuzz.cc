// Any bytes as a record frame: what is decoded is encoded to the same bytes, and whatever is accepted can be parsed or is refused
// with DATA_LOSS.
#include <cstddef>
#include <cstdint>

#include "libs/base/check.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/eventsourcing/record.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view frame(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<sip::RecordView> record = sip::DecodeFrame(frame);
  if (!record.ok()) {
    SIP_CHECK(record.status().code() == absl::StatusCode::kDataLoss);
    return 0;
  }
  SIP_CHECK(sip::EncodeFrame(*record) == frame);
  const absl::StatusOr<sip::RecordFacts> facts = sip::ParseRecord(*record);
  SIP_CHECK(facts.ok() || facts.status().code() == absl::StatusCode::kDataLoss);
  return 0;
}

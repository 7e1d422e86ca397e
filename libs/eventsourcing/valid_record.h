// A record that a log calls valid, as readers get it.
#ifndef SIP_LIBS_EVENTSOURCING_VALID_RECORD_H_
#define SIP_LIBS_EVENTSOURCING_VALID_RECORD_H_

#include <cstdint>
#include <memory>
#include <string>

#include "libs/eventsourcing/decoded_once.h"
#include "libs/eventsourcing/stored_header.h"

namespace sip {

// A valid, durable command. A log hands out one object for all its readers where it can, and they share its decoded form too.
struct ValidRecord {
  uint32_t partition = 0;
  uint64_t idx = 0;
  std::string leaf;
  StoredHeader header;
  std::string payload;
  DecodedOnce decoded;  // The codec's.
};
using ValidRecordPtr = std::shared_ptr<const ValidRecord>;

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_VALID_RECORD_H_

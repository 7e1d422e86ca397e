// RocksDB's statuses as absl::Status; for the files of this library and its tests.
#ifndef SIP_LIBS_ROCKS_ROCKS_STATUS_H_
#define SIP_LIBS_ROCKS_ROCKS_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/status.h"

namespace sip {

// NOT_FOUND, DATA_LOSS for corruption, RESOURCE_EXHAUSTED for a full disk, UNAVAILABLE for a lock held by another process and other
// I/O errors, INTERNAL for the rest. `doing` says what was tried.
absl::Status FromRocks(const rocksdb::Status& status, absl::string_view doing);

}  // namespace sip

#endif  // SIP_LIBS_ROCKS_ROCKS_STATUS_H_

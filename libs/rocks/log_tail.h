// Tells a torn end of RocksDB's write-ahead log from damage, before RocksDB reads it (internal to rocks).
//
// RocksDB itself refuses what was torn when it has the right length and the wrong bytes, and takes a record whose length was
// damaged for a torn end, together with all that lies behind it in the file. Where each write is synced before the next begins,
// both can be told: only the last write can have been torn, so behind a torn one no other can begin.
#ifndef SIP_LIBS_ROCKS_LOG_TAIL_H_
#define SIP_LIBS_ROCKS_LOG_TAIL_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sip {

// What the bytes of a write-ahead log are.
struct LogTail {
  size_t whole = 0;      // So many bytes are whole records.
  bool damaged = false;  // A record begins behind the first one that is not whole.
};
LogTail FindLogTail(absl::string_view bytes);

// Cuts the torn end off the newest write-ahead log of the database in `folder`, if there is one. DATA_LOSS if any of them is
// damaged.
absl::Status CutTornTail(const std::shared_ptr<void>& memory, const std::string& folder);

}  // namespace sip

#endif  // SIP_LIBS_ROCKS_LOG_TAIL_H_

// The engine's limits; all come from configuration.
#ifndef SIP_LIBS_ENGINE_OPTIONS_H_
#define SIP_LIBS_ENGINE_OPTIONS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace sip {

struct EngineOptions {
  // Commands of one partition that wait to be decided; more are answered OVERLOADED.
  size_t mailbox_limit = 4096;
  // Records of one partition that are appended but not yet durable.
  size_t in_flight_limit = 1024;
  // Imports of one partition that wait; the reader of the foreign log waits beyond that.
  size_t import_queue_limit = 1024;
  // Commands of one partition that wait for tokens or for imports.
  size_t parked_limit = 1024;
  // Cases of one partition whose state is kept in memory.
  size_t cached_cases = 2048;
  // At most this many imports are decided before commands get their turn.
  size_t imports_per_turn = 64;
  // A request id is remembered until it is both older than this and this many records back.
  absl::Duration idempotency_window = absl::Hours(24 * 90);
  uint64_t idempotency_positions = 1'000'000;
  // After so many foreign records that do not concern this context, one record without events moves the cursor.
  uint64_t skipped_imports_per_marker = 10'000;
  // How long the reader of a foreign log pauses between two batches while no command waits for it.
  absl::Duration import_gather = absl::Milliseconds(10);
  // The stored checkpoint of a partition lies at most so many records behind: as many are folded again after a crash.
  uint64_t checkpoint_every = 256;
  // The stored checkpoint of a foreign log lies at most so many records behind: as many are read again after a restart.
  uint64_t foreign_checkpoint_every = 1000;
  // Where another node can own a partition: a refusal or a read shows a state that was the latest at most so long before the call
  // came. If nothing that was appended since then proves it, an empty record does.
  absl::Duration barrier_interval = absl::Milliseconds(500);
  // How far this node's clock may lie behind the last record before it refuses to take a partition over.
  absl::Duration clock_bound = absl::Seconds(10);
};

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_OPTIONS_H_

// Ports of the loopback for servers that tests start.
#ifndef SIP_LIBS_TESTING_FREE_PORTS_H_
#define SIP_LIBS_TESTING_FREE_PORTS_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"

namespace sip {

// Ports that nobody listens on now: different ones at each call, and others than other processes are given. They lie below the
// range from which the system takes ports for clients, so that a server can be started on its port again. Thread-safe.
absl::StatusOr<std::vector<int>> FreePorts(size_t count);

}  // namespace sip

#endif  // SIP_LIBS_TESTING_FREE_PORTS_H_

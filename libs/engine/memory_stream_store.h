// A stream store in memory, for tests and simulation.
#ifndef SIP_LIBS_ENGINE_MEMORY_STREAM_STORE_H_
#define SIP_LIBS_ENGINE_MEMORY_STREAM_STORE_H_

#include <map>
#include <memory>

#include "libs/engine/stream_store.h"

namespace sip {

std::unique_ptr<StreamStore> NewMemoryStreamStore();

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_MEMORY_STREAM_STORE_H_

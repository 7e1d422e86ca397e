// The file system that Options::memory names (internal to rocks).
#ifndef SIP_LIBS_ROCKS_ENVIRONMENT_H_
#define SIP_LIBS_ROCKS_ENVIRONMENT_H_

#include <memory>

#include "rocksdb/env.h"

namespace sip {

inline rocksdb::Env* EnvOf(const std::shared_ptr<void>& memory) {
  return memory == nullptr ? rocksdb::Env::Default() : static_cast<rocksdb::Env*>(memory.get());
}

}  // namespace sip

#endif  // SIP_LIBS_ROCKS_ENVIRONMENT_H_

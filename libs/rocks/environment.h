// The file system that Options::memory names, and how files of ours are opened on it (internal to rocks).
#ifndef SIP_LIBS_ROCKS_ENVIRONMENT_H_
#define SIP_LIBS_ROCKS_ENVIRONMENT_H_

#include <memory>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace sip {

inline rocksdb::Env* EnvOf(const std::shared_ptr<void>& memory) {
  return memory == nullptr ? rocksdb::Env::Default() : static_cast<rocksdb::Env*>(memory.get());
}

// For files that are written as they are, without a map in memory that is larger than they.
inline rocksdb::FileOptions PlainFile() {
  rocksdb::FileOptions options;
  options.use_mmap_writes = false;
  return options;
}

}  // namespace sip

#endif  // SIP_LIBS_ROCKS_ENVIRONMENT_H_

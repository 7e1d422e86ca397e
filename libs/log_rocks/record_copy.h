// The embedded log as source and as target of a copy (libs/log_copy). What is written is read back as a server would read it.
//
//   auto source = NewRocksRecordSource(*RocksLogStore::Open({.path = "data/log", .create_if_missing = false, .read_only = true}));
//   auto target = NewRocksRecordTarget("new/log");
#ifndef SIP_LIBS_LOG_ROCKS_RECORD_COPY_H_
#define SIP_LIBS_LOG_ROCKS_RECORD_COPY_H_

#include <memory>
#include <string>

#include "libs/eventsourcing/record_source.h"
#include "libs/log_rocks/rocks_log_store.h"

namespace sip {

// Of a store that is open for reading; in the order of its chunks. DATA_LOSS from Visit if a chunk is missing or damaged.
std::unique_ptr<RecordSource> NewRocksRecordSource(std::unique_ptr<RocksLogStore> store);

// `path` is the log's folder; created when the first record comes. Never while a server runs on it: UNAVAILABLE from Append then.
// `chunk_bytes`: a chunk is closed when it has this size.
std::unique_ptr<RecordTarget> NewRocksRecordTarget(const std::string& path, size_t chunk_bytes = size_t{8} << 20);

}  // namespace sip

#endif  // SIP_LIBS_LOG_ROCKS_RECORD_COPY_H_

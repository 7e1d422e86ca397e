// The stream store in RocksDB: one folder for one log. Rebuildable: it may lose its latest batches with the machine's power, never
// parts of one, and can be deleted.
//
// Rows (numbers are big endian, so that they sort):
//   'r' partition(4) scope(16) idx(8)   the record: leaf and frame
//   'i' partition(4) idx(8)             where it lies: scope, first 8 bytes of the leaf
//   'q' request key(16)                 what answered it: partition, idx, scope, first 8 bytes of the leaf
//   'm' partition(4) foreign log id     the last import: idx, leaf
//   'c' partition(4)                    the checkpoint
//   'f' partition(4) foreign log id     the importer's checkpoint
//   'g' partition(4)                    idx before which answers are forgotten
#ifndef SIP_LIBS_STREAM_STORE_STREAM_STORE_ROCKS_H_
#define SIP_LIBS_STREAM_STORE_STREAM_STORE_ROCKS_H_

#include <memory>

#include "libs/engine/stream_store.h"
#include "libs/rocks/database.h"

namespace sip {

std::unique_ptr<StreamStore> NewRocksStreamStore(std::unique_ptr<RocksDatabase> database);

}  // namespace sip

#endif  // SIP_LIBS_STREAM_STORE_STREAM_STORE_ROCKS_H_

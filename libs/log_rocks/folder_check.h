// What an opened folder must be like before anything is written to it (internal to log_rocks).
#ifndef SIP_LIBS_LOG_ROCKS_FOLDER_CHECK_H_
#define SIP_LIBS_LOG_ROCKS_FOLDER_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/log_rocks/fold_table.h"
#include "libs/log_rocks/partition_set.h"
#include "libs/log_rocks/rocks_log_store.h"
#include "sip/log/v1/checkpoint.pb.h"

namespace sip {

// Goes on with what to remove.
inline constexpr absl::string_view kLostTail =
    "The log has lost its newest records, or an older copy was put in its place. Put the newest copy of the log back; only if its "
    "loss is accepted, ";

// FAILED_PRECONDITION, with what to do, if the folder is of another installation or a log has another number of partitions.
absl::Status CheckConfigured(const FoldTable& table, const RocksLogOptions& options);

// FAILED_PRECONDITION, with what to do, if the folder has not got everything that the anchors name.
absl::Status CheckAnchors(const ChunkSource& source, const FoldTable& table, const log::v1::AnchorFile& anchors,
                          const RocksLogOptions& options);

}  // namespace sip

#endif  // SIP_LIBS_LOG_ROCKS_FOLDER_CHECK_H_

// Records for tests of logs: well-formed unless the test says otherwise, the same bytes for the same arguments.
#ifndef SIP_LIBS_TESTING_LOG_RECORDS_H_
#define SIP_LIBS_TESTING_LOG_RECORDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/eventsourcing/prepared_command.h"
#include "libs/eventsourcing/record.h"

namespace sip {

// 16 bytes that differ for different names.
std::string TestId(absl::string_view name);

// A Genesis of log "sip.test", log id TestId("log"), installation TestId("installation").
log::v1::GenesisHeader TestGenesisHeader(uint32_t partition = 0, uint32_t partition_count = 1);
Record MakeGenesis(const log::v1::GenesisHeader& header);
Record MakeGenesis(uint32_t partition = 0, uint32_t partition_count = 1);

// A claim with id TestId(name) that supersedes `supersedes` (16 bytes).
log::v1::ClaimHeader TestClaimHeader(const FoldState& state, absl::string_view name, absl::string_view supersedes);
Record MakeClaim(const log::v1::ClaimHeader& header);
// One that wins on `state`.
Record MakeClaim(const FoldState& state, absl::string_view name);

// The header of the next valid command on `state`, with `payload`, recorded one second after the last.
log::v1::CommandHeader NextCommandHeader(const FoldState& state, absl::string_view payload);
Record MakeCommand(const log::v1::CommandHeader& header, absl::string_view payload);
Record NextCommand(const FoldState& state, absl::string_view payload);

// What is appended of a command. Crashes if it is none.
PreparedCommand Prepared(const Record& command);

// A view into `record`, which must outlive it.
inline RecordView ViewOf(const Record& record) { return {record.kind, record.header, record.payload}; }

}  // namespace sip

#endif  // SIP_LIBS_TESTING_LOG_RECORDS_H_

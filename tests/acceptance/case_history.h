// What the logs hold of one case, reduced to what must be the same in two cases with the same story.
#ifndef SIP_TESTS_ACCEPTANCE_CASE_HISTORY_H_
#define SIP_TESTS_ACCEPTANCE_CASE_HISTORY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grpcpp/channel.h"

namespace sip {

struct CaseHistory {
  // How many records answer each request, by request id.
  std::map<std::string, size_t> records;
  // One line for each record: its log, the kind of its command or "import", the kinds of its events with their streams' types.
  // Sorted, because logs go on independently.
  std::vector<std::string> shape;
};

// Reads it as the agency, over the streaming RPC.
absl::StatusOr<CaseHistory> ReadCaseHistory(const std::shared_ptr<grpc::Channel>& channel, const std::string& case_id,
                                            const std::string& agency);

}  // namespace sip

#endif  // SIP_TESTS_ACCEPTANCE_CASE_HISTORY_H_

// A command as its writer hands it to a log: the record as readers will get it, and what folds need of it. Made from the bytes
// once, so that nobody on its way parses or copies them again, and the three cannot contradict each other.
#ifndef SIP_LIBS_EVENTSOURCING_PREPARED_COMMAND_H_
#define SIP_LIBS_EVENTSOURCING_PREPARED_COMMAND_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/eventsourcing/record.h"
#include "libs/eventsourcing/valid_record.h"

namespace sip {

class PreparedCommand {
 public:
  // DATA_LOSS as ParseRecord says.
  static absl::StatusOr<PreparedCommand> Make(std::string header, std::string payload);

  // Valid once a log says so.
  const ValidRecordPtr& record() const { return record_; }
  const RecordFacts& facts() const { return facts_; }
  RecordView view() const { return {RecordKind::kCommand, record_->header.bytes(), record_->payload}; }

 private:
  PreparedCommand(ValidRecordPtr record, RecordFacts facts) : record_(std::move(record)), facts_(std::move(facts)) {}

  ValidRecordPtr record_;
  RecordFacts facts_;
};

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_PREPARED_COMMAND_H_

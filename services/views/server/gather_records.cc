#include "services/views/server/gather_records.h"

#include <iterator>
#include <memory>
#include <utility>

namespace sip {
namespace {

struct Gathering {
  CaseRecords records;
  CaseRecordsQuestion question;
  std::vector<std::string> log_names;
  absl::AnyInvocable<void(absl::StatusOr<std::vector<RecordOfCase>>)> done;
  size_t next = 0;
  std::vector<RecordOfCase> found = {};
};

void AskNextLog(const std::shared_ptr<Gathering>& gathering) {
  if (gathering->next == gathering->log_names.size()) return gathering->done(std::move(gathering->found));
  CaseRecordsQuestion question = gathering->question;
  question.log_name = gathering->log_names[gathering->next++];
  gathering->records(std::move(question), [gathering](absl::StatusOr<std::vector<RecordOfCase>> records) {
    if (!records.ok()) return gathering->done(records.status());
    gathering->found.insert(gathering->found.end(), std::make_move_iterator(records->begin()),
                            std::make_move_iterator(records->end()));
    AskNextLog(gathering);
  });
}

}  // namespace

void GatherRecords(CaseRecords records, CaseRecordsQuestion question, std::vector<std::string> log_names,
                   absl::AnyInvocable<void(absl::StatusOr<std::vector<RecordOfCase>>)> done) {
  AskNextLog(
      std::make_shared<Gathering>(Gathering{std::move(records), std::move(question), std::move(log_names), std::move(done)}));
}

}  // namespace sip

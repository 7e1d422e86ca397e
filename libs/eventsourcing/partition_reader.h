// What every log adapter does with the records of one partition that it reads: fold them, keep the checkpoint, hand out the valid
// ones. Pure.
#ifndef SIP_LIBS_EVENTSOURCING_PARTITION_READER_H_
#define SIP_LIBS_EVENTSOURCING_PARTITION_READER_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/eventsourcing/record.h"

namespace sip {

// Not thread-safe; copyable.
class PartitionReader {
 public:
  PartitionReader(ExpectedLog expected, const ReaderCheckpoint& from)
      : cursor_(from.cursor), head_cursor_(from.head_cursor), fold_(std::move(expected), from.fold) {}

  // Folds the record that lies at `cursor`; gives it if it is a valid command, else null. After an error the reader must not be
  // used.
  absl::StatusOr<ValidRecordPtr> Read(uint64_t cursor, const RecordView& record);

  // The same for a record that is parsed already: whether it is a valid command.
  absl::StatusOr<bool> Read(uint64_t cursor, const RecordFacts& record);

  // All records before `cursor` have been read. Never moves back.
  void AdvanceTo(uint64_t cursor);

  // What the record that was read last turned out to be. Means nothing before the first.
  Verdict verdict() const { return verdict_; }
  uint64_t cursor() const { return cursor_; }
  const FoldState& state() const { return fold_.state(); }
  ReaderCheckpoint checkpoint() const { return {cursor_, head_cursor_, fold_.state()}; }

 private:
  bool Note(uint64_t cursor, Verdict verdict);

  uint64_t cursor_;
  uint64_t head_cursor_;
  Verdict verdict_ = Verdict::kGenesis;
  LogFold fold_;
};

// DATA_LOSS unless `record`, which lies at `checkpoint.head_cursor`, is the head that the checkpoint has folded.
absl::Status CheckIsHead(const ReaderCheckpoint& checkpoint, const RecordView& record);

}  // namespace sip

#endif  // SIP_LIBS_EVENTSOURCING_PARTITION_READER_H_

// Reads many partitions of a topic through one consumer, folding each (internal to log_kafka).
#ifndef SIP_LIBS_LOG_KAFKA_KAFKA_TAIL_H_
#define SIP_LIBS_LOG_KAFKA_KAFKA_TAIL_H_

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/eventsourcing/partition_reader.h"
#include "libs/log_kafka/head_comparison.h"
#include "libs/log_kafka/kafka_log_options.h"
#include "libs/log_kafka/partition_fetcher.h"

namespace sip {

class KafkaLog;

class KafkaTail final : public LogTail {
 public:
  // The checkpoints have been compared with the log. `log` and `options` outlive the tail.
  static absl::StatusOr<std::unique_ptr<LogTail>> Open(const KafkaLog& log, const KafkaLogOptions& options,
                                                       const std::vector<TailStart>& starts);

  absl::StatusOr<TailBatch> Read(size_t max_records, absl::Duration wait) override;
  void Cancel() override;

 private:
  KafkaTail(const KafkaLog& log, const KafkaLogOptions& options, const std::vector<TailStart>& starts,
            std::unique_ptr<PartitionFetcher> fetcher);
  absl::StatusOr<TailBatch> ReadSome(size_t max_records, absl::Duration wait);
  // Whether that turns out now, from what brokers said with the last records: their word that there are none comes later.
  bool HasReachedEnd();
  absl::Status Cancelled() const;
  absl::Status Fold(const PartitionFetcher::Fetched& fetched, TailBatch& batch);
  absl::Status CompareIfDue();
  void AddProgress(const std::set<uint32_t>& moved, TailBatch& batch) const;

  const KafkaLog& log_;
  const KafkaLogOptions& options_;
  const std::unique_ptr<PartitionFetcher> fetcher_;
  std::map<uint32_t, PartitionReader> readers_;
  std::set<uint32_t> not_at_end_;
  uint64_t compared_ = 0;                       // KafkaLog::comparison() of the last comparison that was begun.
  std::unique_ptr<HeadComparison> comparison_;  // That goes on.
  absl::Status failed_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_KAFKA_TAIL_H_

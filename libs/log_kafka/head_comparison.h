// Whether the records that readers have folded last still lie where they did (internal to log_kafka).
#ifndef SIP_LIBS_LOG_KAFKA_HEAD_COMPARISON_H_
#define SIP_LIBS_LOG_KAFKA_HEAD_COMPARISON_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/eventsourcing/event_log.h"
#include "libs/log_kafka/kafka_log_options.h"
#include "libs/log_kafka/partition_fetcher.h"

namespace sip {

// Not thread-safe.
class HeadComparison {
 public:
  // `options` outlives it. Checkpoints that have folded nothing are passed over.
  static absl::StatusOr<std::unique_ptr<HeadComparison>> Open(const KafkaLogOptions& options, const std::string& topic,
                                                              const std::vector<ReaderCheckpoint>& checkpoints);

  // Goes on for at most `wait`: whether all have been found in place. DATA_LOSS if one is another record, or is not there;
  // UNAVAILABLE if the brokers have not told within the request timeout since Open.
  absl::StatusOr<bool> Step(absl::Duration wait);

 private:
  HeadComparison(const KafkaLogOptions& options, std::string topic);
  // The partitions that are not compared yet, for errors.
  std::string NameLeft() const;
  absl::Status Compare(const PartitionFetcher::Fetched& fetched);
  absl::Status CheckIsThere(const ReaderCheckpoint& checkpoint);

  const std::string topic_;
  const absl::Duration until_;
  std::map<uint32_t, ReaderCheckpoint> left_;
  std::unique_ptr<PartitionFetcher> fetcher_;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_HEAD_COMPARISON_H_

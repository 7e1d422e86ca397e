// The logs of a Kafka cluster as source and as target of copies (libs/log_copy): every record as it lies there, byte by byte.
//
//   auto source = OpenKafkaRecordSource(options, VisitMerged);
//   auto target = NewKafkaRecordTarget(other_options, logs, MakeTopics::kYes, VisitMerged);
//   auto report = CopyLogs(**source, *target);
//
// A target must have no servers while it is written to: whoever else writes there is found, and ends the copy.
#ifndef SIP_LIBS_LOG_KAFKA_RECORD_COPY_H_
#define SIP_LIBS_LOG_KAFKA_RECORD_COPY_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/eventsourcing/record_source.h"
#include "libs/log_kafka/kafka_log_options.h"
#include "libs/log_kafka/kafka_log_store.h"

namespace sip {

// The logs of `options`, also while servers write to them: a visit gives what is there when it begins. NOT_FOUND or
// FAILED_PRECONDITION, with what to do, if a topic is missing or was not initialised; DATA_LOSS if one holds something else;
// UNAVAILABLE if the brokers do not answer.
absl::StatusOr<std::unique_ptr<RecordSource>> OpenKafkaRecordSource(const KafkaLogOptions& options, MergeRecords merge);

// Reads these logs, without looking whether they are what they were when `logs` was found out.
std::unique_ptr<RecordSource> NewKafkaRecordSource(const KafkaLogOptions& options, std::vector<LogIdentity> logs,
                                                   MergeRecords merge);

enum class MakeTopics { kYes, kNo };

// `logs`: which logs the cluster is to have; topics that are missing are made with the first record. `Begin` refuses, with what to
// do: logs that are not among them, or with other numbers of partitions; topics that are not safe; and those that hold another log,
// or one of another installation.
std::unique_ptr<RecordTarget> NewKafkaRecordTarget(const KafkaLogOptions& options, std::vector<NewKafkaLog> logs,
                                                   MakeTopics make_topics, MergeRecords merge);

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_RECORD_COPY_H_

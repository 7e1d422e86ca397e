// A fixture for tests of logs on real brokers: one cluster for the whole program, logs of its own for each test.
//
//   [[maybe_unused]] testing::Environment* const kBrokers = UseKafkaCluster({.brokers = 3});
//   TEST_F(KafkaFixture, …)
#ifndef SIP_LIBS_TESTING_KAFKA_FIXTURE_H_
#define SIP_LIBS_TESTING_KAFKA_FIXTURE_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libs/testing/kafka_backend.h"
#include "libs/testing/kafka_cluster.h"
#include "libs/testing/kafka_probe.h"
#include "libs/testing/log_writer.h"

namespace sip {

// Starts the cluster of the fixture before the first test. googletest owns the result.
testing::Environment* UseKafkaCluster(KafkaCluster::Options options);

class KafkaFixture : public testing::Test {
 protected:
  static constexpr char kLog[] = "sip.test";

  static KafkaCluster& cluster();

  KafkaFixture();
  // Makes the logs: sip.test with `partitions`, sip.other with one.
  absl::Status Init(uint32_t partitions = 2, const std::string& installation = std::string(16, 'i'));
  absl::StatusOr<std::unique_ptr<KafkaLogStore>> Open() const { return KafkaLogStore::Open(options_); }
  // The same, which must succeed: the store, and the log sip.test in it.
  std::unique_ptr<KafkaLogStore> OpenStore() const;
  std::string topic() const { return options_.TopicOf(kLog); }

  // Appends so many commands to a partition and waits for them; where a reader stands then.
  static ReaderCheckpoint Write(EventLog& log, uint32_t partition, size_t count, const ReaderCheckpoint& from = {});
  // Where a reader stands that has read a partition to its end.
  static ReaderCheckpoint ReadToEnd(EventLog& log, uint32_t partition, const ReaderCheckpoint& from = {});
  // Takes a partition over, and tells why that fails.
  static absl::Status ClaimStatus(EventLog& log, uint32_t partition, const ReaderCheckpoint& from = {});
  // Reads a partition to its end: why that stops, OK if it does not.
  static absl::Status ReadStatus(EventLog& log, uint32_t partition, const ReaderCheckpoint& from = {});
  // Reads until `tail` stops: why.
  static absl::Status AwaitStop(LogTail& tail);
  // Whether `holds` comes true within a minute.
  static bool Await(const std::function<bool()>& holds);
  // How many valid commands a partition has.
  static size_t Count(EventLog& log, uint32_t partition);

  KafkaLogOptions options_;
  KafkaOperator operator_;
};

}  // namespace sip

#endif  // SIP_LIBS_TESTING_KAFKA_FIXTURE_H_

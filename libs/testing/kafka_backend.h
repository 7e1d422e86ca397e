// A log on Kafka for the conformance suite: topics of its own on brokers that many tests share.
#ifndef SIP_LIBS_TESTING_KAFKA_BACKEND_H_
#define SIP_LIBS_TESTING_KAFKA_BACKEND_H_

#include <atomic>
#include <memory>
#include <string>

#include "libs/log_kafka/kafka_log_store.h"
#include "libs/testing/log_conformance.h"

namespace sip {

// Options for a test's own logs "sip.test" and "sip.other" on `brokers`, with a topic prefix that no other test has. End is
// answered by reading to the end.
KafkaLogOptions KafkaTestOptions(const std::string& brokers, int replicas);

class KafkaBackend : public LogBackend {
 public:
  // `options` as made by KafkaTestOptions. `make_topics`: see InitKafkaLogs.
  explicit KafkaBackend(KafkaLogOptions options, bool make_topics = true);
  EventLog& log() override { return *store_->log(kLogName); }
  KafkaLogStore& store() { return *store_; }
  void Restart() override;
  void SetFull(bool full) override { full_ = full; }

 private:
  void Open();
  // What EventLog::End asks: in place of an owner, the whole log is read.
  void AnswerEnd(const std::string& log, uint32_t partition, KafkaLogOptions::EndDone done);

  std::atomic<bool> full_{false};
  KafkaLogOptions options_;
  std::unique_ptr<KafkaLogStore> store_;
};

}  // namespace sip

#endif  // SIP_LIBS_TESTING_KAFKA_BACKEND_H_

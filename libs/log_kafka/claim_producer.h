// The producer of one claim (internal to log_kafka): sends its records in order and never under another claim. One thread of its
// own serves the reports.
#ifndef SIP_LIBS_LOG_KAFKA_CLAIM_PRODUCER_H_
#define SIP_LIBS_LOG_KAFKA_CLAIM_PRODUCER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/log_kafka/kafka_connection.h"
#include "libs/log_kafka/kafka_log_options.h"

namespace sip {

class ClaimProducer {
 public:
  struct Handlers {
    // Once for each record that was sent, in order, on the producer's thread. `number`: as given to Send. `offset` < 0: none was
    // named.
    std::function<void(uint64_t number, rd_kafka_resp_err_t error, int64_t offset)> on_report;
    // Several times a second, on the producer's thread.
    std::function<void()> on_tick;
  };

  // All settings of its client.
  static absl::StatusOr<KafkaSettings> Settings(const KafkaLogOptions& options);
  // Connects: the first record does not wait for it.
  static absl::StatusOr<std::unique_ptr<ClaimProducer>> Open(const KafkaLogOptions& options, const std::string& topic,
                                                             uint32_t partition);
  ~ClaimProducer();
  ClaimProducer(const ClaimProducer&) = delete;
  ClaimProducer& operator=(const ClaimProducer&) = delete;

  // Sends the first record and waits for its report: its offset. UNAVAILABLE if there is none in time, or it tells nothing: the
  // record may be in the log. Before Start.
  absl::StatusOr<uint64_t> SendFirst(std::string frame, absl::Duration timeout);
  // Once, before Send.
  void Start(Handlers handlers);
  // `frame` must stay where it is until its report, or the producer's end. UNAVAILABLE if the producer takes nothing any more: it
  // is over then.
  absl::Status Send(uint64_t number, absl::string_view frame);
  // Any thread: what was not sent yet is not sent. Reports of it come as errors, or not at all.
  void Purge();
  // Purges and ends the thread; no handler runs after. Not from a handler.
  void Stop();

 private:
  explicit ClaimProducer(uint32_t partition) : partition_(partition) {}
  static void OnReport(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);
  void Work();

  const uint32_t partition_;
  KafkaPtr<rd_kafka_t> client_;
  KafkaPtr<rd_kafka_queue_t> queue_;  // Of reports.
  KafkaPtr<rd_kafka_topic_t> topic_;
  std::string first_frame_;
  Handlers handlers_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace sip

#endif  // SIP_LIBS_LOG_KAFKA_CLAIM_PRODUCER_H_

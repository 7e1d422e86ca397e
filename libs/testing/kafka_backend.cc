#include "libs/testing/kafka_backend.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/uuid.h"

namespace sip {
namespace {

absl::StatusOr<LogEnd> ReadToEnd(EventLog& log, uint32_t partition) {
  SIP_ASSIGN_OR_RETURN(const auto tail, log.Tail({{partition, {}}}));
  LogEnd end;
  while (true) {
    SIP_ASSIGN_OR_RETURN(const TailBatch batch, tail->Read(1000, absl::Milliseconds(100)));
    for (const TailBatch::Progress& progress : batch.progress) end.next_idx = progress.checkpoint.fold.next_idx;
    if (batch.at_end) return end;
  }
}

}  // namespace

KafkaLogOptions KafkaTestOptions(const std::string& brokers, int replicas) {
  KafkaLogOptions options;
  options.connection.brokers = brokers;
  options.topic_prefix = absl::StrCat(NewUuidV7().ToString(), ".");
  options.logs = {"sip.other", LogBackend::kLogName};
  options.replicas = replicas;
  options.replicas_in_sync = replicas > 2 ? 2 : 1;
  options.request_timeout = absl::Seconds(30);
  options.append_timeout = absl::Seconds(30);
  return options;
}

KafkaBackend::KafkaBackend(KafkaLogOptions options, bool make_topics) : options_(std::move(options)) {
  options_.is_full = [this] { return full_.load(); };
  options_.ask_owner = [this](const std::string& log, uint32_t partition, KafkaLogOptions::EndDone done) {
    AnswerEnd(log, partition, std::move(done));
  };
  const absl::Status made = InitKafkaLogs(options_, {{"sip.other", 1}, {kLogName, kPartitions}}, RandomBytes(16), make_topics);
  EXPECT_TRUE(made.ok()) << made;
  Open();
}

void KafkaBackend::Open() {
  auto store = KafkaLogStore::Open(options_);
  ASSERT_TRUE(store.ok()) << store.status();
  store_ = *std::move(store);
}

void KafkaBackend::Restart() {
  store_.reset();
  Open();
}

void KafkaBackend::AnswerEnd(const std::string& log, uint32_t partition, KafkaLogOptions::EndDone done) {
  done(ReadToEnd(*store_->log(log), partition));
}

}  // namespace sip

#include "tests/benchmark/kafka_appenders.h"

#include <bit>
#include <cstdint>
#include <random>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/log_kafka/claim_producer.h"
#include "libs/testing/log_records.h"
#include "tests/benchmark/flags.h"

namespace sip {
namespace {

constexpr int kPollMilliseconds = 50;
constexpr int kPatienceMilliseconds = 30'000;

void* ToOpaque(size_t number) { return std::bit_cast<void*>(uint64_t{number} + 1); }
size_t FromOpaque(const void* opaque) { return std::bit_cast<uint64_t>(opaque) - 1; }

void Check(rd_kafka_error_t* error, absl::string_view what) {
  if (error != nullptr) Die(absl::StrCat(what, ": ", rd_kafka_error_string(error)));
}

KafkaSettings SettingsOf(const KafkaLogOptions& options) {
  absl::StatusOr<KafkaSettings> settings = ClaimProducer::Settings(options);
  if (!settings.ok()) Die(settings.status().ToString());
  return *std::move(settings);
}

KafkaPtr<rd_kafka_topic_t> TopicOf(rd_kafka_t* client, const std::string& topic) {
  KafkaPtr<rd_kafka_topic_t> handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  if (handle == nullptr) Die(absl::StrCat("no handle of ", topic));
  return handle;
}

// `frame` stays where it is until its report.
void Produce(rd_kafka_topic_t* topic, const std::string& frame, void* opaque) {
  const int refused = rd_kafka_produce(topic, 0, 0, const_cast<char*>(frame.data()), frame.size(), nullptr, 0, opaque);
  if (refused != 0) Die("a producer refuses a record");
}

}  // namespace

AppendTimes Appender::Run(const AppendLoad& load, size_t in_flight) {
  const size_t count = load.frames.size();
  sent_.assign(count, absl::ZeroDuration());
  latencies_.assign(count, absl::ZeroDuration());
  const absl::Duration begun = MonotonicNow();
  for (size_t number = 0; number < count; ++number) {
    in_flight_.AwaitAtMost(in_flight - 1);
    in_flight_.Add();
    sent_[number] = MonotonicNow();
    Send(load, number);
  }
  in_flight_.AwaitAtMost(0);
  return {static_cast<double>(count) / absl::ToDoubleSeconds(MonotonicNow() - begun), std::move(latencies_)};
}

void Appender::Reported(size_t number) {
  latencies_[number] = MonotonicNow() - sent_[number];
  in_flight_.Remove();
}

SessionAppender::SessionAppender(EventLog& log) : ahead_({}) {
  auto session = log.Claim(0, {}, {"benchmark", "endpoint", "build"}, [](const ValidRecordPtr&) { return absl::OkStatus(); });
  if (!session.ok()) Die(session.status().ToString());
  session_ = *std::move(session);
  ahead_ = LogFold({log.identity().log_id, 0}, session_->claimed().fold);
}

AppendLoad SessionAppender::Prepare(size_t count, size_t content_bytes) {
  // NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp): the same in each run.
  std::minstd_rand random(1 + ahead_.state().next_idx);
  AppendLoad load;
  load.commands.reserve(count);
  load.frames.reserve(count);
  std::string content(content_bytes, ' ');
  for (size_t i = 0; i < count; ++i) {
    // As Kafka's own producer benchmark has them.
    for (char& letter : content) letter = static_cast<char>('A' + random() % 26);
    load.commands.push_back(Prepared(NextCommand(ahead_.state(), content)));
    load.frames.push_back(EncodeFrame(load.commands.back().view()));
    if (!ahead_.Step(load.commands.back().facts()).ok()) Die("a record is not the next one");
  }
  return load;
}

void SessionAppender::Send(const AppendLoad& load, size_t number) {
  const absl::Status sent = session_->Append(load.commands[number], [this, number](AppendReport report) {
    if (report.outcome != AppendOutcome::kDurable) Die("an append did not become durable");
    Reported(number);
  });
  if (!sent.ok()) Die(sent.ToString());
}

BareAppender::BareAppender(const KafkaLogOptions& options, const std::string& topic) {
  auto client = NewKafkaClient(RD_KAFKA_PRODUCER, SettingsOf(options), OnReport, this);
  if (!client.ok()) Die(client.status().ToString());
  client_ = *std::move(client);
  topic_ = TopicOf(client_.get(), topic);
  thread_ = std::thread([this] {
    while (!stopping_) rd_kafka_poll(client_.get(), kPollMilliseconds);
  });
}

BareAppender::~BareAppender() {
  stopping_ = true;
  thread_.join();
}

void BareAppender::OnReport(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* opaque) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) Die(rd_kafka_err2str(message->err));
  static_cast<BareAppender*>(opaque)->Reported(FromOpaque(message->_private));
}

void BareAppender::Send(const AppendLoad& load, size_t number) { Produce(topic_.get(), load.frames[number], ToOpaque(number)); }

TransactionAppender::TransactionAppender(const KafkaLogOptions& options, const std::string& topic) {
  KafkaSettings settings = SettingsOf(options);
  settings.emplace_back("transactional.id", topic);
  // Without an end it is not allowed here.
  settings.emplace_back("message.timeout.ms", absl::StrCat(kPatienceMilliseconds));
  auto client = NewKafkaClient(RD_KAFKA_PRODUCER, settings);
  if (!client.ok()) Die(client.status().ToString());
  client_ = *std::move(client);
  topic_ = TopicOf(client_.get(), topic);
  Check(rd_kafka_init_transactions(client_.get(), kPatienceMilliseconds), "init_transactions");
  thread_ = std::thread([this] { Work(); });
}

TransactionAppender::~TransactionAppender() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

double TransactionAppender::RecordsPerTransaction() const {
  MutexLock lock(mutex_);
  return static_cast<double>(records_) / static_cast<double>(transactions_);
}

void TransactionAppender::Send(const AppendLoad& load, size_t number) {
  MutexLock lock(mutex_);
  queued_.emplace_back(number, &load.frames[number]);
  changed_.NotifyAll();
}

void TransactionAppender::Work() {
  while (true) {
    std::vector<std::pair<size_t, const std::string*>> records;
    {
      MutexLock lock(mutex_);
      while (queued_.empty() && !stopping_) changed_.Wait(mutex_);
      if (queued_.empty()) return;
      records.swap(queued_);
      ++transactions_;
      records_ += records.size();
    }
    Commit(records);
  }
}

void TransactionAppender::Commit(const std::vector<std::pair<size_t, const std::string*>>& records) {
  Check(rd_kafka_begin_transaction(client_.get()), "begin_transaction");
  for (const auto& [number, frame] : records) Produce(topic_.get(), *frame, nullptr);
  Check(rd_kafka_commit_transaction(client_.get(), kPatienceMilliseconds), "commit_transaction");
  for (const auto& [number, frame] : records) Reported(number);
}

}  // namespace sip

#include "libs/testing/kafka_probe.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

constexpr int kPatienceMilliseconds = 30'000;

KafkaPtr<rd_kafka_t> NewClient(rd_kafka_type_t type, KafkaSettings settings, DeliveryReport on_report = nullptr) {
  settings.emplace_back("allow.auto.create.topics", "false");
  auto client = NewKafkaClient(type, settings, on_report);
  SIP_CHECK(client.ok());
  return *std::move(client);
}

KafkaSettings ProducerSettings(const std::string& brokers, const std::string& transaction) {
  KafkaSettings settings = {{"bootstrap.servers", brokers}, {"linger.ms", "0"}};
  if (!transaction.empty()) settings.emplace_back("transactional.id", transaction);
  return settings;
}

void KeepReport(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* /*opaque*/) {
  *static_cast<rd_kafka_resp_err_t*>(message->_private) = message->err;
}

absl::Status FromError(rd_kafka_error_t* error, absl::string_view what) {
  if (error == nullptr) return absl::OkStatus();
  absl::Status status = absl::UnavailableError(absl::StrCat(what, ": ", rd_kafka_error_string(error)));
  rd_kafka_error_destroy(error);
  return status;
}

// Waits for the answer of a request to administer, which `ask` sends.
template <typename Ask>
absl::Status Administer(rd_kafka_t* client, absl::string_view what, Ask ask) {
  const KafkaPtr<rd_kafka_queue_t> queue(rd_kafka_queue_new(client));
  ask(queue.get());
  const KafkaPtr<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), kPatienceMilliseconds));
  if (event == nullptr) return absl::UnavailableError(absl::StrCat(what, ": no answer"));
  SIP_RETURN_IF_ERROR(KafkaStatus(rd_kafka_event_error(event.get()), what));
  size_t count = 0;
  const rd_kafka_topic_result_t** results = nullptr;
  if (const auto* made = rd_kafka_event_CreateTopics_result(event.get())) {
    results = rd_kafka_CreateTopics_result_topics(made, &count);
  } else if (const auto* deleted = rd_kafka_event_DeleteTopics_result(event.get())) {
    results = rd_kafka_DeleteTopics_result_topics(deleted, &count);
  } else if (const auto* grown = rd_kafka_event_CreatePartitions_result(event.get())) {
    results = rd_kafka_CreatePartitions_result_topics(grown, &count);
  }
  for (size_t i = 0; i < count; ++i) SIP_RETURN_IF_ERROR(KafkaStatus(rd_kafka_topic_result_error(results[i]), what));
  if (const auto* altered = rd_kafka_event_AlterConfigs_result(event.get())) {
    const rd_kafka_ConfigResource_t** const resources = rd_kafka_AlterConfigs_result_resources(altered, &count);
    for (size_t i = 0; i < count; ++i) SIP_RETURN_IF_ERROR(KafkaStatus(rd_kafka_ConfigResource_error(resources[i]), what));
  }
  return absl::OkStatus();
}

}  // namespace

StrangeProducer::StrangeProducer(const std::string& brokers, const std::string& transaction)
    : client_(NewClient(RD_KAFKA_PRODUCER, ProducerSettings(brokers, transaction), KeepReport)) {}

absl::Status StrangeProducer::Begin() {
  SIP_RETURN_IF_ERROR(FromError(rd_kafka_init_transactions(client_.get(), kPatienceMilliseconds), "init_transactions"));
  return FromError(rd_kafka_begin_transaction(client_.get()), "begin_transaction");
}

absl::Status StrangeProducer::Commit() {
  return FromError(rd_kafka_commit_transaction(client_.get(), kPatienceMilliseconds), "commit_transaction");
}

absl::Status StrangeProducer::Produce(const std::string& topic, uint32_t partition, absl::string_view bytes, int64_t timestamp,
                                      absl::string_view key) {
  rd_kafka_resp_err_t report = RD_KAFKA_RESP_ERR__IN_PROGRESS;
  SIP_RETURN_IF_ERROR(KafkaStatus(
      rd_kafka_producev(client_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(static_cast<int32_t>(partition)),
                        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE(const_cast<char*>(bytes.data()), bytes.size()),
                        RD_KAFKA_V_KEY(const_cast<char*>(key.data()), key.size()), RD_KAFKA_V_TIMESTAMP(timestamp),
                        RD_KAFKA_V_OPAQUE(&report), RD_KAFKA_V_END),
      topic));
  SIP_RETURN_IF_ERROR(KafkaStatus(rd_kafka_flush(client_.get(), kPatienceMilliseconds), topic));
  return KafkaStatus(report, topic);
}

PlainConsumer::PlainConsumer(const std::string& brokers, const std::string& topic, uint32_t partition, uint64_t offset,
                             const KafkaSettings& settings) {
  KafkaSettings all = {
      {"bootstrap.servers", brokers}, {"group.id", "stranger"}, {"enable.partition.eof", "true"}, {"enable.auto.commit", "false"}};
  all.insert(all.end(), settings.begin(), settings.end());
  client_ = NewClient(RD_KAFKA_CONSUMER, std::move(all));
  rd_kafka_poll_set_consumer(client_.get());
  const KafkaPtr<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), static_cast<int32_t>(partition))->offset =
      static_cast<int64_t>(offset);
  SIP_CHECK(rd_kafka_assign(client_.get(), list.get()) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

PlainConsumer::Seen PlainConsumer::ReadToEnd() {
  Seen seen;
  while (true) {
    const KafkaPtr<rd_kafka_message_t> message(rd_kafka_consumer_poll(client_.get(), kPatienceMilliseconds));
    if (message == nullptr) return seen;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) seen.end = message->offset;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      seen.error = message->err;
      return seen;
    }
    seen.offsets.push_back(message->offset);
    seen.frames.emplace_back(static_cast<const char*>(message->payload), message->len);
  }
}

KafkaOperator::KafkaOperator(const std::string& brokers)
    : client_(NewClient(RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers}})) {}

absl::Status KafkaOperator::CreateTopic(const std::string& topic, int partitions, int replicas,
                                        const std::map<std::string, std::string>& settings) {
  std::array<char, 512> text{};
  rd_kafka_NewTopic_t* wanted = rd_kafka_NewTopic_new(topic.c_str(), partitions, replicas, text.data(), text.size());
  for (const auto& [name, value] : settings) rd_kafka_NewTopic_set_config(wanted, name.c_str(), value.c_str());
  absl::Status made = Administer(
      client_.get(), topic, [&](rd_kafka_queue_t* queue) { rd_kafka_CreateTopics(client_.get(), &wanted, 1, nullptr, queue); });
  rd_kafka_NewTopic_destroy(wanted);
  return made;
}

absl::Status KafkaOperator::DeleteTopic(const std::string& topic) {
  rd_kafka_DeleteTopic_t* wanted = rd_kafka_DeleteTopic_new(topic.c_str());
  absl::Status deleted = Administer(
      client_.get(), topic, [&](rd_kafka_queue_t* queue) { rd_kafka_DeleteTopics(client_.get(), &wanted, 1, nullptr, queue); });
  rd_kafka_DeleteTopic_destroy(wanted);
  return deleted;
}

absl::Status KafkaOperator::AddPartitions(const std::string& topic, size_t partitions) {
  std::array<char, 512> text{};
  rd_kafka_NewPartitions_t* wanted = rd_kafka_NewPartitions_new(topic.c_str(), partitions, text.data(), text.size());
  absl::Status added = Administer(
      client_.get(), topic, [&](rd_kafka_queue_t* queue) { rd_kafka_CreatePartitions(client_.get(), &wanted, 1, nullptr, queue); });
  rd_kafka_NewPartitions_destroy(wanted);
  return added;
}

absl::Status KafkaOperator::DeleteRecords(const std::string& topic, uint32_t partition, int64_t offset) {
  const KafkaPtr<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), static_cast<int32_t>(partition))->offset = offset;
  rd_kafka_DeleteRecords_t* wanted = rd_kafka_DeleteRecords_new(list.get());
  absl::Status deleted = Administer(
      client_.get(), topic, [&](rd_kafka_queue_t* queue) { rd_kafka_DeleteRecords(client_.get(), &wanted, 1, nullptr, queue); });
  rd_kafka_DeleteRecords_destroy(wanted);
  return deleted;
}

absl::Status KafkaOperator::SetTopic(const std::string& topic, const std::map<std::string, std::string>& settings) {
  rd_kafka_ConfigResource_t* resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  for (const auto& [name, value] : settings) rd_kafka_ConfigResource_set_config(resource, name.c_str(), value.c_str());
  absl::Status set = Administer(
      client_.get(), topic, [&](rd_kafka_queue_t* queue) { rd_kafka_AlterConfigs(client_.get(), &resource, 1, nullptr, queue); });
  rd_kafka_ConfigResource_destroy(resource);
  return set;
}

absl::StatusOr<int> KafkaOperator::Leader(const std::string& topic, uint32_t partition) {
  SIP_ASSIGN_OR_RETURN(const KafkaTopicInfo info, DescribeTopic(client_.get(), topic, absl::Seconds(30)));
  return partition < info.leaders.size() && info.leaders[partition] > 0 ? info.leaders[partition] - 1 : -1;
}

absl::StatusOr<int64_t> KafkaOperator::Begin(const std::string& topic, uint32_t partition) {
  int64_t low = 0;
  int64_t high = 0;
  SIP_RETURN_IF_ERROR(KafkaStatus(rd_kafka_query_watermark_offsets(client_.get(), topic.c_str(), static_cast<int32_t>(partition),
                                                                   &low, &high, kPatienceMilliseconds),
                                  topic));
  return low;
}

}  // namespace sip

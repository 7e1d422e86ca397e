#include "libs/log_kafka/record_copy.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/log_kafka/kafka_log.h"
#include "libs/log_kafka/partition_streams.h"
#include "libs/log_kafka/topic_settings.h"
#include "libs/log_kafka/verbatim_producer.h"

namespace sip {
namespace {

class KafkaSource final : public RecordSource {
 public:
  KafkaSource(const KafkaLogOptions& options, std::vector<LogIdentity> logs, MergeRecords merge)
      : options_(options), logs_(std::move(logs)), merge_(merge) {}

  const std::vector<LogIdentity>& logs() const override { return logs_; }
  absl::Status Visit(Visitor visit) override {
    SIP_ASSIGN_OR_RETURN(auto opened, OpenPartitionStreams(options_, logs_));
    std::vector<std::unique_ptr<RecordStream>> streams(std::make_move_iterator(opened.begin()),
                                                       std::make_move_iterator(opened.end()));
    return merge_(logs_, streams, visit);
  }

 private:
  const KafkaLogOptions options_;
  const std::vector<LogIdentity> logs_;
  const MergeRecords merge_;
};

class KafkaTarget final : public RecordTarget {
 public:
  KafkaTarget(const KafkaLogOptions& options, std::vector<NewKafkaLog> wanted, MakeTopics make_topics, MergeRecords merge)
      : options_(options), wanted_(std::move(wanted)), make_topics_(make_topics), merge_(merge) {}

  const std::vector<LogIdentity>& logs() const override { return held_; }
  absl::Status Visit(Visitor visit) override;
  absl::Status Begin(const std::vector<LogIdentity>& logs) override;
  absl::Status Append(const LogIdentity& log, uint32_t partition, const RecordView& record) override;
  absl::Status Finish() override;

 private:
  // What `log` is to be: null if nobody wants it.
  const NewKafkaLog* FindWanted(const std::string& log) const;
  // Looks at the topic of `wanted`, of which the source has `log`, or nothing.
  absl::Status BeginLog(const NewKafkaLog& wanted, const LogIdentity* log);
  absl::Status CheckHeld(const std::string& topic, const LogIdentity& held, const LogIdentity* log) const;
  absl::Status StartWriting();

  const KafkaLogOptions options_;
  const std::vector<NewKafkaLog> wanted_;
  const MakeTopics make_topics_;
  const MergeRecords merge_;
  KafkaPtr<rd_kafka_t> client_;
  std::vector<LogIdentity> coming_;   // What the source has.
  std::vector<LogIdentity> held_;     // Those of them of which something is there.
  std::vector<NewKafkaLog> missing_;  // Their topics are to be made.
  std::unique_ptr<VerbatimProducer> producer_;
  // By log id and partition: where the next record must come to lie.
  std::map<std::pair<std::string, uint32_t>, uint64_t> next_;
};

const NewKafkaLog* KafkaTarget::FindWanted(const std::string& log) const {
  const auto found = std::find_if(wanted_.begin(), wanted_.end(), [&](const NewKafkaLog& wanted) { return wanted.name == log; });
  return found == wanted_.end() ? nullptr : &*found;
}

absl::Status KafkaTarget::Begin(const std::vector<LogIdentity>& logs) {
  SIP_ASSIGN_OR_RETURN(client_, NewReadingClient(options_));
  coming_ = logs;
  held_.clear();
  missing_.clear();
  for (const LogIdentity& log : logs) {
    const NewKafkaLog* const wanted = FindWanted(log.name);
    if (wanted == nullptr) {
      return absl::FailedPreconditionError(
          absl::StrCat("the source has the log ", log.name, ", for which no topic is named: add it to the file of topics"));
    }
    if (wanted->partition_count != log.partition_count) {
      return absl::FailedPreconditionError(absl::StrCat("the source has ", log.partition_count, " partitions of ", log.name,
                                                        ", the file of topics ", wanted->partition_count,
                                                        ": the number never changes; write that of the source into the file"));
    }
  }
  for (const NewKafkaLog& wanted : wanted_) {
    const auto log = std::find_if(logs.begin(), logs.end(), [&](const LogIdentity& l) { return l.name == wanted.name; });
    SIP_RETURN_IF_ERROR(BeginLog(wanted, log == logs.end() ? nullptr : &*log));
  }
  return absl::OkStatus();
}

absl::Status KafkaTarget::BeginLog(const NewKafkaLog& wanted, const LogIdentity* log) {
  const std::string topic = options_.TopicOf(wanted.name);
  const absl::StatusOr<KafkaTopicInfo> info = DescribeTopic(client_.get(), topic, options_.request_timeout);
  if (absl::IsNotFound(info.status())) {
    if (log == nullptr) return absl::OkStatus();
    if (make_topics_ == MakeTopics::kNo) {
      return absl::FailedPreconditionError(absl::StrCat("there is no topic ", topic, ": have it made, with ",
                                                        wanted.partition_count,
                                                        " partitions and the settings of the file of topics"));
    }
    missing_.push_back(wanted);
    return absl::OkStatus();
  }
  SIP_RETURN_IF_ERROR(info.status());
  if (info->leaders.size() != wanted.partition_count) {
    return absl::FailedPreconditionError(absl::StrCat("topic ", topic, " has ", info->leaders.size(), " partitions instead of ",
                                                      wanted.partition_count, ": delete it if it is empty, and run this again"));
  }
  SIP_RETURN_IF_ERROR(AssertTopic(client_.get(), options_, topic));
  SIP_ASSIGN_OR_RETURN(const LogIdentity held, ReadHeldIdentity(options_, wanted.name, wanted.partition_count));
  if (held.log_id.empty()) return absl::OkStatus();
  SIP_RETURN_IF_ERROR(CheckHeld(topic, held, log));
  held_.push_back(*log);
  return absl::OkStatus();
}

absl::Status KafkaTarget::CheckHeld(const std::string& topic, const LogIdentity& held, const LogIdentity* log) const {
  if (log != nullptr && held.log_id == log->log_id && held.installation_id == log->installation_id) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("topic ", topic,
                   " holds another log than the one that is to be copied: it was made by sipctl log init, or belongs "
                   "to another installation; set another kafka.topic_prefix, or delete the topics if nobody needs them"));
}

absl::Status KafkaTarget::Visit(Visitor visit) {
  SIP_ASSIGN_OR_RETURN(auto opened, OpenPartitionStreams(options_, held_));
  std::vector<std::unique_ptr<RecordStream>> streams;
  streams.reserve(opened.size());
  next_.clear();
  auto stream = opened.begin();
  for (const LogIdentity& log : held_) {
    for (uint32_t partition = 0; partition < log.partition_count; ++partition, ++stream) {
      next_[{log.log_id, partition}] = (*stream)->end();
      streams.push_back(std::move(*stream));
    }
  }
  return merge_(held_, streams, visit);
}

absl::Status KafkaTarget::StartWriting() {
  for (const NewKafkaLog& log : missing_) SIP_RETURN_IF_ERROR(EnsureTopic(client_.get(), options_, log));
  missing_.clear();
  SIP_ASSIGN_OR_RETURN(producer_, VerbatimProducer::Open(options_));
  return absl::OkStatus();
}

absl::Status KafkaTarget::Append(const LogIdentity& log, uint32_t partition, const RecordView& record) {
  if (producer_ == nullptr) SIP_RETURN_IF_ERROR(StartWriting());
  return producer_->Send(options_.TopicOf(log.name), partition, next_[{log.log_id, partition}]++, record);
}

absl::Status KafkaTarget::Finish() {
  if (producer_ == nullptr) return absl::OkStatus();
  SIP_RETURN_IF_ERROR(producer_->Flush());
  producer_ = nullptr;
  held_ = coming_;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordSource>> OpenKafkaRecordSource(const KafkaLogOptions& options, MergeRecords merge) {
  SIP_ASSIGN_OR_RETURN(const KafkaPtr<rd_kafka_t> client, NewReadingClient(options));
  std::vector<LogIdentity> logs;
  logs.reserve(options.logs.size());
  for (const std::string& log : options.logs) {
    SIP_ASSIGN_OR_RETURN(const KafkaTopicInfo info, DescribeTopic(client.get(), options.TopicOf(log), options.request_timeout));
    SIP_ASSIGN_OR_RETURN(LogIdentity identity, ReadIdentity(options, log, static_cast<uint32_t>(info.leaders.size())));
    logs.push_back(std::move(identity));
  }
  return NewKafkaRecordSource(options, std::move(logs), merge);
}

std::unique_ptr<RecordSource> NewKafkaRecordSource(const KafkaLogOptions& options, std::vector<LogIdentity> logs,
                                                   MergeRecords merge) {
  return std::make_unique<KafkaSource>(options, std::move(logs), merge);
}

std::unique_ptr<RecordTarget> NewKafkaRecordTarget(const KafkaLogOptions& options, std::vector<NewKafkaLog> logs,
                                                   MakeTopics make_topics, MergeRecords merge) {
  return std::make_unique<KafkaTarget>(options, std::move(logs), make_topics, merge);
}

}  // namespace sip

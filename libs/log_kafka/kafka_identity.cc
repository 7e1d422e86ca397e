// Who the logs are: reading and writing Genesis records.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/monotonic.h"
#include "libs/base/pause.h"
#include "libs/base/status_macros.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/log_kafka/claim_producer.h"
#include "libs/log_kafka/kafka_log.h"
#include "libs/log_kafka/kafka_log_store.h"
#include "libs/log_kafka/partition_fetcher.h"
#include "libs/log_kafka/partition_streams.h"
#include "libs/log_kafka/topic_settings.h"

namespace sip {
namespace {

constexpr absl::Duration kAskAgain = absl::Milliseconds(20);

// The first record of each partition folded; a state that has not started: the partition is empty.
absl::StatusOr<std::map<uint32_t, FoldState>> ReadFirst(const KafkaLogOptions& options, const std::string& topic,
                                                        uint32_t partitions) {
  std::vector<PartitionFetcher::Start> starts;
  starts.reserve(partitions);
  for (uint32_t p = 0; p < partitions; ++p) starts.push_back({p, 0});
  SIP_ASSIGN_OR_RETURN(const auto fetcher, PartitionFetcher::Open(options, topic, starts));
  std::map<uint32_t, FoldState> states;
  const absl::Duration until = MonotonicNow() + options.request_timeout;
  while (states.size() < partitions) {
    const absl::Duration left = until - MonotonicNow();
    if (left <= absl::ZeroDuration()) return absl::UnavailableError(absl::StrCat("topic ", topic, ": the brokers do not answer"));
    SIP_ASSIGN_OR_RETURN(const std::optional<PartitionFetcher::Fetched> fetched, fetcher->Next(left));
    if (!fetched.has_value() || states.count(fetched->partition) > 0) continue;
    if (fetched->at_end) {
      // A leader that was just elected shows less than was acknowledged, for a moment. It does not tell its end before that is
      // over.
      SIP_ASSIGN_OR_RETURN(const auto bounds, fetcher->QueryBounds(fetched->partition, until - MonotonicNow()));
      if (bounds.end == 0) states[fetched->partition] = FoldState();
      continue;
    }
    const absl::StatusOr<RecordView> record = fetcher->Decode(*fetched);
    LogFold fold(ExpectedLog{"", fetched->partition});
    if (!record.ok() || !fold.Step(*record).ok()) {
      return absl::DataLossError(absl::StrCat("topic ", topic, ", partition ", fetched->partition,
                                              " begins with something that is no Genesis record: it is no log of ours"));
    }
    states[fetched->partition] = fold.state();
  }
  return states;
}

absl::Status WriteGenesis(const KafkaLogOptions& options, const std::string& topic, uint32_t partition,
                          const LogIdentity& identity) {
  log::v1::GenesisHeader header;
  header.set_installation_id(identity.installation_id);
  header.set_log_id(identity.log_id);
  header.set_log_name(identity.name);
  header.set_partition(partition);
  header.set_partition_count(identity.partition_count);
  header.set_hash_function("sha-256");
  SIP_ASSIGN_OR_RETURN(const auto producer, ClaimProducer::Open(options, topic, partition));
  return producer->SendFirst(EncodeFrame(Record{RecordKind::kGenesis, header.SerializeAsString(), ""}), options.append_timeout)
      .status();
}

// Of the partitions that have one; log_id empty if none has.
absl::StatusOr<LogIdentity> IdentityOf(const std::map<uint32_t, FoldState>& states, const std::string& topic) {
  LogIdentity identity;
  for (const auto& [partition, state] : states) {
    if (!state.started) continue;
    if (identity.log_id.empty()) identity = {state.installation_id, state.log_id, state.log_name, state.partition_count};
    if (state.log_id != identity.log_id || state.installation_id != identity.installation_id) {
      return absl::FailedPreconditionError(
          absl::StrCat("topic ", topic, ": partition ", partition, " belongs to another log than the partitions before it"));
    }
  }
  return identity;
}

absl::Status CheckShape(const LogIdentity& identity, const std::string& log, const std::string& topic, uint32_t partitions) {
  if (identity.name != log) {
    return absl::FailedPreconditionError(absl::StrCat("topic ", topic, " holds the log ", identity.name, ", not ", log));
  }
  if (identity.partition_count == partitions) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("topic ", topic, " has ", partitions, " partitions, the log was made with ", identity.partition_count,
                   ": partitions can never be added, as every case would lie elsewhere; restore the topic"));
}

absl::Status CheckIsReady(rd_kafka_t* client, const KafkaLogOptions& options, const std::string& topic, uint32_t partitions) {
  SIP_ASSIGN_OR_RETURN(const KafkaTopicInfo info, DescribeTopic(client, topic, options.request_timeout));
  if (info.leaders.size() != partitions) {
    return absl::FailedPreconditionError(
        absl::StrCat("topic ", topic, " has ", info.leaders.size(), " partitions instead of ", partitions));
  }
  const bool has_leaders = std::all_of(info.leaders.begin(), info.leaders.end(), [](int32_t leader) { return leader >= 0; });
  if (!has_leaders) return absl::UnavailableError(absl::StrCat("topic ", topic, " has a partition without a leader"));
  return options.assert_settings ? AssertTopic(client, options, topic) : absl::OkStatus();
}

// Brokers that have not heard of a new topic yet are asked again.
absl::Status AwaitTopic(rd_kafka_t* client, const KafkaLogOptions& options, const std::string& topic, uint32_t partitions,
                        bool is_new) {
  const absl::Duration until = MonotonicNow() + options.request_timeout;
  Pause pause;
  while (true) {
    absl::Status ready = CheckIsReady(client, options, topic, partitions);
    if (ready.ok()) return absl::OkStatus();
    const bool passes = absl::IsUnavailable(ready) || (is_new && absl::IsNotFound(ready));
    if (!passes || MonotonicNow() > until) return ready;
    pause.Take(kAskAgain);
  }
}

// A log while it is initialised: what its topic holds.
struct PreparedTopic {
  bool is_new = false;
  std::map<uint32_t, FoldState> states;
};

absl::StatusOr<bool> MakeTopic(rd_kafka_t* client, const KafkaLogOptions& options, const NewKafkaLog& log) {
  return CreateTopic(
      client, options,
      {options.TopicOf(log.name), static_cast<int>(log.partition_count), log.replicas == 0 ? options.replicas : log.replicas,
       log.settings.empty() ? SafeTopicSettings(options) : log.settings});
}

// Makes the topic if it is to be made, and looks at its first records.
absl::StatusOr<PreparedTopic> PrepareTopic(rd_kafka_t* client, const KafkaLogOptions& options, const NewKafkaLog& log,
                                           bool make_topics) {
  const std::string topic = options.TopicOf(log.name);
  PreparedTopic prepared;
  if (make_topics) {
    SIP_ASSIGN_OR_RETURN(prepared.is_new, MakeTopic(client, options, log));
  }
  SIP_RETURN_IF_ERROR(AwaitTopic(client, options, topic, log.partition_count, prepared.is_new));
  SIP_ASSIGN_OR_RETURN(prepared.states, ReadFirst(options, topic, log.partition_count));
  return prepared;
}

// Writes what is missing.
absl::StatusOr<InitialisedKafkaLog> WriteMissing(const KafkaLogOptions& options, const NewKafkaLog& log,
                                                 const PreparedTopic& prepared, const std::string& installation) {
  const std::string topic = options.TopicOf(log.name);
  SIP_ASSIGN_OR_RETURN(LogIdentity identity, IdentityOf(prepared.states, topic));
  if (identity.log_id.empty()) identity = {installation, RandomBytes(16), log.name, log.partition_count};
  SIP_RETURN_IF_ERROR(CheckShape(identity, log.name, topic, log.partition_count));
  if (identity.installation_id != installation) {
    return absl::FailedPreconditionError(absl::StrCat(
        "topic ", topic,
        " belongs to another installation than the topics before it: ", "set kafka.topic_prefix to that of one installation"));
  }
  InitialisedKafkaLog done{identity, prepared.is_new, 0};
  for (const auto& [partition, state] : prepared.states) {
    if (state.started) continue;
    SIP_RETURN_IF_ERROR(WriteGenesis(options, topic, partition, identity));
    ++done.genesis_written;
  }
  return done;
}

}  // namespace

absl::Status EnsureTopic(rd_kafka_t* client, const KafkaLogOptions& options, const NewKafkaLog& log) {
  SIP_ASSIGN_OR_RETURN(const bool is_new, MakeTopic(client, options, log));
  return AwaitTopic(client, options, options.TopicOf(log.name), log.partition_count, is_new);
}

absl::StatusOr<LogIdentity> ReadHeldIdentity(const KafkaLogOptions& options, const std::string& log, uint32_t partitions) {
  const std::string topic = options.TopicOf(log);
  SIP_ASSIGN_OR_RETURN(const auto states, ReadFirst(options, topic, partitions));
  SIP_ASSIGN_OR_RETURN(LogIdentity identity, IdentityOf(states, topic));
  if (!identity.log_id.empty()) SIP_RETURN_IF_ERROR(CheckShape(identity, log, topic, partitions));
  return identity;
}

absl::StatusOr<LogIdentity> ReadIdentity(const KafkaLogOptions& options, const std::string& log, uint32_t partitions) {
  const std::string topic = options.TopicOf(log);
  SIP_ASSIGN_OR_RETURN(const auto states, ReadFirst(options, topic, partitions));
  SIP_ASSIGN_OR_RETURN(LogIdentity identity, IdentityOf(states, topic));
  if (!identity.log_id.empty()) SIP_RETURN_IF_ERROR(CheckShape(identity, log, topic, partitions));
  for (const auto& [partition, state] : states) {
    if (state.started) continue;
    return absl::FailedPreconditionError(absl::StrCat("topic ", topic, ", partition ", partition,
                                                      " is empty: it was not initialised (sipctl log init), or was made anew"));
  }
  return identity;
}

absl::Status InitKafkaLogs(const KafkaLogOptions& options, const std::vector<NewKafkaLog>& logs, const std::string& installation_id,
                           bool make_topics, std::vector<InitialisedKafkaLog>* report) {
  SIP_ASSIGN_OR_RETURN(const KafkaPtr<rd_kafka_t> client, NewReadingClient(options));
  std::map<std::string, PreparedTopic> found;
  std::string installation;
  for (const NewKafkaLog& log : logs) {
    SIP_ASSIGN_OR_RETURN(found[log.name], PrepareTopic(client.get(), options, log, make_topics));
    SIP_ASSIGN_OR_RETURN(const LogIdentity identity, IdentityOf(found[log.name].states, options.TopicOf(log.name)));
    if (installation.empty()) installation = identity.installation_id;
  }
  if (installation.empty()) installation = installation_id;
  for (const NewKafkaLog& log : logs) {
    SIP_ASSIGN_OR_RETURN(InitialisedKafkaLog done, WriteMissing(options, log, found[log.name], installation));
    if (report != nullptr) report->push_back(std::move(done));
  }
  return absl::OkStatus();
}

}  // namespace sip

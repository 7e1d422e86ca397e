#include "libs/node/node_logs.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/domain/stored_logs.h"
#include "libs/log_kafka/kafka_log_store.h"
#include "libs/log_rocks/rocks_log_store.h"
#include "libs/telemetry/log.h"

namespace sip {
namespace {

bool IsShared(const std::string& name) {
  const std::vector<StoredLog>& logs = StoredLogs();
  return std::any_of(logs.begin(), logs.end(), [&](const StoredLog& log) { return log.name == name && log.shared; });
}

class EmbeddedLogs final : public NodeLogs {
 public:
  EmbeddedLogs(std::unique_ptr<RocksLogStore> store, std::string folder) : store_(std::move(store)), folder_(std::move(folder)) {}

  EventLog& log(absl::string_view name) override {
    EventLog* const log = store_->log(name);
    SIP_CHECK(log != nullptr);
    return *log;
  }
  absl::Status Health() const override { return store_->health(); }
  void UpdateMetrics(Metrics& /*metrics*/) const override {}
  std::vector<std::string> Found() const override {
    std::vector<std::string> lines;
    const RocksLogFound& found = store_->found();
    for (const RocksLogFound::Log& log : found.logs) {
      lines.push_back(absl::StrCat("found ", log.name, " ", log.commands, " records in ", log.partition_count, " partitions"));
    }
    lines.push_back(absl::StrCat(found.created ? "created " : "recovered ", folder_));
    return lines;
  }
  absl::Status Close() override { return store_->Close(); }

 private:
  const std::unique_ptr<RocksLogStore> store_;
  const std::string folder_;
};

class KafkaLogs final : public NodeLogs {
 public:
  KafkaLogs(std::unique_ptr<KafkaLogStore> store, std::vector<std::string> names)
      : store_(std::move(store)), names_(std::move(names)) {}

  EventLog& log(absl::string_view name) override {
    EventLog* const log = store_->log(name);
    SIP_CHECK(log != nullptr);
    return *log;
  }
  absl::Status Health() const override { return store_->health(); }
  void UpdateMetrics(Metrics& metrics) const override;
  std::vector<std::string> Found() const override {
    std::vector<std::string> lines;
    for (const std::string& name : names_) {
      const uint32_t count = store_->log(name)->identity().partition_count;
      lines.push_back(absl::StrCat("found ", name, " ", count, " partitions on Kafka"));
    }
    return lines;
  }
  absl::Status Close() override { return absl::OkStatus(); }

 private:
  const std::unique_ptr<KafkaLogStore> store_;
  const std::vector<std::string> names_;
};

void KafkaLogs::UpdateMetrics(Metrics& metrics) const {
  for (const KafkaLogStatistics& counts : store_->statistics()) {
    const MetricLabels labels = {{"log", counts.log}};
    const auto set = [&](StaticText name, StaticText help, uint64_t value) {
      metrics.GetGauge(name, help, labels).Set(static_cast<double>(value));
    };
    set("sip_log_claims", "Claims of this node that won, since the start.", counts.claims);
    set("sip_log_claims_lost", "Claims of this node that another one came before, since the start.", counts.claims_lost);
    set("sip_log_appended", "Records of this node that became durable, since the start.", counts.appended);
    set("sip_log_fenced", "Sessions of this node that another node's claim has ended, since the start.", counts.fenced);
    set("sip_log_doubts", "Sessions of this node that ended because an append's fate was unknown, since the start.", counts.doubts);
    set("sip_log_gaps", "How often others' records were met between the own ones, since the start.", counts.gaps);
  }
  metrics.GetGauge("sip_log_safe", "1 if the topics' settings were safe when they were looked at last.")
      .Set(store_->health().ok() ? 1 : 0);
}

}  // namespace

absl::StatusOr<std::unique_ptr<NodeLogs>> OpenEmbeddedLogs(const Config& config, const std::vector<std::string>& names,
                                                           RocksResources& resources,
                                                           const std::function<void(absl::Status)>& on_stopped) {
  RocksLogOptions options;
  options.path = config.data_dir + "/log";
  options.resources = &resources;
  options.anchor_path = config.storage_anchor_file;
  options.anchor_interval = config.storage_anchor_interval;
  options.disk_reserve_bytes = config.storage_disk_reserve_bytes;
  options.on_failure = on_stopped;
  options.on_warning = [](const absl::Status& status) {
    LogWarning("anchor_not_written", {{"why", OperatorText(status.message())}});
  };
  for (const std::string& name : names) {
    options.logs.push_back({name, IsShared(name) ? 1 : static_cast<uint32_t>(config.partitions)});
  }
  SIP_ASSIGN_OR_RETURN(std::unique_ptr<RocksLogStore> store, RocksLogStore::Open(options));
  return std::make_unique<EmbeddedLogs>(std::move(store), config.data_dir);
}

absl::StatusOr<std::unique_ptr<NodeLogs>> OpenKafkaLogs(
    const Config& config, const std::vector<std::string>& names,
    const std::function<void(const std::string& log, uint32_t partition, KafkaLogOptions::EndDone done)>& ask_owner) {
  KafkaLogOptions options = KafkaLogOptionsOf(config);
  options.logs = names;
  options.ask_owner = ask_owner;
  SIP_ASSIGN_OR_RETURN(std::unique_ptr<KafkaLogStore> store, KafkaLogStore::Open(std::move(options)));
  return std::make_unique<KafkaLogs>(std::move(store), names);
}

}  // namespace sip

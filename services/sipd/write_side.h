// Everything of sipd that decides and records: the embedded log, the six contexts with their engines, and the book of rule sets.
#ifndef SIP_SERVICES_SIPD_WRITE_SIDE_H_
#define SIP_SERVICES_SIPD_WRITE_SIDE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/codec/codec.h"
#include "libs/config/config.h"
#include "libs/engine/context_engine.h"
#include "libs/engine/executor.h"
#include "libs/engine/log_follower.h"
#include "libs/engine/stream_store.h"
#include "libs/engine/timer.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/context_model.h"
#include "libs/log_rocks/rocks_log_store.h"
#include "libs/rocks/database.h"
#include "libs/rules/rule_book.h"
#include "libs/telemetry/metrics.h"

namespace sip {

// One installation's write side. Not thread-safe but for what it hands out.
class WriteSide {
 public:
  // Opens the data folder (and makes it), folds what it finds, claims all partitions, publishes the rule sets of the configured
  // folder that are not published yet, and begins to import. Blocks. A status says what is wrong and what to change.
  // `on_stopped` is called once, on any thread, when nothing more can be recorded: the process should end.
  static absl::StatusOr<std::unique_ptr<WriteSide>> Open(const Config& config, Clock& clock,
                                                         const std::function<void(absl::Status)>& on_stopped);
  ~WriteSide();

  // "sip.plans" and so on. Crashes for a log that there is none of.
  ContextEngine& engine(absl::string_view log_name);
  EventLog& log(absl::string_view log_name);
  StreamStore& streams(absl::string_view log_name);
  const std::vector<std::string>& log_names() const { return log_names_; }
  const Codec& codec() const { return codec_; }
  const RuleBook& rule_book() const { return rule_book_; }
  const AgencyDirectory& agencies() const { return agencies_; }
  const RocksLogFound& found() const { return store_->found(); }
  RocksResources& resources() { return *resources_; }
  // Under which pseudonymous ids are derived.
  const std::string& installation_key() const { return installation_key_; }
  absl::TimeZone zone() const { return zone_; }
  Timer& timer() { return *timer_; }

  // Sets the gauges of every partition: called before metrics are exposed.
  void UpdateMetrics(Metrics& metrics) const;
  // OK if every partition serves and imports.
  absl::Status Health() const;

  // Refuses what waits, lets what is in flight become durable, closes the log. Blocks.
  void Shutdown();

 private:
  WriteSide(const Config& config, Clock& clock);

  absl::Status Load(const std::function<void(absl::Status)>& on_stopped);
  absl::Status OpenLog(std::function<void(absl::Status)> on_stopped);
  absl::Status StartEngine(const std::string& log_name);
  absl::Status CatchUpRuleBook();
  absl::Status PublishRuleSets();

  const Config config_;
  Clock& clock_;
  absl::TimeZone zone_;
  std::string installation_key_;
  AgencyDirectory agencies_;
  RuleBook rule_book_;
  Codec codec_;
  std::vector<std::string> log_names_;  // In the order of starting: what others depend on first.
  std::map<std::string, std::unique_ptr<ContextModel>, std::less<>> models_;
  std::unique_ptr<RocksResources> resources_;
  std::unique_ptr<RocksLogStore> store_;
  std::map<std::string, std::unique_ptr<StreamStore>, std::less<>> streams_;
  std::unique_ptr<ThreadTimer> timer_;
  std::unique_ptr<ThreadPool> pool_;
  std::map<std::string, std::unique_ptr<ContextEngine>, std::less<>> engines_;
  std::unique_ptr<LogFollower> rule_follower_;
  bool shut_down_ = false;
};

}  // namespace sip

#endif  // SIP_SERVICES_SIPD_WRITE_SIDE_H_

#include "libs/config/options.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/config/values.h"

namespace sip {
namespace {

constexpr uint64_t kKiB = uint64_t{1} << 10;
constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kTiB = uint64_t{1} << 40;

using C = Config;
using Options = std::vector<Option>;

Options ServerOptions() {
  return {
      {"listen_address", AddressOption{&C::listen_address},
       "Where gRPC is served. Any address but a loopback one needs all three tls files."},
      {"http_address", AddressOption{&C::http_address}, "Where /metrics and /healthz are served, without authentication."},
      {"node_name", TextOption{&C::node_name}, "Name of this node in the logs' claims and in its log lines."},
      {"log_level", TextOption{&C::log_level, false, {"debug", "info", "warning", "error"}}, "The least level that is logged."},
      {"data_dir", TextOption{&C::data_dir},
       "The folder of everything that the server stores; created when absent. Local disk only."},
      {"agencies_file", TextOption{&C::agencies_file},
       "The agency directory: a sip.rules.v1.AgencyDirectory in protobuf text form."},
      {"rules_dir", TextOption{&C::rules_dir},
       "The folder of the rule sets that are published at start, <owner>/<valid-from>.txtpb."},
      {"secret_file", TextOption{&C::secret_file, true},
       "The installation's secret key, 32 random bytes, mode 0600; empty: installation.key in data_dir. Created when absent. Back "
       "it "
       "up: without it a known person is no longer recognised."},
      {"tls.certificate_file", TextOption{&C::tls_certificate_file, true}, "The server's certificate chain, PEM."},
      {"tls.key_file", TextOption{&C::tls_key_file, true}, "The key of the certificate, PEM."},
      {"tls.client_ca_file", TextOption{&C::tls_client_ca_file, true},
       "The authorities whose client certificates are accepted, PEM. A client's agency is the URI sip:agency:<id> among its "
       "subject "
       "alternative names."},
      {"tls.edge", TextOption{&C::tls_edge, true},
       "The name of the proxy in front that ends the clients' TLS, as the URI sip:edge:<name> in its certificate says. Only from "
       "it is the metadata sip-client-certificate believed; empty: from nobody."},
      {"development_identity", SwitchOption{&C::development_identity},
       "Believe the metadata sip-agency, sip-unit and sip-actor. On loopback without tls only; never with real data."},
  };
}

Options LimitOptions() {
  return {
      {"limits.request_bytes", BytesOption{&C::limits_request_bytes, kKiB, 16 * kMiB}, "The largest request."},
      {"limits.text_bytes", BytesOption{&C::limits_text_bytes, 100, kMiB}, "The longest text in a request, in bytes of UTF-8."},
      {"limits.list_items", CountOption{&C::limits_list_items, 1, 100'000}, "The longest list in a request."},
      {"limits.edits", CountOption{&C::limits_edits, 1, 10'000}, "The most edits in one command."},
      {"limits.in_flight", CountOption{&C::limits_in_flight, 1, 1'000'000}, "The most calls that are served at a time."},
      {"limits.deadline", PeriodOption{&C::limits_deadline, absl::Milliseconds(100), absl::Minutes(10)},
       "The longest that a call may take; a caller's shorter deadline goes before."},
  };
}

Options EngineOptions() {
  return {
      {"partitions", CountOption{&C::partitions, 1, 1024}, "Partitions of each log. Fixed when the data folder is created."},
      {"engine.mailbox_limit", CountOption{&C::engine_mailbox_limit, 1, 1'000'000}, "Commands of one partition that wait."},
      {"engine.in_flight_limit", CountOption{&C::engine_in_flight_limit, 1, 1'000'000},
       "Records of one partition that are appended and not yet durable."},
      {"engine.import_queue_limit", CountOption{&C::engine_import_queue_limit, 1, 1'000'000},
       "Imports of one partition that wait."},
      {"engine.parked_limit", CountOption{&C::engine_parked_limit, 1, 1'000'000},
       "Commands of one partition that wait for tokens or for imports."},
      {"engine.cached_cases", CountOption{&C::engine_cached_cases, 1, 10'000'000}, "Cases of one partition kept in memory."},
      {"engine.idempotency_window", PeriodOption{&C::engine_idempotency_window, absl::Minutes(1), absl::Hours(24 * 3660)},
       "How long a request id is remembered at least."},
      {"engine.idempotency_positions", CountOption{&C::engine_idempotency_positions, 1, 1'000'000'000},
       "How many records of a partition a request id is remembered for at least."},
      {"engine.import_gather", PeriodOption{&C::engine_import_gather, absl::ZeroDuration(), absl::Seconds(10)},
       "How long records of another log are gathered before they are imported, while no command waits for them."},
      {"engine.clock_bound", PeriodOption{&C::engine_clock_bound, absl::ZeroDuration(), absl::Hours(1)},
       "How far this node's clock may lie behind the last record before a partition is refused."},
      {"views.gather", PeriodOption{&C::views_gather, absl::ZeroDuration(), absl::Seconds(10)},
       "How long a view gathers records before it writes its rows, while no query waits for them."},
      {"views.memo_bytes", BytesOption{&C::views_memo_bytes, 0, kTiB},
       "Memory for what is kept of cases that are asked for often: who is party, and the current plan."},
  };
}

Options StorageOptions() {
  return {
      {"storage.disk_reserve_bytes", BytesOption{&C::storage_disk_reserve_bytes, 0, kTiB},
       "Free disk space below which commands are refused."},
      {"storage.cache_bytes", BytesOption{&C::storage_cache_bytes, kMiB, kTiB},
       "Memory for the database's block cache, all databases together."},
      {"storage.anchor_file", TextOption{&C::storage_anchor_file, true},
       "Where the heads of the logs are noted, on another volume than data_dir; empty: nowhere."},
      {"storage.anchor_interval", PeriodOption{&C::storage_anchor_interval, absl::Seconds(1), absl::Hours(24)},
       "How often the anchor is written: the window in which a lost tail cannot be detected."},
  };
}

Options KafkaOptions() {
  return {
      {"kafka.brokers", TextOption{&C::kafka_brokers, true},
       "Some brokers of the Kafka cluster that holds the logs, host:port,host:port; the others are learned from them. Empty: the "
       "logs are embedded in data_dir."},
      {"kafka.protocol", TextOption{&C::kafka_protocol, false, {"plaintext", "tls", "sasl-tls"}},
       "How the brokers are reached; plaintext on loopback only."},
      {"kafka.ca_file", TextOption{&C::kafka_ca_file, true}, "The authorities whose broker certificates are believed, PEM."},
      {"kafka.certificate_file", TextOption{&C::kafka_certificate_file, true},
       "Our certificate towards the brokers, PEM; empty: none."},
      {"kafka.key_file", TextOption{&C::kafka_key_file, true}, "The key of the certificate, PEM."},
      {"kafka.key_password_file", TextOption{&C::kafka_key_password_file, true}, "A file with the key's password; empty: none."},
      {"kafka.mechanism", TextOption{&C::kafka_mechanism, false, {"SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "OAUTHBEARER"}},
       "How the user is proved with sasl-tls. SCRAM with brokers of Kafka 4 needs librdkafka 2.6.1."},
      {"kafka.user", TextOption{&C::kafka_user, true}, "The user with sasl-tls."},
      {"kafka.password_file", TextOption{&C::kafka_password_file, true}, "A file with the user's password."},
      {"kafka.token_file", TextOption{&C::kafka_token_file, true},
       "With OAUTHBEARER, instead of user and password: a file with a JSON Web Token, read again before the token expires."},
      {"kafka.topic_prefix", TextOption{&C::kafka_topic_prefix, true},
       "In front of every log's name: 'region.' makes the topic of sip.plans region.sip.plans."},
      {"kafka.durability", TextOption{&C::kafka_durability, false, {"eligible-leader-replicas", "flush-each-record"}},
       "How acknowledged records outlive a loss of power: the cluster has eligible leader replicas, which is yours to see to, or "
       "each record is flushed, which is asserted."},
      {"kafka.replicas", CountOption{&C::kafka_replicas, 1, 100},
       "Replicas that every partition must have. Fewer than 3 for tests."},
      {"kafka.replicas_in_sync", CountOption{&C::kafka_replicas_in_sync, 1, 100},
       "Replicas that must have a record before it is acknowledged. Fewer than 2 for tests."},
      {"kafka.append_timeout", PeriodOption{&C::kafka_append_timeout, absl::Milliseconds(100), absl::Minutes(5)},
       "An append that is not reported within this is in doubt, and its fate is found out."},
      {"kafka.request_timeout", PeriodOption{&C::kafka_request_timeout, absl::Milliseconds(100), absl::Minutes(5)},
       "How long the cluster may take to answer before it counts as unavailable."},
      {"kafka.ownership_interval", PeriodOption{&C::kafka_ownership_interval, absl::Milliseconds(50), absl::Minutes(1)},
       "How often owners look whether another node wrote into their partitions."},
      {"kafka.check_interval", PeriodOption{&C::kafka_check_interval, absl::Seconds(1), absl::Hours(1)},
       "How often the topics' settings and the last records read are compared again."},
      {"kafka.queue_records", CountOption{&C::kafka_queue_records, 1, 10'000'000},
       "Records of one partition that wait for the brokers; more commands are refused."},
      {"kafka.queue_bytes", BytesOption{&C::kafka_queue_bytes, kMiB, kTiB}, "The same in bytes."},
      {"kafka.fetch_bytes", BytesOption{&C::kafka_fetch_bytes, kMiB, kTiB}, "Memory of one reader for records fetched ahead."},
  };
}

Options ClusterOptions() {
  return {
      {"cluster.nodes", TextOption{&C::cluster_nodes, true},
       "All nodes, as process/name=host:port,process/name=host:port, where each answers the others; the same for all of them, this "
       "one included. With Kafka only."},
      {"cluster.listen_address", AddressOption{&C::cluster_listen_address, true},
       "Where this node answers the others, if not at its address in cluster.nodes."},
      {"cluster.ca_file", TextOption{&C::cluster_ca_file, true},
       "The authorities whose node certificates are believed, PEM. Without the three files nodes meet on loopback only."},
      {"cluster.certificate_file", TextOption{&C::cluster_certificate_file, true},
       "This node's certificate, PEM, with the URI sip:node:<name> among its subject alternative names."},
      {"cluster.key_file", TextOption{&C::cluster_key_file, true}, "The key of the certificate, PEM."},
      {"cluster.ownership", TextOption{&C::cluster_ownership, false, {"group", "static"}},
       "Who should own a partition: shared out by a Kafka consumer group, or as cluster.partitions says."},
      {"cluster.partitions", TextOption{&C::cluster_partitions, true},
       "With static ownership: the partitions of this node, such as 0-7,12. Of the logs with one partition, 0 owns it."},
      {"cluster.session_timeout", PeriodOption{&C::cluster_session_timeout, absl::Seconds(1), absl::Minutes(5)},
       "A node that the group has not heard of for so long loses its partitions to others."},
      {"cluster.longest_wait", PeriodOption{&C::cluster_longest_wait, absl::Milliseconds(100), absl::Minutes(10)},
       "How long a call waits at most for a partition that nobody owns."},
      {"cluster.calls", CountOption{&C::cluster_calls, 1, 1'000'000},
       "Calls for partitions, own and others', that are under way at most."},
      {"drain_timeout", PeriodOption{&C::drain_timeout, absl::ZeroDuration(), absl::Hours(1)},
       "How long calls in flight may take to finish when the server is told to stop."},
  };
}

Options MakeOptions() {
  Options all;
  for (const Options& group :
       {ServerOptions(), LimitOptions(), EngineOptions(), StorageOptions(), KafkaOptions(), ClusterOptions()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

template <typename T>
absl::Status SetWithin(std::optional<T> value, T min, T max, const std::string& form, T& target) {
  if (!value.has_value()) return absl::InvalidArgumentError(absl::StrCat("expected ", form));
  if (*value < min || *value > max) return absl::InvalidArgumentError(absl::StrCat("allowed is ", form));
  target = *value;
  return absl::OkStatus();
}

struct FormOf {
  std::string operator()(const TextOption& o) const {
    if (!o.choices.empty()) return absl::StrJoin(o.choices, ", ");
    return o.may_be_empty ? "text, may be empty" : "text";
  }
  std::string operator()(const AddressOption& o) const { return o.may_be_empty ? "host:port, may be empty" : "host:port"; }
  std::string operator()(const SwitchOption&) const { return "true or false"; }
  std::string operator()(const CountOption& o) const { return absl::StrCat(o.min, " to ", o.max); }
  std::string operator()(const BytesOption& o) const { return absl::StrCat(FormatBytes(o.min), " to ", FormatBytes(o.max)); }
  std::string operator()(const PeriodOption& o) const { return absl::StrCat(FormatPeriod(o.min), " to ", FormatPeriod(o.max)); }
};

struct ValueOf {
  const Config& config;
  std::string operator()(const TextOption& o) const { return config.*o.member; }
  std::string operator()(const AddressOption& o) const { return config.*o.member; }
  std::string operator()(const SwitchOption& o) const { return config.*o.member ? "true" : "false"; }
  std::string operator()(const CountOption& o) const { return absl::StrCat(config.*o.member); }
  std::string operator()(const BytesOption& o) const { return FormatBytes(config.*o.member); }
  std::string operator()(const PeriodOption& o) const { return FormatPeriod(config.*o.member); }
};

struct SetValue {
  absl::string_view text;
  const std::string& form;
  Config& config;

  absl::Status operator()(const TextOption& o) const {
    const bool known = o.choices.empty() || std::find(o.choices.begin(), o.choices.end(), text) != o.choices.end();
    if (!known || (text.empty() && !o.may_be_empty)) return absl::InvalidArgumentError(absl::StrCat("expected ", form));
    config.*o.member = std::string(text);
    return absl::OkStatus();
  }
  absl::Status operator()(const AddressOption& o) const {
    const bool fits = text.empty() ? o.may_be_empty : IsAddress(text);
    if (!fits) return absl::InvalidArgumentError(absl::StrCat("expected ", form));
    config.*o.member = std::string(text);
    return absl::OkStatus();
  }
  absl::Status operator()(const SwitchOption& o) const { return SetWithin(ParseSwitch(text), false, true, form, config.*o.member); }
  absl::Status operator()(const CountOption& o) const { return SetWithin(ParseCount(text), o.min, o.max, form, config.*o.member); }
  absl::Status operator()(const BytesOption& o) const { return SetWithin(ParseBytes(text), o.min, o.max, form, config.*o.member); }
  absl::Status operator()(const PeriodOption& o) const {
    return SetWithin(ParsePeriod(text), o.min, o.max, form, config.*o.member);
  }
};

}  // namespace

std::string Option::Flag() const { return absl::StrCat("--", absl::StrReplaceAll(key, {{".", "-"}, {"_", "-"}})); }

std::string Option::Variable() const { return absl::StrCat("SIP_", absl::AsciiStrToUpper(absl::StrReplaceAll(key, {{".", "_"}}))); }

std::string Option::Form() const { return std::visit(FormOf{}, kind); }

std::string Option::Get(const Config& config) const { return std::visit(ValueOf{config}, kind); }

absl::Status Option::Set(absl::string_view text, Config& config) const {
  const std::string form = Form();
  return std::visit(SetValue{text, form, config}, kind);
}

absl::Span<const Option> AllOptions() {
  static const std::vector<Option>& options = *new std::vector<Option>(MakeOptions());
  return options;
}

const Option* FindOption(absl::string_view key) {
  const auto options = AllOptions();
  const auto found = std::find_if(options.begin(), options.end(), [&](const Option& option) { return option.key == key; });
  return found == options.end() ? nullptr : &*found;
}

std::string Suggestion(absl::string_view name, std::string (*name_of)(const Option&)) {
  std::string nearest;
  size_t least = std::numeric_limits<size_t>::max();
  for (const Option& option : AllOptions()) {
    const std::string candidate = name_of(option);
    const size_t distance = EditDistance(name, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  // Beyond a third of the name it is no typing mistake any more.
  return least <= std::max<size_t>(2, name.size() / 3) ? absl::StrCat(" Did you mean '", nearest, "'?") : "";
}

}  // namespace sip

// All that a server can be told: one typed struct, filled from defaults, a file, the environment and flags, in rising precedence.
// Every option is declared once in options.cc, with its limits and its help.
//
//   key            engine.mailbox_limit
//   in the file    engine.mailbox_limit = 4096
//   environment    SIP_ENGINE_MAILBOX_LIMIT=4096
//   flag           --engine-mailbox-limit 4096
//
// Secrets are files; the configuration holds their paths only, so that it can be shown to anybody.
#ifndef SIP_LIBS_CONFIG_CONFIG_H_
#define SIP_LIBS_CONFIG_CONFIG_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sip {

// The values here are the defaults.
struct Config {
  // Where it listens, who it is.
  std::string listen_address = "127.0.0.1:7443";
  std::string http_address = "127.0.0.1:9464";
  std::string node_name = "sipd";
  std::string log_level = "info";

  // Files.
  std::string data_dir = "sipd-data";
  std::string agencies_file = "deploy/config/agencies.txtpb";
  std::string rules_dir = "deploy/rules";
  std::string secret_file;  // Empty: installation.key in data_dir.

  // Who may call.
  std::string tls_certificate_file;
  std::string tls_key_file;
  std::string tls_client_ca_file;
  std::string tls_edge;  // Empty: nobody.
  bool development_identity = false;

  // What one request may be.
  uint64_t limits_request_bytes = 256 << 10;
  uint64_t limits_text_bytes = 64 << 10;
  uint64_t limits_list_items = 1000;
  uint64_t limits_edits = 200;
  uint64_t limits_in_flight = 4096;
  absl::Duration limits_deadline = absl::Seconds(30);

  // How a partition works.
  uint64_t partitions = 16;
  uint64_t engine_mailbox_limit = 4096;
  uint64_t engine_in_flight_limit = 1024;
  uint64_t engine_import_queue_limit = 1024;
  uint64_t engine_parked_limit = 1024;
  uint64_t engine_cached_cases = 2048;
  absl::Duration engine_idempotency_window = absl::Hours(24 * 90);
  uint64_t engine_idempotency_positions = 1'000'000;
  absl::Duration engine_import_gather = absl::Milliseconds(10);
  absl::Duration engine_clock_bound = absl::Seconds(10);
  absl::Duration views_gather = absl::Milliseconds(20);
  uint64_t views_memo_bytes = uint64_t{32} << 20;

  // What lies on disk.
  uint64_t storage_disk_reserve_bytes = uint64_t{1} << 30;
  uint64_t storage_cache_bytes = uint64_t{256} << 20;
  std::string storage_anchor_file;  // Empty: no anchor.
  absl::Duration storage_anchor_interval = absl::Minutes(1);

  // The log on Kafka; without brokers it is embedded in data_dir.
  std::string kafka_brokers;
  std::string kafka_protocol = "tls";
  std::string kafka_ca_file;
  std::string kafka_certificate_file;
  std::string kafka_key_file;
  std::string kafka_key_password_file;
  std::string kafka_mechanism = "SCRAM-SHA-512";
  std::string kafka_user;
  std::string kafka_password_file;
  std::string kafka_token_file;
  std::string kafka_topic_prefix;
  std::string kafka_durability = "eligible-leader-replicas";
  uint64_t kafka_replicas = 3;
  uint64_t kafka_replicas_in_sync = 2;
  absl::Duration kafka_append_timeout = absl::Seconds(10);
  absl::Duration kafka_request_timeout = absl::Seconds(10);
  absl::Duration kafka_ownership_interval = absl::Milliseconds(500);
  absl::Duration kafka_check_interval = absl::Minutes(1);
  uint64_t kafka_queue_records = 100'000;
  uint64_t kafka_queue_bytes = uint64_t{64} << 20;
  uint64_t kafka_fetch_bytes = uint64_t{32} << 20;

  // The nodes of an installation on Kafka.
  std::string cluster_nodes;
  std::string cluster_listen_address;  // Empty: the node's own entry in cluster_nodes.
  std::string cluster_ca_file;
  std::string cluster_certificate_file;
  std::string cluster_key_file;
  std::string cluster_ownership = "group";
  std::string cluster_partitions;  // With static ownership.
  absl::Duration cluster_session_timeout = absl::Seconds(6);
  absl::Duration cluster_longest_wait = absl::Seconds(30);
  uint64_t cluster_calls = 10'000;

  absl::Duration drain_timeout = absl::Seconds(30);

  // Whether the logs are on Kafka.
  bool OnKafka() const { return !kafka_brokers.empty(); }
  // The file of the installation's secret, with the default applied.
  std::string SecretFile() const;
};

// Text to print on standard output instead of running: of --help, --version or --print-config.
struct PrintAndExit {
  std::string text;
};

// Reads all sources. `process` is what the program is called, `environment` holds NAME=VALUE as in environ. INVALID_ARGUMENT names
// every mistake at once: where, which key, which value, which limit; an unknown key comes with the nearest known one.
absl::StatusOr<std::variant<Config, PrintAndExit>> LoadConfig(const std::string& process, const std::vector<std::string>& arguments,
                                                              const std::vector<std::string>& environment,
                                                              absl::string_view version);

// The configuration as a file that LoadConfig reads back, each option with its help as a comment.
std::string PrintConfig(const Config& config);

// The table of all options in Markdown, the content of docs/configuration.md.
std::string ConfigDocumentation();

}  // namespace sip

#endif  // SIP_LIBS_CONFIG_CONFIG_H_

#include "tools/sipctl/topics_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/log_copy/record_file.h"
#include "libs/log_kafka/topic_settings.h"
#include "yaml-cpp/yaml.h"

namespace sip {
namespace {

constexpr uintmax_t kMaxFileBytes = 1 << 20;
constexpr int kMaxPartitions = 65'536;
constexpr int kMaxReplicas = 100;
constexpr size_t kMaxTopics = 100;

// The settings that a file may name: all that are asserted, whatever the durability.
std::set<std::string> KnownSettings() {
  KafkaLogOptions options;
  options.durability = KafkaLogOptions::Durability::kFlushEachRecord;
  std::set<std::string> names;
  for (const auto& [name, value] : SafeTopicSettings(options)) names.insert(name);
  return names;
}

// Reads one document, and collects every mistake on the way.
class TopicsReader {
 public:
  TopicsReader(const std::string& path, const KafkaLogOptions& options) : path_(path), options_(options) {}

  absl::StatusOr<std::vector<NewKafkaLog>> Read(const YAML::Node& document) {
    const auto entries = Entries(document, "the file", {"replicas", "settings", "topics"});
    const int replicas = ReadReplicas(Find(entries, "replicas", document));
    const std::map<std::string, std::string> settings = ReadSettings(Find(entries, "settings", document));
    std::vector<NewKafkaLog> logs = ReadTopics(Find(entries, "topics", document));
    for (NewKafkaLog& log : logs) {
      log.replicas = replicas;
      log.settings = settings;
    }
    if (mistakes_.empty()) return logs;
    return absl::InvalidArgumentError(absl::StrJoin(mistakes_, "\n"));
  }

 private:
  using EntryMap = std::map<std::string, YAML::Node>;

  void Mistake(const YAML::Node& at, absl::string_view what) {
    mistakes_.push_back(absl::StrCat(path_, ":", at.Mark().line + 1, ": ", what));
  }

  // The entries of a mapping, each of which must be known and there once.
  EntryMap Entries(const YAML::Node& node, absl::string_view what, const std::set<std::string>& known) {
    EntryMap entries;
    if (!node.IsMap()) {
      Mistake(node, absl::StrCat(what, " must be 'key: value' lines"));
      return entries;
    }
    for (const auto& entry : node) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      if (known.count(key) == 0) {
        Mistake(entry.first, absl::StrCat("unknown key '", key, "'; known here are ", absl::StrJoin(known, ", ")));
      } else if (!entries.emplace(key, entry.second).second) {
        Mistake(entry.first, absl::StrCat(key, " is there twice"));
      }
    }
    return entries;
  }

  // Null, and a mistake, if it is not there.
  const YAML::Node* Find(const EntryMap& entries, const std::string& key, const YAML::Node& where) {
    const auto found = entries.find(key);
    if (found != entries.end()) return &found->second;
    Mistake(where, absl::StrCat(key, " is missing"));
    return nullptr;
  }

  int ReadNumber(const YAML::Node* node, absl::string_view key, int most) {
    int number = 0;
    if (node == nullptr) return number;
    if (node->IsScalar() && absl::SimpleAtoi(node->Scalar(), &number) && number >= 1 && number <= most) return number;
    Mistake(*node, absl::StrCat(key, " must be a number from 1 to ", most));
    return 0;
  }

  int ReadReplicas(const YAML::Node* node) {
    const int replicas = ReadNumber(node, "replicas", kMaxReplicas);
    if (replicas > 0 && replicas < options_.replicas) {
      Mistake(*node, absl::StrCat("replicas is ", replicas, ", which is not safe: write ", options_.replicas,
                                  " (kafka.replicas) or more"));
    }
    return replicas;
  }

  std::map<std::string, std::string> ReadSettings(const YAML::Node* node) {
    std::map<std::string, std::string> settings;
    if (node == nullptr) return settings;
    const EntryMap entries = Entries(*node, "settings", KnownSettings());
    for (const auto& [name, value] : entries) {
      if (!value.IsScalar()) Mistake(value, absl::StrCat(name, " must have one value"));
      settings[name] = value.IsScalar() ? value.Scalar() : "";
    }
    for (const UnsafeSetting& unsafe : FindUnsafeSettings(options_, settings)) {
      const auto found = entries.find(unsafe.name);
      Mistake(found == entries.end() ? *node : found->second,
              absl::StrCat(unsafe.name, " is ", unsafe.found, ", which is not safe: write ", unsafe.wanted));
    }
    return settings;
  }

  std::vector<NewKafkaLog> ReadTopics(const YAML::Node* node) {
    std::vector<NewKafkaLog> logs;
    if (node == nullptr) return logs;
    if (!node->IsSequence() || node->size() == 0 || node->size() > kMaxTopics) {
      Mistake(*node, absl::StrCat("topics must be a list of 1 to ", kMaxTopics));
      return logs;
    }
    for (const auto& topic : *node) {
      const EntryMap entries = Entries(topic, "a topic", {"name", "partitions"});
      NewKafkaLog log;
      const YAML::Node* const name = Find(entries, "name", topic);
      if (name != nullptr && name->IsScalar()) log.name = name->Scalar();
      log.partition_count = static_cast<uint32_t>(ReadNumber(Find(entries, "partitions", topic), "partitions", kMaxPartitions));
      CheckTopic(log, logs, topic);
      logs.push_back(std::move(log));
    }
    return logs;
  }

  void CheckTopic(const NewKafkaLog& log, const std::vector<NewKafkaLog>& before, const YAML::Node& topic) {
    if (!IsLogName(log.name)) Mistake(topic, absl::StrCat("'", log.name, "' is no name of a log, such as sip.plans"));
    for (const NewKafkaLog& other : before) {
      if (other.name == log.name) Mistake(topic, absl::StrCat(log.name, " is there twice"));
      const bool both_of_cases = other.partition_count > 1 && log.partition_count > 1;
      if (!both_of_cases || other.partition_count == log.partition_count) continue;
      Mistake(topic, absl::StrCat(log.name, " has ", log.partition_count, " partitions and ", other.name, " has ",
                                  other.partition_count, ": a case lies in the same partition of each log"));
      return;
    }
  }

  const std::string& path_;
  const KafkaLogOptions& options_;
  std::vector<std::string> mistakes_;
};

}  // namespace

absl::StatusOr<std::vector<NewKafkaLog>> ParseTopics(absl::string_view text, const std::string& path,
                                                     const KafkaLogOptions& options) {
  try {
    return TopicsReader(path, options).Read(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(path, ":", error.mark.line + 1, ": ", error.msg));
  }
}

absl::StatusOr<std::vector<NewKafkaLog>> ReadTopicsFile(const std::string& path, const KafkaLogOptions& options) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read; name the file with --topics"));
  if (size > kMaxFileBytes) return absl::InvalidArgumentError(absl::StrCat(path, ": is larger than ", kMaxFileBytes, " bytes"));
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return ParseTopics(text, path, options);
}

}  // namespace sip

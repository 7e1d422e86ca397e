// The logs of an installation, and what lies in each: the one list of them. A new context or stream type is entered here; tests
// compare it with the contexts and the .proto files.
#ifndef SIP_LIBS_DOMAIN_STORED_LOGS_H_
#define SIP_LIBS_DOMAIN_STORED_LOGS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace sip {

struct StoredLog {
  std::string name;     // "sip.plans"
  std::string process;  // Whose instances own its partitions where services are separate: "sip-plans".
  // One partition, and no cases: its streams hang on their own ids.
  bool shared = false;
  // Prototypes of the wrappers of its commands and events; they live for ever.
  std::vector<const google::protobuf::Message*> commands;
  std::vector<const google::protobuf::Message*> events;
};

// What others depend on comes first. Thread-safe.
const std::vector<StoredLog>& StoredLogs();

// The names of the processes that an installation is made of: those that own partitions, the one with the views, and sipd, which is
// all of them. Sorted.
const std::set<std::string>& ProcessNames();
// The process that is all of them.
inline constexpr absl::string_view kAllInOneProcess = "sipd";

// Prototypes of the wrappers in all logs, each once.
std::vector<const google::protobuf::Message*> StoredCommands();
std::vector<const google::protobuf::Message*> StoredEvents();

}  // namespace sip

#endif  // SIP_LIBS_DOMAIN_STORED_LOGS_H_

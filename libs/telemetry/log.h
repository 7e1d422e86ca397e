// The program's log: one JSON object a line on standard error, made of a literal event name and fields that cannot hold what a
// client wrote (log_field.h).
//
//   LogInfo("recovery_done", {{"log", LogCode(log_name)}, {"records", count}, {"took_s", took}});
//   {"time":"2024-05-01T10:00:00.123456Z","level":"info","event":"recovery_done","log":"sip.plans","records":17,"took_s":0.4}
//
// All functions are thread-safe. Lines are buffered for at most a second; a warning or an error is written at once.
#ifndef SIP_LIBS_TELEMETRY_LOG_H_
#define SIP_LIBS_TELEMETRY_LOG_H_

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/telemetry/log_field.h"

namespace sip {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// "debug", "info", "warning", "error"; absent for anything else.
std::optional<LogLevel> ParseLogLevel(absl::string_view text);
absl::string_view ToString(LogLevel level);

// Lines below `level` are dropped from now on; kInfo until said otherwise.
void SetLogLevel(LogLevel level);

void Log(LogLevel level, StaticText event, std::initializer_list<LogField> fields);
inline void LogDebug(StaticText event, std::initializer_list<LogField> fields = {}) { Log(LogLevel::kDebug, event, fields); }
inline void LogInfo(StaticText event, std::initializer_list<LogField> fields = {}) { Log(LogLevel::kInfo, event, fields); }
inline void LogWarning(StaticText event, std::initializer_list<LogField> fields = {}) { Log(LogLevel::kWarning, event, fields); }
inline void LogError(StaticText event, std::initializer_list<LogField> fields = {}) { Log(LogLevel::kError, event, fields); }

// Writes what is buffered. Called at exit by itself.
void FlushLog();

// Holds the log's lines instead of standard error while it lives; one at a time. For tests.
class LogCapture {
 public:
  LogCapture();
  ~LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  // Copies of the lines so far, without line ends.
  std::vector<std::string> Lines() const;
};

}  // namespace sip

#endif  // SIP_LIBS_TELEMETRY_LOG_H_

#include "libs/telemetry/log.h"

#include <spdlog/common.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/periodic_worker.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/check.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"

namespace sip {
namespace {

constexpr size_t kBufferBytes = 32 << 10;
constexpr std::chrono::seconds kFlushEvery{1};

// Collects lines and writes them to standard error in large pieces, or keeps them for a capture. Locks by itself.
class LineSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  void BeginCapture() {
    const MutexLock lock(lines_mutex_);
    SIP_CHECK(!capturing_);
    WriteOut();
    capturing_ = true;
    captured_.clear();
  }
  void EndCapture() {
    const MutexLock lock(lines_mutex_);
    capturing_ = false;
  }
  std::vector<std::string> Captured() {
    const MutexLock lock(lines_mutex_);
    return captured_;
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const absl::string_view line(message.payload.data(), message.payload.size());
    const MutexLock lock(lines_mutex_);
    if (capturing_) {
      captured_.emplace_back(line);
      return;
    }
    absl::StrAppend(&buffer_, line, "\n");
    if (buffer_.size() >= kBufferBytes) WriteOut();
  }
  void flush_() override {
    const MutexLock lock(lines_mutex_);
    WriteOut();
  }

 private:
  // What cannot be written is lost: there is nowhere to say so.
  void WriteOut() ABSL_EXCLUSIVE_LOCKS_REQUIRED(lines_mutex_) {
    absl::string_view rest = buffer_;
    while (!rest.empty()) {
      const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) break;
      rest.remove_prefix(static_cast<size_t>(written));
    }
    buffer_.clear();
  }

  Mutex lines_mutex_;
  std::string buffer_ ABSL_GUARDED_BY(lines_mutex_);
  bool capturing_ ABSL_GUARDED_BY(lines_mutex_) = false;
  std::vector<std::string> captured_ ABSL_GUARDED_BY(lines_mutex_);
};

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

struct ProcessLog {
  std::shared_ptr<LineSink> sink = std::make_shared<LineSink>();
  spdlog::logger logger{"sip", sink};
  spdlog::details::periodic_worker flusher{[this] { sink->flush(); }, kFlushEvery};
};

// Never destroyed: destructors of other statics may log.
ProcessLog& TheLog() {
  static ProcessLog& log = *[] {
    auto* created = new ProcessLog;
    created->logger.set_level(spdlog::level::info);
    created->logger.flush_on(spdlog::level::warn);
    std::atexit(FlushLog);
    return created;
  }();
  return log;
}

}  // namespace

std::optional<LogLevel> ParseLogLevel(absl::string_view text) {
  for (const LogLevel level : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    if (text == ToString(level)) return level;
  }
  return std::nullopt;
}

absl::string_view ToString(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

void SetLogLevel(LogLevel level) { TheLog().logger.set_level(ToSpdlog(level)); }

void Log(LogLevel level, StaticText event, std::initializer_list<LogField> fields) {
  ProcessLog& log = TheLog();
  if (!log.logger.should_log(ToSpdlog(level))) return;
  std::string line;
  line.reserve(256);
  line.push_back('{');
  LogField("time", SystemClock().Now()).AppendTo(line);
  absl::StrAppend(&line, ",\"level\":\"", ToString(level), "\",");
  LogField("event", event).AppendTo(line);
  for (const LogField& field : fields) {
    line.push_back(',');
    field.AppendTo(line);
  }
  line.push_back('}');
  log.logger.log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void FlushLog() { TheLog().sink->flush(); }

LogCapture::LogCapture() { TheLog().sink->BeginCapture(); }
LogCapture::~LogCapture() { TheLog().sink->EndCapture(); }
std::vector<std::string> LogCapture::Lines() const { return TheLog().sink->Captured(); }

}  // namespace sip

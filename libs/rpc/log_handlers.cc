#include "libs/rpc/log_handlers.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <string>

#include "absl/strings/string_view.h"
#include "libs/telemetry/log.h"

namespace sip {
namespace {

// The last part of a path, which is all of it that helps.
absl::string_view BaseName(const char* file) {
  const absl::string_view path(file);
  return path.substr(path.rfind('/') + 1);
}

// Nothing of the message: what protobuf says of a text names its field, and it says so for every malformed request, which the
// caller is told anyway.
void LogProtobuf(google::protobuf::LogLevel level, const char* file, int line, const std::string&) {
  const LogLevel ours = level >= google::protobuf::LOGLEVEL_FATAL ? LogLevel::kError : LogLevel::kDebug;
  Log(ours, "protobuf", {{"file", LogCode(BaseName(file))}, {"line", line}});
}

void LogGrpc(gpr_log_func_args* args) {
  LogLevel level = LogLevel::kDebug;
  if (args->severity == GPR_LOG_SEVERITY_INFO) level = LogLevel::kInfo;
  if (args->severity == GPR_LOG_SEVERITY_ERROR) level = LogLevel::kWarning;
  Log(level, "grpc", {{"file", LogCode(BaseName(args->file))}, {"line", args->line}, {"text", OperatorText(args->message)}});
}

}  // namespace

void RedirectLibraryLogs() {
  google::protobuf::SetLogHandler(LogProtobuf);
  gpr_set_log_function(LogGrpc);
}

}  // namespace sip

// What is counted and logged of every call: one log line, its code, its time. Never anything that a client wrote.
#ifndef SIP_LIBS_RPC_METHOD_STATS_H_
#define SIP_LIBS_RPC_METHOD_STATS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/rpc/call_context.h"
#include "libs/telemetry/metrics.h"

namespace sip {

// The instruments of one method. Thread-safe.
class MethodStats {
 public:
  // `method` is "sip.plans.v1.PlanService/EstablishPlan".
  MethodStats(std::string method, Metrics& metrics);
  const std::string& method() const { return method_; }
  void Observe(absl::StatusCode code, absl::Duration took);

 private:
  static constexpr size_t kCodes = 17;

  const std::string method_;
  Metrics& metrics_;
  Histogram& seconds_;
  std::array<std::atomic<Counter*>, kCodes> calls_{};
};

// One call from its arrival to its answer. Not thread-safe.
class CallRecord {
 public:
  // Counts the call in.
  CallRecord(MethodStats& stats, const CallEnvironment& environment);
  CallRecord(const CallRecord&) = delete;
  CallRecord& operator=(const CallRecord&) = delete;

  absl::Time begun() const { return begun_; }
  // Whether fewer calls than the limit were being served when this one came.
  bool admitted() const { return admitted_; }
  const CallEnvironment& environment() const { return environment_; }

  size_t request_bytes = 0;
  size_t response_bytes = 0;
  CallContext context;

  // Counts the call out, with its outcome, and writes the log line. Exactly once, before the answer is given to gRPC: afterwards
  // the server may be gone.
  void Close(const absl::Status& status);

 private:
  MethodStats& stats_;
  const CallEnvironment& environment_;
  const absl::Time begun_;
  const bool admitted_;
};

}  // namespace sip

#endif  // SIP_LIBS_RPC_METHOD_STATS_H_

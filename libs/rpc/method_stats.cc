#include "libs/rpc/method_stats.h"

#include <utility>

#include "libs/eventsourcing/rejection.h"
#include "libs/rpc/status.h"
#include "libs/telemetry/log.h"
#include "sip/common/v1/options.pb.h"

namespace sip {
namespace {

// The code that the client sees.
absl::StatusCode CodeOf(Reason reason) { return static_cast<absl::StatusCode>(RulesOf(reason).code()); }

}  // namespace

MethodStats::MethodStats(std::string method, Metrics& metrics)
    : method_(std::move(method)),
      metrics_(metrics),
      seconds_(metrics.GetHistogram("sip_rpc_seconds", "Time from a call's arrival to its answer.", LatencyBounds(),
                                    {{"method", method_}})) {}

void MethodStats::Observe(absl::StatusCode code, absl::Duration took) {
  seconds_.Observe(absl::ToDoubleSeconds(took));
  const auto index =
      static_cast<size_t>(code) < kCodes ? static_cast<size_t>(code) : static_cast<size_t>(absl::StatusCode::kUnknown);
  // Made when a code first occurs, so that a method does not begin with seventeen series.
  Counter* counter = calls_[index].load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &metrics_.GetCounter("sip_rpc_calls_total", "Calls answered, by status code.",
                                   {{"method", method_}, {"code", absl::StatusCodeToString(code)}});
    calls_[index].store(counter, std::memory_order_release);
  }
  counter->Increment();
}

CallRecord::CallRecord(MethodStats& stats, const CallEnvironment& environment)
    : stats_(stats),
      environment_(environment),
      begun_(environment.clock->Now()),
      admitted_(environment.in_flight.fetch_add(1, std::memory_order_relaxed) < environment.limits.in_flight) {
  environment.arrived.fetch_add(1, std::memory_order_relaxed);
}

void CallRecord::Close(const absl::Status& status) {
  environment_.in_flight.fetch_sub(1, std::memory_order_relaxed);
  const absl::Duration took = environment_.clock->Now() - begun_;
  if (status.ok()) {
    stats_.Observe(absl::StatusCode::kOk, took);
    LogInfo("rpc", {{"method", LogCode(stats_.method())},
                    {"code", "OK"},
                    {"took_s", took},
                    {"agency", LogCode(context.actor.agency_id())},
                    {"request_bytes", request_bytes},
                    {"response_bytes", response_bytes},
                    {"correlation_id", context.correlation_id}});
    return;
  }
  const Reason reason = ReasonOf(status);
  stats_.Observe(CodeOf(reason), took);
  // An agency that is not in the directory is whatever the client wrote.
  const bool known = environment_.agencies->Find(context.actor.agency_id()) != nullptr;
  LogInfo("rpc", {{"method", LogCode(stats_.method())},
                  {"code", LogCode(absl::StatusCodeToString(CodeOf(reason)))},
                  {"reason", LogCode(common::v1::Reason_Name(reason))},
                  {"took_s", took},
                  {"agency", LogCode(known ? context.actor.agency_id() : "")},
                  {"request_bytes", request_bytes},
                  {"response_bytes", response_bytes},
                  {"correlation_id", context.correlation_id}});
  if (reason == Reason::REASON_INTERNAL) {
    LogError("rpc_failed", {{"method", LogCode(stats_.method())},
                            {"status", LogCode(absl::StatusCodeToString(status.code()))},
                            {"text", OperatorText(status.message())},
                            {"correlation_id", context.correlation_id}});
  }
}

}  // namespace sip

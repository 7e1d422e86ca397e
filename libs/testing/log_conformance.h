// The contract of event_log.h as one test suite for every backend. A backend's test says how to make one:
//
//   SIP_LOG_CONFORMANCE(Memory, [] { return std::make_unique<MemoryBackend>(); });
#ifndef SIP_LIBS_TESTING_LOG_CONFORMANCE_H_
#define SIP_LIBS_TESTING_LOG_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "libs/eventsourcing/event_log.h"

namespace sip {

// A log under test, empty when made.
class LogBackend {
 public:
  static constexpr char kLogName[] = "sip.test";
  static constexpr uint32_t kPartitions = 4;

  virtual ~LogBackend() = default;
  // The log kLogName with kPartitions partitions; another one after Restart.
  virtual EventLog& log() = 0;
  // The process ends in good order and another one opens the same log. No session and no tail is left.
  virtual void Restart() = 0;
  // While full, appends must be refused for lack of room.
  virtual void SetFull(bool full) = 0;
};

using LogBackendFactory = std::function<std::unique_ptr<LogBackend>()>;

class LogConformance : public testing::TestWithParam<LogBackendFactory> {
 protected:
  EventLog& log() { return backend_->log(); }

  const std::unique_ptr<LogBackend> backend_ = GetParam()();
};

// Referring to it links the suite in.
extern const bool kLogConformanceLinked;

}  // namespace sip

#define SIP_LOG_CONFORMANCE(name, factory)                                                           \
  [[maybe_unused]] const bool name##LogConformanceLinked = ::sip::kLogConformanceLinked;             \
  INSTANTIATE_TEST_SUITE_P(name, LogConformance, testing::Values(::sip::LogBackendFactory(factory)), \
                           [](const testing::TestParamInfo<::sip::LogBackendFactory>&) { return "Log"; })

#endif  // SIP_LIBS_TESTING_LOG_CONFORMANCE_H_

#include "libs/log_memory/memory_log.h"
#include "libs/testing/log_conformance.h"

namespace sip {
namespace {

class MemoryBackend : public LogBackend {
 public:
  explicit MemoryBackend(bool others_can_own)
      : store_({.logs = {{"sip.other", 1}, {kLogName, kPartitions}}, .others_can_own = others_can_own}) {}
  EventLog& log() override { return *store_.log(kLogName); }
  void Restart() override { store_.Crash(); }
  void SetFull(bool full) override { store_.set_faults({.refuse = full ? 1.0 : 0.0}); }

 private:
  MemoryLogStore store_;
};

SIP_LOG_CONFORMANCE(Memory, [] { return std::make_unique<MemoryBackend>(false); });

}  // namespace
}  // namespace sip

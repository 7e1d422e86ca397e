// What a context's engine is composed of; all of it outlives the engine.
#ifndef SIP_LIBS_ENGINE_PARTS_H_
#define SIP_LIBS_ENGINE_PARTS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/codec/codec.h"
#include "libs/engine/executor.h"
#include "libs/engine/options.h"
#include "libs/engine/stream_store.h"
#include "libs/engine/timer.h"
#include "libs/eventsourcing/context.h"
#include "libs/eventsourcing/context_model.h"
#include "libs/eventsourcing/event_log.h"

namespace sip {

// The rule sets known now; each decision keeps the snapshot that it was given.
using RuleSetSnapshot = std::function<std::shared_ptr<const RuleSetSource>()>;

class Standby;

struct EngineParts {
  const ContextModel& model;
  EventLog& log;
  StreamStore& store;
  const Codec& codec;
  Clock& clock;
  Executor& executor;
  Timer& timer;
  absl::TimeZone zone;
  const AgencyDirectory& agencies;
  RuleSetSnapshot rule_sets;
  ClaimantInfo claimant;
  EngineOptions options;
  // Where partitions are claimed while the engine runs, which may take as long as the log takes to answer. Null: `executor`.
  Executor* claims = nullptr;
  // Follows the partitions while they are not owned; null: nobody does.
  Standby* standby = nullptr;
};

}  // namespace sip

#endif  // SIP_LIBS_ENGINE_PARTS_H_

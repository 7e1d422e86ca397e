// What a handler knows about a call besides its request.
#ifndef SIP_LIBS_RPC_CALL_CONTEXT_H_
#define SIP_LIBS_RPC_CALL_CONTEXT_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/uuid.h"
#include "libs/eventsourcing/consistency_token.h"
#include "libs/eventsourcing/context.h"
#include "libs/rpc/edge.h"
#include "libs/rpc/limits.h"
#include "libs/telemetry/metrics.h"
#include "sip/common/v1/values.pb.h"

namespace sip {

// In which language a refusal is explained.
enum class Language { kEnglish, kSwedish };

// One call, as the transport and its metadata describe it.
struct CallContext {
  common::v1::Actor actor;               // The agency is in the directory.
  std::vector<ConsistencyToken> tokens;  // To be seen before the answer.
  absl::Time deadline = absl::InfiniteFuture();
  Language language = Language::kEnglish;
  Uuid correlation_id;   // The caller's, or one minted for the call.
  std::string trace_id;  // 16 bytes or empty.
  std::string span_id;   // 8 bytes or empty.
};

// What all calls of a server share. Outlives its services.
struct CallEnvironment {
  CallLimits limits;
  // Believe the metadata sip-agency, sip-unit and sip-actor.
  bool development_identity = false;
  // Whose metadata sip-client-certificate is believed; null: nobody's.
  std::shared_ptr<const TrustedEdge> edge;
  const AgencyDirectory* agencies = nullptr;
  Metrics* metrics = nullptr;
  Clock* clock = nullptr;
  // Calls being served now, and all that ever came.
  mutable std::atomic<size_t> in_flight{0};
  mutable std::atomic<uint64_t> arrived{0};
  // The server stops: calls that come are refused.
  std::atomic<bool> stopping{false};
};

}  // namespace sip

#endif  // SIP_LIBS_RPC_CALL_CONTEXT_H_

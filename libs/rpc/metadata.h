// Reads a call's metadata and peer into its context: who calls, which tokens, until when, under which correlation id.
//
//   sip-consistency-token   repeatable, or several with commas
//   sip-correlation-id      a UUID; one is minted where there is none
//   traceparent             W3C trace context; ignored where it is malformed, as that standard says
//   accept-language         Swedish or English
//   sip-agency, sip-unit, sip-actor   only believed with development_identity
//   sip-client-certificate   only believed from the trusted edge
//
// With TLS, the agency is the one URI sip:agency:<id> among the subject alternative names of the client certificate: the peer's
// own, or, if the peer is the trusted edge, the one that it passes on (edge.h).
#ifndef SIP_LIBS_RPC_METADATA_H_
#define SIP_LIBS_RPC_METADATA_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/call_context.h"

namespace grpc {
class CallbackServerContext;
}

namespace sip {

// The prefix of the certificate's URI that names the agency.
inline constexpr absl::string_view kAgencyUriPrefix = "sip:agency:";
// The most consistency tokens of one call.
inline constexpr size_t kMaxTokens = 32;

// Fills `context` as far as it gets: language and correlation id are there even when a refusal is returned.
absl::Status ReadCallContext(const grpc::CallbackServerContext& server_context, const CallEnvironment& environment, absl::Time now,
                             bool streaming, CallContext& context);

// What `accept-language` asks for: the better rated of Swedish and English.
Language LanguageOf(absl::string_view accept_language);

// Sets both ids if `traceparent` is a well-formed W3C trace parent.
void ReadTraceParent(absl::string_view traceparent, CallContext& context);

}  // namespace sip

#endif  // SIP_LIBS_RPC_METADATA_H_

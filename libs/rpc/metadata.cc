#include "libs/rpc/metadata.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/server_context.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

// The metadata that we read, in one pass over all of it.
struct Metadata {
  std::vector<absl::string_view> tokens;
  absl::string_view correlation_id;
  absl::string_view traceparent;
  absl::string_view accept_language;
  absl::string_view agency;
  absl::string_view unit;
  absl::string_view actor;
  std::vector<absl::string_view> client_certificates;
};

Metadata ReadMetadata(const grpc::CallbackServerContext& context) {
  Metadata metadata;
  for (const auto& [key_ref, value_ref] : context.client_metadata()) {
    const absl::string_view key(key_ref.data(), key_ref.size());
    const absl::string_view value(value_ref.data(), value_ref.size());
    if (key == "sip-consistency-token") {
      for (const absl::string_view token : absl::StrSplit(value, ',')) metadata.tokens.push_back(absl::StripAsciiWhitespace(token));
    } else if (key == "sip-correlation-id") {
      metadata.correlation_id = value;
    } else if (key == "traceparent") {
      metadata.traceparent = value;
    } else if (key == "accept-language") {
      metadata.accept_language = value;
    } else if (key == "sip-agency") {
      metadata.agency = value;
    } else if (key == "sip-unit") {
      metadata.unit = value;
    } else if (key == "sip-actor") {
      metadata.actor = value;
    } else if (key == kClientCertificateKey) {
      metadata.client_certificates.push_back(value);
    }
  }
  return metadata;
}

absl::Time DeadlineOf(const grpc::CallbackServerContext& context, absl::Time now, absl::Duration limit) {
  const absl::Time latest = now + limit;
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return latest;
  return std::min(latest, absl::FromChrono(deadline));
}

absl::Status ReadCorrelationId(absl::string_view text, CallContext& context) {
  if (text.empty()) {
    context.correlation_id = NewUuidV7();
    return absl::OkStatus();
  }
  const std::optional<Uuid> id = Uuid::Parse(text);
  context.correlation_id = id.has_value() && !id->IsNil() ? *id : NewUuidV7();
  if (context.correlation_id == id) return absl::OkStatus();
  return RejectionStatus(Reason::REASON_FIELD_INVALID, "", "metadata.sip-correlation-id",
                         "Expected a UUID of 36 lower-case characters.");
}

absl::Status ReadTokens(const std::vector<absl::string_view>& texts, CallContext& context) {
  if (texts.size() > kMaxTokens) {
    return RejectionStatus(Reason::REASON_LIMIT_EXCEEDED, "", "metadata.sip-consistency-token",
                           absl::StrCat("At most ", kMaxTokens, " tokens; got ", texts.size(), "."));
  }
  for (const absl::string_view text : texts) {
    absl::StatusOr<ConsistencyToken> token = DecodeToken(text);
    if (!token.ok()) return RejectionStatus(Reason::REASON_TOKEN_INVALID, "", "metadata.sip-consistency-token");
    context.tokens.push_back(*std::move(token));
  }
  return absl::OkStatus();
}

// The URIs of the certificate that the peer has shown to us.
std::vector<std::string> UrisOfPeer(const grpc::CallbackServerContext& context) {
  std::vector<std::string> uris;
  const auto peer = context.auth_context();
  if (peer == nullptr || !peer->IsPeerAuthenticated()) return uris;
  for (const grpc::string_ref& uri : peer->FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME)) {
    uris.emplace_back(uri.data(), uri.size());
  }
  return uris;
}

// The URIs of the client's certificate, whichever way it came.
absl::StatusOr<std::vector<std::string>> UrisOfClient(const grpc::CallbackServerContext& context, const Metadata& metadata,
                                                      const CallEnvironment& environment, absl::Time now) {
  std::vector<std::string> uris = UrisOfPeer(context);
  if (environment.edge == nullptr || !environment.edge->Is(uris)) return uris;
  if (metadata.client_certificates.size() > 1) {
    return absl::UnauthenticatedError("The edge lets clients add to the metadata sip-client-certificate.");
  }
  return environment.edge->UrisOfClient(metadata.client_certificates.empty() ? "" : metadata.client_certificates[0], now);
}

// The agency that the URIs of a certificate name; empty if they name none, or more than one.
std::string AgencyOf(const std::vector<std::string>& uris) {
  std::string agency;
  for (absl::string_view uri : uris) {
    if (!absl::ConsumePrefix(&uri, kAgencyUriPrefix)) continue;
    if (!agency.empty()) return "";
    agency = std::string(uri);
  }
  return agency;
}

absl::Status CheckAgency(const std::string& agency_id, const CallEnvironment& environment, absl::string_view hint) {
  if (agency_id.empty()) return RejectionStatus(Reason::REASON_IDENTITY_MISSING, "", "", hint);
  if (environment.agencies->Find(agency_id) == nullptr) return RejectionStatus(Reason::REASON_AGENCY_UNKNOWN);
  return absl::OkStatus();
}

constexpr size_t kMaxIdentityBytes = 100;

// Units and persons are ids such as HSA-ids: printable, without blanks.
bool IsIdentity(absl::string_view text) {
  return text.size() <= kMaxIdentityBytes &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isgraph(c); });
}

absl::Status ReadActor(const grpc::CallbackServerContext& server_context, const Metadata& metadata,
                       const CallEnvironment& environment, absl::Time now, common::v1::Actor& actor) {
  if (!environment.development_identity) {
    const absl::StatusOr<std::vector<std::string>> uris = UrisOfClient(server_context, metadata, environment, now);
    if (!uris.ok()) return RejectionStatus(Reason::REASON_IDENTITY_MISSING, "", "", uris.status().message());
    actor.set_agency_id(AgencyOf(*uris));
    actor.set_assurance(common::v1::IDENTITY_ASSURANCE_CERTIFICATE);
    return CheckAgency(actor.agency_id(), environment, "The certificate names no agency as URI sip:agency:<id>.");
  }
  for (const auto& [value, field] :
       {std::pair(metadata.agency, "metadata.sip-agency"), std::pair(metadata.unit, "metadata.sip-unit"),
        std::pair(metadata.actor, "metadata.sip-actor")}) {
    if (!IsIdentity(value)) return RejectionStatus(Reason::REASON_FIELD_INVALID, "", field);
  }
  actor.set_agency_id(std::string(metadata.agency));
  actor.set_unit_id(std::string(metadata.unit));
  actor.set_person_id(std::string(metadata.actor));
  actor.set_assurance(common::v1::IDENTITY_ASSURANCE_DEVELOPMENT);
  return CheckAgency(actor.agency_id(), environment, "The metadata sip-agency is missing.");
}

// The weight after ";q=", 1 if there is none.
double WeightOf(absl::string_view range) {
  const size_t q = range.find(";q=");
  double weight = 1;
  if (q != absl::string_view::npos && !absl::SimpleAtod(range.substr(q + 3), &weight)) return 0;
  return weight;
}

}  // namespace

Language LanguageOf(absl::string_view accept_language) {
  double swedish = 0;
  double english = 0;
  for (const absl::string_view part : absl::StrSplit(accept_language, ',')) {
    const std::string range = absl::AsciiStrToLower(absl::StripAsciiWhitespace(part));
    if (absl::StartsWith(range, "sv")) swedish = std::max(swedish, WeightOf(range));
    if (absl::StartsWith(range, "en")) english = std::max(english, WeightOf(range));
  }
  return swedish > english ? Language::kSwedish : Language::kEnglish;
}

void ReadTraceParent(absl::string_view traceparent, CallContext& context) {
  // 00-<32 hex>-<16 hex>-<2 hex>; later versions may append more.
  const bool shape = traceparent.size() >= 55 && traceparent[2] == '-' && traceparent[35] == '-' && traceparent[52] == '-';
  if (!shape || traceparent.substr(0, 2) == "ff" || (traceparent.substr(0, 2) == "00" && traceparent.size() != 55)) return;
  const auto is_hex = [](unsigned char c) { return absl::ascii_isxdigit(c) && !absl::ascii_isupper(c); };
  const absl::string_view trace = traceparent.substr(3, 32);
  const absl::string_view span = traceparent.substr(36, 16);
  if (!std::all_of(trace.begin(), trace.end(), is_hex) || !std::all_of(span.begin(), span.end(), is_hex)) return;
  std::string trace_id = absl::HexStringToBytes(trace);
  std::string span_id = absl::HexStringToBytes(span);
  if (trace_id == std::string(16, '\0') || span_id == std::string(8, '\0')) return;
  context.trace_id = std::move(trace_id);
  context.span_id = std::move(span_id);
}

absl::Status ReadCallContext(const grpc::CallbackServerContext& server_context, const CallEnvironment& environment, absl::Time now,
                             bool streaming, CallContext& context) {
  const Metadata metadata = ReadMetadata(server_context);
  if (!metadata.accept_language.empty()) context.language = LanguageOf(metadata.accept_language);
  const absl::Status correlation = ReadCorrelationId(metadata.correlation_id, context);
  if (!metadata.traceparent.empty()) ReadTraceParent(metadata.traceparent, context);
  // A stream lasts as long as its caller wants.
  context.deadline = DeadlineOf(server_context, now, streaming ? absl::InfiniteDuration() : environment.limits.deadline);
  SIP_RETURN_IF_ERROR(ReadActor(server_context, metadata, environment, now, context.actor));
  SIP_RETURN_IF_ERROR(correlation);
  SIP_RETURN_IF_ERROR(ReadTokens(metadata.tokens, context));
  if (context.deadline <= now) return RejectionStatus(Reason::REASON_DEADLINE_PASSED);
  return absl::OkStatus();
}

}  // namespace sip

// Any bytes as a request: reading must never crash, and what cannot be parsed must be explained.
#include <cstdint>
#include <string>

#include "libs/base/check.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/rpc/request_reader.h"
#include "libs/rpc/status.h"
#include "sip/testing/v1/echo_rpcs.pb.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const sip::RequestRules& rules = *new sip::RequestRules(*sip::testing::v1::EchoRequest::descriptor());
  sip::testing::v1::EchoRequest request;
  const absl::Status status =
      sip::ReadRequest(absl::string_view(reinterpret_cast<const char*>(data), size), rules, sip::CallLimits(), request);
  if (status.ok()) return 0;
  SIP_CHECK(sip::RejectionOf(status).has_value());
  SIP_CHECK(sip::ToGrpcStatus(status, sip::Language::kSwedish, sip::Uuid()).error_details().size() <= sip::kMaxStatusBytes);
  return 0;
}

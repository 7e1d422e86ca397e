#include "services/views/queries/paging.h"

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/sha256.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/rejection.h"

namespace sip {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kFingerprintBytes = 8;

const FieldDescriptor* Field(const Message& request, const char* name) { return request.GetDescriptor()->FindFieldByName(name); }

// Of all that the request asks for besides its page.
std::string FingerprintOf(const Message& request) {
  const std::unique_ptr<Message> filters(request.New());
  filters->CopyFrom(request);
  filters->GetReflection()->ClearField(filters.get(), Field(request, "page_size"));
  filters->GetReflection()->ClearField(filters.get(), Field(request, "page_token"));
  return Sha256(absl::StrCat(request.GetDescriptor()->full_name(), "\n", filters->SerializeAsString()))
      .substr(0, kFingerprintBytes);
}

absl::Status InvalidToken() { return RejectionStatus(Reason::REASON_TOKEN_INVALID, "", "page_token"); }

}  // namespace

absl::StatusOr<Page> PageOf(const Message& request, absl::string_view prefix) {
  Page page;
  const uint32_t size = request.GetReflection()->GetUInt32(request, Field(request, "page_size"));
  if (size > 0) page.size = std::min(size, kMaxPageSize);
  const std::string token = request.GetReflection()->GetString(request, Field(request, "page_token"));
  if (token.empty()) return page;
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || bytes.size() < kFingerprintBytes) return InvalidToken();
  page.start_after = bytes.substr(kFingerprintBytes);
  const bool ours = bytes.compare(0, kFingerprintBytes, FingerprintOf(request)) == 0;
  if (!ours || !absl::StartsWith(page.start_after, prefix)) return InvalidToken();
  return page;
}

absl::StatusOr<std::string> ReadPage(const RowSource& rows, const Message& request, absl::string_view prefix, const TakeRow& take) {
  SIP_ASSIGN_OR_RETURN(const Page page, PageOf(request, prefix));
  size_t taken = 0;
  size_t seen = 0;
  std::string last_key;
  bool more = false;
  absl::Status status;
  SIP_RETURN_IF_ERROR(rows.Scan(prefix, page.start_after, [&](absl::string_view key, absl::string_view value) {
    more = taken == page.size || seen == kMaxRowsPerPage;
    if (more) return false;
    const absl::StatusOr<bool> took = take(key, value);
    status = took.status();
    if (!took.ok()) return false;
    taken += *took ? 1 : 0;
    ++seen;
    last_key = std::string(key);
    return true;
  }));
  SIP_RETURN_IF_ERROR(status);
  return more ? absl::WebSafeBase64Escape(absl::StrCat(FingerprintOf(request), last_key)) : std::string();
}

}  // namespace sip

#include "services/plans/server/rule_set_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/rejection.h"
#include "sip/rules/v1/rule_set_service.pb.h"

namespace sip {
namespace {

namespace v1 = rules::v1;

constexpr uint32_t kDefaultPageSize = 50;
constexpr uint32_t kMaxPageSize = 1000;

const v1::RuleSet* Select(const v1::GetRuleSetRequest& request, const RuleBookSnapshot& book) {
  switch (request.selector_case()) {
    case v1::GetRuleSetRequest::kRuleSetId:
      return book.Find(request.rule_set_id());
    case v1::GetRuleSetRequest::kDigest:
      return book.FindByDigest(request.digest());
    case v1::GetRuleSetRequest::kValidOn:
      return book.ValidOn(request.valid_on().owner(), FromProto(request.valid_on().day()));
    case v1::GetRuleSetRequest::SELECTOR_NOT_SET:
      return nullptr;
  }
  return nullptr;
}

absl::StatusOr<v1::GetRuleSetResponse> GetRuleSet(const v1::GetRuleSetRequest& request, const RuleBook& book) {
  if (request.selector_case() == v1::GetRuleSetRequest::SELECTOR_NOT_SET) {
    return RejectionStatus(Reason::REASON_FIELD_REQUIRED, "", "selector");
  }
  const std::shared_ptr<const RuleBookSnapshot> snapshot = book.Snapshot();
  const v1::RuleSet* found = Select(request, *snapshot);
  if (found == nullptr) return RejectionStatus(Reason::REASON_RULE_SET_UNKNOWN, "", "selector");
  v1::GetRuleSetResponse response;
  *response.mutable_rule_set() = *found;
  response.set_digest(snapshot->DigestOf(*found));
  return response;
}

// The page token is the id of the last rule set that was shown, so that pages stay stable while sets are published.
absl::StatusOr<v1::ListRuleSetsResponse> ListRuleSets(const v1::ListRuleSetsRequest& request, const RuleBook& book) {
  std::string after;
  if (!absl::WebSafeBase64Unescape(request.page_token(), &after)) {
    return RejectionStatus(Reason::REASON_TOKEN_INVALID, "", "page_token");
  }
  const size_t page_size = std::min(request.page_size() == 0 ? kDefaultPageSize : request.page_size(), kMaxPageSize);
  v1::ListRuleSetsResponse response;
  const std::shared_ptr<const RuleBookSnapshot> snapshot = book.Snapshot();
  std::vector<const v1::RuleSet*> found;
  for (const auto& [key, rule_set] : snapshot->all()) {
    if (!request.owner().empty() && rule_set->owner() != request.owner()) continue;
    if (rule_set->id() > after) found.push_back(rule_set.get());
  }
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->id() < b->id(); });
  const bool more = found.size() > page_size;
  found.resize(std::min(found.size(), page_size));
  for (const v1::RuleSet* rule_set : found) {
    v1::RuleSetSummary& summary = *response.add_rule_sets();
    summary.set_rule_set_id(rule_set->id());
    summary.set_owner(rule_set->owner());
    *summary.mutable_valid_from() = rule_set->valid_from();
    summary.set_title(rule_set->title());
    summary.set_digest(snapshot->DigestOf(*rule_set));
  }
  if (more) response.set_next_page_token(absl::WebSafeBase64Escape(found.back()->id()));
  return response;
}

}  // namespace

std::unique_ptr<RpcService> NewRuleSetService(const CallEnvironment& environment, CommandExecutor& executor, const RuleBook& book) {
  auto service = std::make_unique<RpcService>("sip.rules.v1.RuleSetService", environment);
  service->CommandsOf<v1::RuleSetCommand>(executor).Add<v1::PublishRuleSetRequest, v1::PublishRuleSetResponse>("PublishRuleSet");
  service->Query<v1::GetRuleSetRequest, v1::GetRuleSetResponse>(
      "GetRuleSet",
      [&book](const CallContext&, const v1::GetRuleSetRequest& request, auto done) { done(GetRuleSet(request, book)); });
  service->Query<v1::ListRuleSetsRequest, v1::ListRuleSetsResponse>(
      "ListRuleSets",
      [&book](const CallContext&, const v1::ListRuleSetsRequest& request, auto done) { done(ListRuleSets(request, book)); });
  return service;
}

}  // namespace sip

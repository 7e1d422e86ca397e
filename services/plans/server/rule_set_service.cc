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

constexpr uint32_t kDefaultPageSize = 50;
constexpr uint32_t kMaxPageSize = 1000;

const rules::v1::RuleSet* Select(const rules::v1::GetRuleSetRequest& request, const RuleBookSnapshot& book) {
  switch (request.selector_case()) {
    case rules::v1::GetRuleSetRequest::kRuleSetId:
      return book.Find(request.rule_set_id());
    case rules::v1::GetRuleSetRequest::kDigest:
      return book.FindByDigest(request.digest());
    case rules::v1::GetRuleSetRequest::kValidOn:
      return book.ValidOn(request.valid_on().owner(), FromProto(request.valid_on().day()));
    case rules::v1::GetRuleSetRequest::SELECTOR_NOT_SET:
      return nullptr;
  }
  return nullptr;
}

absl::StatusOr<rules::v1::GetRuleSetResponse> GetRuleSet(const rules::v1::GetRuleSetRequest& request, const RuleBook& book) {
  if (request.selector_case() == rules::v1::GetRuleSetRequest::SELECTOR_NOT_SET) {
    return RejectionStatus(Reason::REASON_FIELD_REQUIRED, "", "selector");
  }
  const std::shared_ptr<const RuleBookSnapshot> snapshot = book.Snapshot();
  const rules::v1::RuleSet* found = Select(request, *snapshot);
  if (found == nullptr) return RejectionStatus(Reason::REASON_RULE_SET_UNKNOWN, "", "selector");
  rules::v1::GetRuleSetResponse response;
  *response.mutable_rule_set() = *found;
  response.set_digest(snapshot->DigestOf(*found));
  return response;
}

// The page token is the id of the last rule set that was shown, so that pages stay stable while sets are published.
absl::StatusOr<rules::v1::ListRuleSetsResponse> ListRuleSets(const rules::v1::ListRuleSetsRequest& request, const RuleBook& book) {
  std::string after;
  if (!absl::WebSafeBase64Unescape(request.page_token(), &after)) {
    return RejectionStatus(Reason::REASON_TOKEN_INVALID, "", "page_token");
  }
  const size_t page_size = std::min(request.page_size() == 0 ? kDefaultPageSize : request.page_size(), kMaxPageSize);
  rules::v1::ListRuleSetsResponse response;
  const std::shared_ptr<const RuleBookSnapshot> snapshot = book.Snapshot();
  std::vector<const rules::v1::RuleSet*> found;
  for (const auto& [key, rule_set] : snapshot->all()) {
    if (!request.owner().empty() && rule_set->owner() != request.owner()) continue;
    if (rule_set->id() > after) found.push_back(rule_set.get());
  }
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->id() < b->id(); });
  const bool more = found.size() > page_size;
  found.resize(std::min(found.size(), page_size));
  for (const rules::v1::RuleSet* rule_set : found) {
    rules::v1::RuleSetSummary& summary = *response.add_rule_sets();
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
  service->CommandsOf<rules::v1::RuleSetCommand>(executor).Add<rules::v1::PublishRuleSetRequest, rules::v1::PublishRuleSetResponse>(
      "PublishRuleSet");
  service->Query<rules::v1::GetRuleSetRequest, rules::v1::GetRuleSetResponse>(
      "GetRuleSet",
      [&book](const CallContext&, const rules::v1::GetRuleSetRequest& request, auto done) { done(GetRuleSet(request, book)); });
  service->Query<rules::v1::ListRuleSetsRequest, rules::v1::ListRuleSetsResponse>(
      "ListRuleSets",
      [&book](const CallContext&, const rules::v1::ListRuleSetsRequest& request, auto done) { done(ListRuleSets(request, book)); });
  return service;
}

}  // namespace sip

#include "services/views/server/plan_views.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "libs/base/status_macros.h"
#include "libs/base/wire.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/views/memory_view.h"
#include "services/views/projections/current_plan.h"
#include "services/views/projections/render_plan.h"
#include "services/views/queries/plan_queries.h"
#include "services/views/server/case_access.h"
#include "services/views/server/memory_rows.h"
#include "services/views/server/view_rows.h"
#include "sip/rules/v1/rule_set.pb.h"
#include "sip/views/v1/plan_views.pb.h"

namespace sip {
namespace {

using views::v1::PlanRow;
using views::v1::ReadAt;

constexpr char kPlansLog[] = "sip.plans";
constexpr uint32_t kDefaultPageSize = 50;
constexpr uint32_t kMaxPageSize = 1000;

absl::Status NotDisclosed(absl::string_view field) { return RejectionStatus(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "", field); }

struct PlanAnswer {
  PlanRow plan;
  ReadAt read_at;
};
using PlanDone = absl::AnyInvocable<void(absl::StatusOr<PlanAnswer>)>;

struct PlanQuestion {
  std::string case_id;
  std::string plan_id;
  uint32_t revision = 0;
  std::optional<absl::Time> as_of;
};

template <typename Request>
PlanQuestion QuestionOf(const Request& request) {
  PlanQuestion question{request.case_id(), request.plan_id(), request.plan_revision(), std::nullopt};
  if (request.has_as_of()) question.as_of = FromProto(request.as_of());
  return question;
}

class PlanQueries {
 public:
  PlanQueries(const ViewSet& views, CaseRecords records) : views_(views), records_(std::move(records)) {}

  // The bytes of a GetCurrentPlanResponse: what is stored is handed on unread.
  void GetCurrent(const CallContext& call, const std::string& case_id,
                  absl::AnyInvocable<void(absl::StatusOr<std::string>)> done) const {
    views_.Read(QuestionAbout(case_id, call, {kPlanView}),
                [&call, &case_id, done = std::move(done)](absl::StatusOr<ViewReading> reading) mutable {
                  done(CurrentIn(std::move(reading), call, case_id));
                });
  }

  void Get(const CallContext& call, const PlanQuestion& question, PlanDone done) const {
    views_.Read(QuestionAbout(question.case_id, call, {kPlanView}),
                [this, &call, question, done = std::move(done)](absl::StatusOr<ViewReading> reading) mutable {
                  absl::StatusOr<PlanAnswer> answer = PlanIn(std::move(reading), call, question);
                  // Access is decided by what is known now, also for what was known then.
                  if (!question.as_of.has_value() || IsRefused(answer)) return done(std::move(answer));
                  GetAsOf(call, question, std::move(done));
                });
  }

  void ListRevisions(const CallContext& call, const views::v1::ListPlanRevisionsRequest& request,
                     absl::AnyInvocable<void(absl::StatusOr<views::v1::ListPlanRevisionsResponse>)> done) const {
    views_.Read(QuestionAbout(request.case_id(), call, {kPlanView}),
                [&call, &request, done = std::move(done)](absl::StatusOr<ViewReading> reading) mutable {
                  done(RevisionsIn(std::move(reading), call, request));
                });
  }

 private:
  // Whether the question ends here: the case is not disclosed. A plan or revision that is not there now may have been there then.
  static bool IsRefused(const absl::StatusOr<PlanAnswer>& answer) {
    if (answer.ok()) return false;
    const std::optional<Rejection> rejection = RejectionOf(answer.status());
    return !rejection.has_value() || rejection->violations(0).field() == "case_id";
  }

  static absl::StatusOr<std::string> CurrentIn(absl::StatusOr<ViewReading> reading, const CallContext& call,
                                               const std::string& case_id) {
    SIP_RETURN_IF_ERROR(reading.status());
    SIP_RETURN_IF_ERROR(CheckIsParty(*reading, case_id, call));
    SIP_ASSIGN_OR_RETURN(const std::shared_ptr<const std::string> plan, CurrentPlanOf(*reading, case_id));
    using Response = views::v1::GetCurrentPlanResponse;
    std::string response;
    AppendDelimited(Response::kPlanFieldNumber, *plan, response);
    AppendDelimited(Response::kReadAtFieldNumber, reading->read_at.SerializeAsString(), response);
    return response;
  }

  static absl::StatusOr<std::shared_ptr<const std::string>> CurrentPlanOf(const ViewReading& reading, const std::string& case_id) {
    const Uuid id = Uuid::Parse(case_id).value_or(Uuid());
    if (std::shared_ptr<const std::string> kept = reading.memos->current_plans.Find(id); kept != nullptr) return kept;
    const ViewReader& rows = reading[kPlanView];
    SIP_ASSIGN_OR_RETURN(std::optional<std::string> plan, FindCurrentPlanBytes(ViewRows(rows), case_id));
    if (!plan.has_value()) return NotDisclosed("case_id");
    return reading.memos->current_plans.Keep(id, rows.commit(), *std::move(plan));
  }

  static absl::StatusOr<PlanAnswer> PlanIn(absl::StatusOr<ViewReading> reading, const CallContext& call,
                                           const PlanQuestion& question) {
    SIP_RETURN_IF_ERROR(reading.status());
    SIP_RETURN_IF_ERROR(CheckIsParty(*reading, question.case_id, call));
    SIP_ASSIGN_OR_RETURN(PlanRow plan,
                         FindPlanRevision(ViewRows((*reading)[kPlanView]), question.case_id, question.plan_id, question.revision));
    return PlanAnswer{std::move(plan), std::move(reading->read_at)};
  }

  void GetAsOf(const CallContext& call, const PlanQuestion& question, PlanDone done) const {
    CaseRecordsQuestion records{kPlansLog, *Uuid::Parse(question.case_id), question.as_of, call.deadline};
    records_(std::move(records), [question, done = std::move(done)](absl::StatusOr<std::vector<RecordOfCase>> found) mutable {
      done(PlanAsOf(std::move(found), question));
    });
  }

  // The same fold as the live view's, over what was recorded until then.
  static absl::StatusOr<PlanAnswer> PlanAsOf(absl::StatusOr<std::vector<RecordOfCase>> found, const PlanQuestion& question) {
    SIP_RETURN_IF_ERROR(found.status());
    MemoryView rows;
    const CurrentPlanProjection projection;
    PlanAnswer answer;
    for (const RecordOfCase& record : *found) projection.Apply(record.decoded, rows);
    SIP_ASSIGN_OR_RETURN(answer.plan,
                         FindPlanRevision(MemoryRows(rows.rows()), question.case_id, question.plan_id, question.revision));
    const RecordedCommand& last = found->back().decoded;
    answer.read_at.add_consistency_tokens(EncodeToken({last.header->log_id(), last.partition, last.idx, last.leaf.substr(0, 8)}));
    *answer.read_at.mutable_as_of_or_now() = ToProto(*question.as_of);
    return answer;
  }

  // The page token is the number of the last revision that was shown.
  static absl::StatusOr<views::v1::ListPlanRevisionsResponse> RevisionsIn(absl::StatusOr<ViewReading> reading,
                                                                          const CallContext& call,
                                                                          const views::v1::ListPlanRevisionsRequest& request) {
    SIP_RETURN_IF_ERROR(reading.status());
    SIP_RETURN_IF_ERROR(CheckIsParty(*reading, request.case_id(), call));
    std::string after;
    if (!absl::WebSafeBase64Unescape(request.page_token(), &after)) {
      return RejectionStatus(Reason::REASON_TOKEN_INVALID, "", "page_token");
    }
    const ViewReader& rows = (*reading)[kPlanView];
    SIP_ASSIGN_OR_RETURN(const PlanRow plan, FindPlanRevision(ViewRows(rows), request.case_id(), request.plan_id(), 0));
    const size_t page_size = std::min(request.page_size() == 0 ? kDefaultPageSize : request.page_size(), kMaxPageSize);
    ViewRange range;
    range.prefix = PlanRevisionRowPrefix(request.case_id(), request.plan_id());
    range.start_after = after;
    range.limit = page_size + 1;
    views::v1::ListPlanRevisionsResponse response;
    std::string last_key;
    bool more = false;
    SIP_RETURN_IF_ERROR(rows.Scan(range, [&](absl::string_view key, absl::string_view value) {
      more = static_cast<size_t>(response.revisions_size()) == page_size;
      if (more) return false;
      last_key = std::string(key);
      return response.add_revisions()->ParseFromArray(value.data(), static_cast<int>(value.size()));
    }));
    // The revision in force is the newest and stands in the plan's own row.
    if (!more && plan.has_in_force()) *response.add_revisions() = plan.in_force();
    if (more) response.set_next_page_token(absl::WebSafeBase64Escape(last_key));
    *response.mutable_read_at() = std::move(reading->read_at);
    return response;
  }

  const ViewSet& views_;
  const CaseRecords records_;
};

absl::StatusOr<views::v1::GetPlanResponse> ResponseOf(absl::StatusOr<PlanAnswer> answer) {
  SIP_RETURN_IF_ERROR(answer.status());
  views::v1::GetPlanResponse response;
  *response.mutable_plan() = std::move(answer->plan);
  *response.mutable_read_at() = std::move(answer->read_at);
  return response;
}

absl::StatusOr<views::v1::RenderPlanResponse> Rendered(absl::StatusOr<PlanAnswer> answer, views::v1::RenderFormat format,
                                                       const RuleSetSource& rule_sets, absl::TimeZone zone) {
  SIP_RETURN_IF_ERROR(answer.status());
  const rules::v1::RuleSet* rule_set = rule_sets.FindByDigest(answer->plan.rule_set_digest());
  if (rule_set == nullptr) return RejectionStatus(Reason::REASON_RULE_SET_UNKNOWN);
  views::v1::RenderPlanResponse response;
  response.set_document(RenderPlan(answer->plan, rule_set->plan_template(), format, zone));
  response.set_plan_revision(answer->plan.in_force().plan_revision());
  *response.mutable_read_at() = std::move(answer->read_at);
  return response;
}

}  // namespace

std::unique_ptr<RpcService> NewPlanViews(const CallEnvironment& environment, const ViewSet& views, CaseRecords records,
                                         const RuleSetSource& rule_sets, absl::TimeZone zone) {
  namespace v1 = views::v1;
  auto service = std::make_unique<RpcService>("sip.views.v1.PlanViews", environment);
  const auto queries = std::make_shared<const PlanQueries>(views, std::move(records));
  service->QueryBytes<v1::GetCurrentPlanRequest, v1::GetCurrentPlanResponse>(
      "GetCurrentPlan", [queries](const CallContext& call, const v1::GetCurrentPlanRequest& request, auto done) {
        queries->GetCurrent(call, request.case_id(), std::move(done));
      });
  service->Query<v1::GetPlanRequest, v1::GetPlanResponse>(
      "GetPlan", [queries](const CallContext& call, const v1::GetPlanRequest& request, auto done) {
        queries->Get(call, QuestionOf(request),
                     [done = std::move(done)](absl::StatusOr<PlanAnswer> answer) mutable { done(ResponseOf(std::move(answer))); });
      });
  service->Query<v1::ListPlanRevisionsRequest, v1::ListPlanRevisionsResponse>(
      "ListPlanRevisions", [queries](const CallContext& call, const v1::ListPlanRevisionsRequest& request, auto done) {
        queries->ListRevisions(call, request, std::move(done));
      });
  service->Query<v1::RenderPlanRequest, v1::RenderPlanResponse>(
      "RenderPlan", [queries, &rule_sets, zone](const CallContext& call, const v1::RenderPlanRequest& request, auto done) {
        const v1::RenderFormat format = request.format();
        queries->Get(call, QuestionOf(request),
                     [done = std::move(done), format, &rule_sets, zone](absl::StatusOr<PlanAnswer> answer) mutable {
                       done(Rendered(std::move(answer), format, rule_sets, zone));
                     });
      });
  return service;
}

}  // namespace sip

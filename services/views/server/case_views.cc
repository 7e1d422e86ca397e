#include "services/views/server/case_views.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/views/memory_view.h"
#include "services/views/projections/timeline.h"
#include "services/views/queries/case_queries.h"
#include "services/views/server/answers.h"
#include "services/views/server/gather_records.h"
#include "services/views/server/memory_rows.h"
#include "services/views/server/view_rows.h"
#include "sip/rules/v1/agency_directory.pb.h"
#include "sip/views/v1/case_views.pb.h"

namespace sip {
namespace {

using views::v1::CaseRow;
using views::v1::GetTimelineRequest;
using views::v1::GetTimelineResponse;
using views::v1::ReadAt;
using TimelineDone = absl::AnyInvocable<void(absl::StatusOr<GetTimelineResponse>)>;

constexpr char kTimelineView[] = "timeline";

// What the records that were folded say, in the order of their logs.
ReadAt ReadAtOf(const std::vector<RecordOfCase>& records, absl::Time as_of) {
  std::map<std::string, const RecordedCommand*> last;
  for (const RecordOfCase& record : records) last[record.decoded.log_name] = &record.decoded;
  ReadAt read_at;
  for (const auto& [log_name, record] : last) {
    const ConsistencyToken token{record->header->log_id(), record->partition, record->idx, record->leaf.substr(0, 8)};
    read_at.add_consistency_tokens(EncodeToken(token));
  }
  *read_at.mutable_as_of_or_now() = ToProto(as_of);
  return read_at;
}

class TimelineQueries {
 public:
  TimelineQueries(const CallEnvironment& environment, const ViewSet& views, CaseRecords records)
      : environment_(environment), views_(views), records_(std::move(records)) {}

  void Get(const CallContext& call, const GetTimelineRequest& request, TimelineDone done) const {
    if (request.has_as_of()) return GetAsOf(call, request, std::move(done));
    AnswerAboutCase(views_, call, request, {kTimelineView}, std::move(done),
                    [this, &request](const ViewReading& reading, const CaseRow&) {
                      return TimelineIn(ViewRows(reading[kTimelineView]), request);
                    });
  }

 private:
  // Access is decided by what is known now, also for what was known then.
  void GetAsOf(const CallContext& call, const GetTimelineRequest& request, TimelineDone done) const {
    views_.Read(QuestionAbout(request.case_id(), call, {}),
                [this, &call, &request, done = std::move(done)](absl::StatusOr<ViewReading> reading) mutable {
                  if (!reading.ok()) return done(reading.status());
                  const absl::Status access = CheckIsParty(*reading, request.case_id(), call);
                  if (!access.ok()) return done(access);
                  FoldAsOf(call, request, std::move(done));
                });
  }

  void FoldAsOf(const CallContext& call, const GetTimelineRequest& request, TimelineDone done) const {
    const CaseRecordsQuestion question{"", *Uuid::Parse(request.case_id()), FromProto(request.as_of()), call.deadline};
    GatherRecords(records_, question, TimelineProjection().Logs(),
                  [this, &request, done = std::move(done)](absl::StatusOr<std::vector<RecordOfCase>> records) mutable {
                    done(TimelineOf(std::move(records), request));
                  });
  }

  // The same fold as the live view's, over what was recorded until then.
  absl::StatusOr<GetTimelineResponse> TimelineOf(absl::StatusOr<std::vector<RecordOfCase>> records,
                                                 const GetTimelineRequest& request) const {
    SIP_RETURN_IF_ERROR(records.status());
    MemoryView rows;
    const TimelineProjection projection;
    for (const RecordOfCase& record : *records) projection.Apply(record.decoded, rows);
    SIP_ASSIGN_OR_RETURN(GetTimelineResponse response, TimelineIn(MemoryRows(rows.rows()), request));
    *response.mutable_read_at() = ReadAtOf(*records, FromProto(request.as_of()));
    return response;
  }

  absl::StatusOr<GetTimelineResponse> TimelineIn(const RowSource& rows, const GetTimelineRequest& request) const {
    return GetTimeline(rows, request, [this](absl::string_view agency_id) {
      const rules::v1::Agency* agency = environment_.agencies->Find(agency_id);
      return agency == nullptr ? std::string() : agency->name();
    });
  }

  const CallEnvironment& environment_;
  const ViewSet& views_;
  const CaseRecords records_;
};

}  // namespace

std::unique_ptr<RpcService> NewCaseViews(const CallEnvironment& environment, const ViewSet& views, CaseRecords records) {
  namespace v1 = views::v1;
  auto service = std::make_unique<RpcService>("sip.views.v1.CaseViews", environment);
  const auto timeline = std::make_shared<const TimelineQueries>(environment, views, std::move(records));
  service->Query<v1::GetCaseRequest, v1::GetCaseResponse>(
      "GetCase", [&environment, &views](const CallContext& call, const v1::GetCaseRequest& request, auto done) {
        AnswerAboutCase(views, call, request, {}, std::move(done),
                        [&environment](const ViewReading&, const CaseRow& row) -> absl::StatusOr<v1::GetCaseResponse> {
                          return CaseAnswer(row, environment.clock->Now());
                        });
      });
  service->Query<v1::ListCasesRequest, v1::ListCasesResponse>(
      "ListCases", [&environment, &views](const CallContext& call, const v1::ListCasesRequest& request, auto done) {
        AnswerQuestion(views, ListQuestion("", call, kCasesView), std::move(done),
                       [&environment, &call, &request](const ViewReading& reading) {
                         return ListCases(ViewRows(reading[kCasesView]), request, call.actor.agency_id(), environment.clock->Now());
                       });
      });
  service->Query<v1::GetTimelineRequest, v1::GetTimelineResponse>(
      "GetTimeline", [timeline](const CallContext& call, const GetTimelineRequest& request, auto done) {
        timeline->Get(call, request, std::move(done));
      });
  return service;
}

}  // namespace sip

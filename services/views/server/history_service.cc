#include "services/views/server/history_service.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/rejection.h"
#include "libs/rpc/stream_source.h"
#include "services/views/server/case_access.h"
#include "sip/history/v1/history_service.pb.h"

namespace sip {
namespace {

namespace v1 = history::v1;

v1::ReadHistoryResponse ResponseOf(const RecordOfCase& record, bool with_bytes) {
  const RecordedCommand& decoded = record.decoded;
  v1::ReadHistoryResponse response;
  response.mutable_position()->set_log_name(decoded.log_name);
  response.mutable_position()->set_idx(decoded.idx);
  response.set_partition(decoded.partition);
  response.set_leaf(decoded.leaf);
  *response.mutable_recorded_at() = decoded.header->recorded_at();
  if (decoded.header->has_occurred_at()) *response.mutable_occurred_at() = decoded.header->occurred_at();
  *response.mutable_actor() = decoded.decision->actor();
  if (decoded.command != nullptr) response.mutable_command()->PackFrom(*decoded.command);
  if (decoded.header->has_imports()) {
    response.mutable_imported()->set_log_name(record.imported_log_name);
    response.mutable_imported()->set_idx(decoded.header->imports().idx());
  }
  for (const RecordedEvent& event : decoded.events) {
    v1::HistoryEvent& shown = *response.add_events();
    shown.set_stream(event.stream.ToString());
    shown.set_stream_version(event.version);
    shown.mutable_event()->PackFrom(*event.event);
  }
  response.set_rule_set_digest(decoded.header->rule_set());
  if (const std::optional<Uuid> id = Uuid::FromBytes(decoded.header->command_id())) response.set_command_id(id->ToString());
  if (with_bytes) {
    response.set_header_bytes(record.stored.header.bytes());
    response.set_payload_bytes(record.stored.payload);
  }
  return response;
}

// Reads one log after the other, each when the one before has been sent.
class HistorySource final : public StreamSource<v1::ReadHistoryResponse> {
 public:
  HistorySource(const ViewSet& views, const CaseRecords& records, const CallContext& call, const v1::ReadHistoryRequest& request,
                std::deque<std::string> logs)
      : views_(views), records_(records), call_(call), request_(request), logs_(std::move(logs)) {}

  void Next(Done done) override {
    if (authorized_) return SendNext(std::move(done));
    views_.Read(QuestionAbout(request_.case_id(), call_, {}),
                [this, done = std::move(done)](absl::StatusOr<ViewReading> reading) mutable {
                  if (!reading.ok()) return done(reading.status());
                  if (absl::Status known = CheckIsParty(*reading, request_.case_id(), call_); !known.ok()) {
                    return done(std::move(known));
                  }
                  authorized_ = true;
                  SendNext(std::move(done));
                });
  }

  // Every read answers by the call's deadline by itself.
  void Cancel() override {}

 private:
  void SendNext(Done done) {
    if (!ready_.empty()) {
      const RecordOfCase record = std::move(ready_.front());
      ready_.pop_front();
      return done(std::optional<v1::ReadHistoryResponse>(ResponseOf(record, request_.with_bytes())));
    }
    if (logs_.empty()) return done(std::optional<v1::ReadHistoryResponse>());
    CaseRecordsQuestion question{logs_.front(), *Uuid::Parse(request_.case_id()), std::nullopt, call_.deadline};
    if (request_.has_as_of()) question.as_of = FromProto(request_.as_of());
    logs_.pop_front();
    records_(question,
             [this, log_name = question.log_name, done = std::move(done)](absl::StatusOr<std::vector<RecordOfCase>> found) mutable {
               if (!found.ok()) return done(found.status());
               for (RecordOfCase& record : *found) {
                 const bool seen = request_.has_after() && request_.after().log_name() == log_name &&
                                   record.decoded.idx <= request_.after().idx();
                 if (!seen) ready_.push_back(std::move(record));
               }
               SendNext(std::move(done));
             });
  }

  const ViewSet& views_;
  const CaseRecords& records_;
  const CallContext& call_;
  const v1::ReadHistoryRequest& request_;
  std::deque<std::string> logs_;
  std::deque<RecordOfCase> ready_;
  bool authorized_ = false;
};

// The logs to read, in their order: those asked for, from the one that the reader has reached.
absl::StatusOr<std::deque<std::string>> LogsOf(const v1::ReadHistoryRequest& request, const std::vector<std::string>& known) {
  const auto check = [&](const std::string& name, absl::string_view field) {
    if (std::find(known.begin(), known.end(), name) != known.end()) return absl::OkStatus();
    return RejectionStatus(Reason::REASON_CODE_UNKNOWN, "", field, absl::StrCat("The logs are ", absl::StrJoin(known, ", "), "."));
  };
  for (const std::string& name : request.log_names()) {
    if (absl::Status status = check(name, "log_names"); !status.ok()) return status;
  }
  std::deque<std::string> logs;
  bool reached = !request.has_after();
  if (request.has_after()) {
    if (absl::Status status = check(request.after().log_name(), "after.log_name"); !status.ok()) return status;
  }
  for (const std::string& name : known) {
    reached = reached || name == request.after().log_name();
    const auto& wanted = request.log_names();
    if (reached && (wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end())) logs.push_back(name);
  }
  return logs;
}

}  // namespace

std::unique_ptr<RpcService> NewHistoryService(const CallEnvironment& environment, const ViewSet& views, CaseRecords records,
                                              std::vector<std::string> log_names) {
  auto service = std::make_unique<RpcService>("sip.history.v1.HistoryService", environment);
  const auto shared_records = std::make_shared<const CaseRecords>(std::move(records));
  service->Stream<v1::ReadHistoryRequest, v1::ReadHistoryResponse>(
      "ReadHistory",
      [&views, shared_records, log_names = std::move(log_names)](const CallContext& call, const v1::ReadHistoryRequest& request)
          -> absl::StatusOr<std::unique_ptr<StreamSource<v1::ReadHistoryResponse>>> {
        absl::StatusOr<std::deque<std::string>> logs = LogsOf(request, log_names);
        if (!logs.ok()) return logs.status();
        return std::make_unique<HistorySource>(views, *shared_records, call, request, *std::move(logs));
      });
  return service;
}

}  // namespace sip

#include "services/views/queries/deadline_queries.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/occurred.h"
#include "libs/eventsourcing/rejection.h"
#include "services/views/projections/deadlines.h"
#include "services/views/projections/rows.h"
#include "services/views/queries/filters.h"
#include "services/views/queries/index_rows.h"
#include "services/views/queries/paging.h"

namespace sip {
namespace {

using common::v1::CaseFacts;
using views::v1::Deadline;
using views::v1::DeadlineRow;
using views::v1::ListDeadlinesRequest;

constexpr std::array<const char*, 2> kTables = {kPlansTable, kMeetingsTable};

Deadline DeadlineAt(DeadlineRow row, absl::Time now, absl::TimeZone zone) {
  Deadline deadline;
  deadline.set_state(DeadlineStateAt(row, now, zone));
  *deadline.mutable_row() = std::move(row);
  return deadline;
}

// As either log knows the case.
absl::StatusOr<bool> AgencyIsParty(const RowSource& rows, absl::string_view case_id, absl::string_view agency_id) {
  for (const absl::string_view table : kTables) {
    SIP_ASSIGN_OR_RETURN(const std::optional<CaseFacts> facts, FindRow<CaseFacts>(rows, FactsKey(table, case_id)));
    if (facts.has_value() && IsParty(*facts, agency_id)) return true;
  }
  return false;
}

// The part of the agency's index that one case has: it is small, and the agency's whole index may not be.
absl::StatusOr<IndexRows> DeadlinesOfCase(const RowSource& rows, absl::string_view case_id, absl::string_view agency_id) {
  IndexRows index;
  SIP_ASSIGN_OR_RETURN(const bool is_party, AgencyIsParty(rows, case_id, agency_id));
  if (!is_party) return index;
  for (const absl::string_view table : kTables) {
    absl::Status parsed;
    SIP_RETURN_IF_ERROR(rows.Scan(DeadlineRowPrefix(table, case_id), "", [&](absl::string_view key, absl::string_view value) {
      const absl::StatusOr<DeadlineRow> row = ParseRow<DeadlineRow>(value);
      parsed = row.status();
      if (row.ok()) index.Put(DeadlineIndexKey(agency_id, *row), key);
      return row.ok();
    }));
    SIP_RETURN_IF_ERROR(parsed);
  }
  return index;
}

// The rows before a key.
class RowsBefore final : public RowSource {
 public:
  // `rows` must outlive it. An empty `end` is behind all keys.
  RowsBefore(const RowSource& rows, std::string end) : rows_(rows), end_(std::move(end)) {}

  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const override { return rows_.Get(key); }
  absl::Status Scan(absl::string_view prefix, absl::string_view after, const Visitor& visit) const override {
    return rows_.Scan(prefix, after, [&](absl::string_view key, absl::string_view value) {
      return (end_.empty() || key < end_) && visit(key, value);
    });
  }

 private:
  const RowSource& rows_;
  const std::string end_;
};

// Where the index can be left. Keys tell times by the microsecond; the row has the last word.
std::string IndexEnd(const ListDeadlinesRequest& request, const std::string& prefix) {
  if (!request.has_due_before()) return "";
  return absl::StrCat(prefix, KeyTime(FromProto(request.due_before()) + absl::Microseconds(1)));
}

// But for the parties of its case.
bool Passes(const Deadline& deadline, const ListDeadlinesRequest& request, absl::string_view asker) {
  const DeadlineRow& row = deadline.row();
  if (!PassesFilter(request.states(), deadline.state()) || !PassesFilter(request.weights(), row.weight())) return false;
  if (request.has_due_before() && FromProto(row.due_at()) >= FromProto(request.due_before())) return false;
  if (request.unit_id().empty()) return true;
  const absl::string_view agency_id = request.agency_id().empty() ? asker : absl::string_view(request.agency_id());
  return row.unit().agency_id() == agency_id && row.unit().unit_id() == request.unit_id();
}

}  // namespace

absl::StatusOr<views::v1::ListDeadlinesResponse> ListDeadlines(const RowSource& deadlines, const ListDeadlinesRequest& request,
                                                               absl::string_view asker, absl::Time now, absl::TimeZone zone) {
  IndexRows index_of_case;
  if (!request.case_id().empty()) {
    SIP_ASSIGN_OR_RETURN(index_of_case, DeadlinesOfCase(deadlines, request.case_id(), asker));
  }
  const std::string prefix = DeadlinesOfAgencyPrefix(asker);
  const RowsBefore index(request.case_id().empty() ? deadlines : index_of_case, IndexEnd(request, prefix));
  views::v1::ListDeadlinesResponse response;
  const auto take = [&](absl::string_view, absl::string_view row_key) -> absl::StatusOr<bool> {
    SIP_ASSIGN_OR_RETURN(DeadlineRow row, IndexedRow<DeadlineRow>(deadlines, row_key));
    Deadline deadline = DeadlineAt(std::move(row), now, zone);
    if (!Passes(deadline, request, asker)) return false;
    if (!request.agency_id().empty()) {
      SIP_ASSIGN_OR_RETURN(const bool passes, AgencyIsParty(deadlines, deadline.row().case_id(), request.agency_id()));
      if (!passes) return false;
    }
    *response.add_deadlines() = std::move(deadline);
    return true;
  };
  SIP_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ReadPage(index, request, prefix, take));
  return response;
}

absl::StatusOr<views::v1::GetDeadlineResponse> GetDeadline(const RowSource& deadlines, const views::v1::GetDeadlineRequest& request,
                                                           absl::Time now, absl::TimeZone zone) {
  for (const absl::string_view table : kTables) {
    const std::string key = DeadlineRowKey(table, request.case_id(), request.deadline_id());
    SIP_ASSIGN_OR_RETURN(std::optional<DeadlineRow> row, FindRow<DeadlineRow>(deadlines, key));
    if (!row.has_value()) continue;
    views::v1::GetDeadlineResponse response;
    *response.mutable_deadline() = DeadlineAt(*std::move(row), now, zone);
    return response;
  }
  return RejectionStatus(Reason::REASON_NOT_FOUND_OR_NOT_DISCLOSED, "", "deadline_id");
}

}  // namespace sip

#include "tools/sipctl/shortcuts.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "sip/views/v1/case_views.pb.h"
#include "sip/views/v1/deadline_views.pb.h"
#include "sip/views/v1/plan_views.pb.h"
#include "tools/sipctl/output.h"
#include "tools/sipctl/request_builder.h"

namespace sip {
namespace {

const google::protobuf::MethodDescriptor& Method(const google::protobuf::Descriptor& request, const char* service,
                                                 const char* rpc) {
  return *request.file()->FindServiceByName(service)->FindMethodByName(rpc);
}

// One page after the other. `Request` and `Response` have pages; `use` gets each of them.
template <typename Response, typename Request, typename Use>
ExitCode CallPages(const CommandLine& line, const google::protobuf::MethodDescriptor& method, Request request, const Use& use) {
  for (;;) {
    std::string next;
    const ExitCode code = CallServer(line, method, request, [&](const google::protobuf::Message& message) {
      const auto& response = static_cast<const Response&>(message);
      use(response);
      next = response.next_page_token();
    });
    if (code != ExitCode::kOk || next.empty()) return code;
    request.set_page_token(next);
  }
}

// Where a plan stands, in a few lines.
std::string Summary(const views::v1::PlanRow& plan) {
  std::vector<std::vector<std::string>> rows = {{"plan", plan.plan_id()},
                                                {"status", FieldText(plan, "status")},
                                                {"revision", absl::StrCat(plan.in_force().plan_revision())},
                                                {"responsible agency", plan.principal_agency_id()},
                                                {"copies", absl::StrCat(plan.copies_size())},
                                                {"follow-ups", absl::StrCat(plan.follow_ups_size())}};
  return AlignColumns(rows);
}

std::vector<std::string> DeadlineCells(const views::v1::Deadline& deadline) {
  const views::v1::DeadlineRow& row = deadline.row();
  return {row.rule(),
          FieldText(deadline, "state"),
          FieldText(row, "weight"),
          row.has_last_day() ? FieldText(row, "last_day") : FieldText(row, "due_at"),
          FieldText(row, "started_at"),
          FieldText(row, "stopped_at"),
          row.computed_by()};
}

}  // namespace

ExitCode ShowPlan(const CommandLine& line) {
  views::v1::GetCurrentPlanRequest current;
  if (const absl::Status status = ApplyArguments(line.arguments, current); !status.ok()) {
    return Fail(line, ExitCode::kUsage, status);
  }
  views::v1::GetCurrentPlanResponse response;
  ExitCode code = CallServer(line, Method(*current.GetDescriptor(), "PlanViews", "GetCurrentPlan"), current,
                             [&](const google::protobuf::Message& message) { response.CopyFrom(message); });
  if (code != ExitCode::kOk) return code;
  if (line.flags.format == OutputFormat::kJson) {
    line.out << Format(response, line.flags.format);
    return ExitCode::kOk;
  }
  views::v1::RenderPlanRequest render;
  render.set_case_id(response.plan().case_id());
  render.set_plan_id(response.plan().plan_id());
  render.set_format(views::v1::RENDER_FORMAT_TEXT);
  code = CallServer(line, Method(*current.GetDescriptor(), "PlanViews", "RenderPlan"), render,
                    [&](const google::protobuf::Message& message) {
                      line.out << static_cast<const views::v1::RenderPlanResponse&>(message).document() << "\n";
                    });
  if (code == ExitCode::kOk) line.out << Summary(response.plan());
  return code;
}

ExitCode ShowDeadlines(const CommandLine& line) {
  views::v1::ListDeadlinesRequest request;
  if (const absl::Status status = ApplyArguments(line.arguments, request); !status.ok()) {
    return Fail(line, ExitCode::kUsage, status);
  }
  std::vector<std::vector<std::string>> rows = {{"RULE", "STATE", "WEIGHT", "DUE", "STARTED", "STOPPED", "COMPUTED BY"}};
  const bool json = line.flags.format == OutputFormat::kJson;
  const auto use = [&](const views::v1::ListDeadlinesResponse& page) {
    if (json) line.out << Format(page, OutputFormat::kJson);
    for (const views::v1::Deadline& deadline : page.deadlines()) rows.push_back(DeadlineCells(deadline));
  };
  const ExitCode code = CallPages<views::v1::ListDeadlinesResponse>(
      line, Method(*request.GetDescriptor(), "DeadlineViews", "ListDeadlines"), request, use);
  if (code == ExitCode::kOk && !json) line.out << (rows.size() == 1 ? "(none)\n" : AlignColumns(rows));
  return code;
}

ExitCode ShowTimeline(const CommandLine& line) {
  views::v1::GetTimelineRequest request;
  if (const absl::Status status = ApplyArguments(line.arguments, request); !status.ok()) {
    return Fail(line, ExitCode::kUsage, status);
  }
  std::vector<std::vector<std::string>> rows = {{"WHEN", "AGENCY", "WHAT"}};
  const bool json = line.flags.format == OutputFormat::kJson;
  const bool swedish = line.flags.connection.language == "sv";
  const auto use = [&](const views::v1::GetTimelineResponse& page) {
    if (json) line.out << Format(page, OutputFormat::kJson);
    for (const views::v1::TimelineRow& row : page.entries()) {
      rows.push_back({FieldText(row, "occurred_at"), row.acting_agency_id(), swedish ? row.text_sv() : row.text_en()});
    }
  };
  const ExitCode code =
      CallPages<views::v1::GetTimelineResponse>(line, Method(*request.GetDescriptor(), "CaseViews", "GetTimeline"), request, use);
  if (code == ExitCode::kOk && !json) line.out << (rows.size() == 1 ? "(none)\n" : AlignColumns(rows));
  return code;
}

}  // namespace sip

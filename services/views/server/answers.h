// How the RPCs of views answer: rows are read, access is decided, a pure function makes the response, `read_at` says what it is
// based on.
//
//   service->Query<v1::GetConsentRequest, v1::GetConsentResponse>(
//       "GetConsent", [&views](const CallContext& call, const v1::GetConsentRequest& request, auto done) {
//         AnswerAboutCase(views, call, request, {"consent"}, std::move(done), [&](const ViewReading& reading, const CaseRow&) {
//           return GetConsent(ViewRows(reading["consent"]), request, now);
//         });
//       });
#ifndef SIP_SERVICES_VIEWS_SERVER_ANSWERS_H_
#define SIP_SERVICES_VIEWS_SERVER_ANSWERS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/uuid.h"
#include "libs/rpc/call_context.h"
#include "services/views/server/case_access.h"
#include "services/views/server/view_set.h"

namespace sip {

// `answer(reading)` gives StatusOr of a response, whose `read_at` is filled in here.
template <typename Done, typename Answer>
void AnswerQuestion(const ViewSet& views, ViewQuestion&& question, Done done, Answer answer) {
  views.Read(std::move(question),
             [done = std::move(done), answer = std::move(answer)](absl::StatusOr<ViewReading> reading) mutable {
               if (!reading.ok()) return done(reading.status());
               auto response = answer(*reading);
               if (response.ok()) *response->mutable_read_at() = std::move(reading->read_at);
               done(std::move(response));
             });
}

// About the case that the request names; refused unless the calling agency is party to it. `answer(reading, case_row)`.
template <typename Request, typename Done, typename Answer>
void AnswerAboutCase(const ViewSet& views, const CallContext& call, const Request& request, std::vector<std::string> names,
                     Done done, Answer answer) {
  AnswerQuestion(views, QuestionAbout(request.case_id(), call, std::move(names)), std::move(done),
                 [&call, &request, answer = std::move(answer)](
                     const ViewReading& reading) -> decltype(answer(reading, std::declval<const views::v1::CaseRow&>())) {
                   const absl::StatusOr<views::v1::CaseRow> row = AuthorizedCase(reading, request.case_id(), call);
                   if (!row.ok()) return row.status();
                   return answer(reading, *row);
                 });
}

// About all cases, or about one if the request's filter `case_id` names it: the list itself holds what the caller may see.
inline ViewQuestion ListQuestion(absl::string_view case_id, const CallContext& call, std::string view) {
  return ViewQuestion{{std::move(view)}, Uuid::Parse(case_id).value_or(Uuid()), call.tokens, call.deadline};
}

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_ANSWERS_H_

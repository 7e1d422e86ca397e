// What is kept in memory of the cases that are asked for often, so that a question about them need not read rows.
#ifndef SIP_SERVICES_VIEWS_SERVER_CASE_MEMOS_H_
#define SIP_SERVICES_VIEWS_SERVER_CASE_MEMOS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/views/case_memo.h"
#include "sip/common/v1/facts.pb.h"

namespace sip {

// The views that are remembered from.
inline constexpr char kCasesView[] = "cases";
inline constexpr char kPlanView[] = "current_plan";

// Thread-safe.
struct CaseMemos {
  // `max_bytes`: of all of them together.
  explicit CaseMemos(size_t max_bytes);

  // Those that must hear of the view's commits.
  std::vector<ViewCommitListener*> ListenersOf(absl::string_view view);

  CaseMemo<common::v1::CaseFacts> facts;  // Of the case's row: who is party to it.
  CaseMemo<std::string> current_plans;    // Bytes of a PlanRow.
};

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_SERVER_CASE_MEMOS_H_

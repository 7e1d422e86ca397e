#include "services/views/server/case_memos.h"

namespace sip {

// Who is party to a case takes a small part of what its plan does.
CaseMemos::CaseMemos(size_t max_bytes)
    : facts({.max_bytes = max_bytes / 4, .bytes_of = [](const common::v1::CaseFacts& kept) { return kept.SpaceUsedLong(); }}),
      current_plans({.max_bytes = max_bytes - max_bytes / 4, .bytes_of = [](const std::string& kept) { return kept.capacity(); }}) {
}

std::vector<ViewCommitListener*> CaseMemos::ListenersOf(absl::string_view view) {
  std::vector<ViewCommitListener*> listeners;
  if (view == kCasesView) listeners.push_back(&facts);
  if (view == kPlanView) listeners.push_back(&current_plans);
  return listeners;
}

}  // namespace sip

// The views as they lie in a data folder that no server has open, held against the log.
#ifndef SIP_TESTS_ACCEPTANCE_STORED_VIEWS_H_
#define SIP_TESTS_ACCEPTANCE_STORED_VIEWS_H_

#include <string>

#include "absl/status/status.h"

namespace sip {

// OK if every view is there and holds what the log says (tools/sipctl/view_check.h); else DATA_LOSS names the views that do not.
absl::Status CheckStoredViews(const std::string& data_dir);

// Removes all views from the folder; the server builds them again when it starts.
absl::Status DeleteStoredViews(const std::string& data_dir);

}  // namespace sip

#endif  // SIP_TESTS_ACCEPTANCE_STORED_VIEWS_H_

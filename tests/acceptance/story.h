// Stories as data (proto/sip/testing/v1/story.proto): reading them, and comparing what they expect with what is. How the requests
// reach the services is the player's business.
#ifndef SIP_TESTS_ACCEPTANCE_STORY_H_
#define SIP_TESTS_ACCEPTANCE_STORY_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sip/testing/v1/story.pb.h"
#include "sip/views/v1/plan_rows.pb.h"

namespace sip {

// Gives the id that ${name} stands for.
using IdOfName = std::function<std::string(const std::string& name)>;

// `text` with every ${name} replaced.
std::string ExpandNames(absl::string_view text, const IdOfName& id_of_name);

// The names that occur in `text`.
std::vector<std::string> NamesIn(absl::string_view text);

// The text of all chapters *.txtpb of the folder, in the order of their names, each with its file name. Names are not expanded.
absl::StatusOr<std::map<std::string, std::string>> ReadChapters(const std::string& folder);

// The text of one chapter.
absl::StatusOr<std::string> ReadChapter(const std::string& path);

// One chapter; `text` is expanded already. INVALID_ARGUMENT says what cannot be read.
absl::StatusOr<testing::v1::Story> ParseChapter(absl::string_view text, absl::string_view name);

// Without what differs from run to run: recorded times, places and leaves of records, stream version, rule set digest.
views::v1::PlanRow ForComparison(views::v1::PlanRow row);

// The row as the text of an expected/*.txtpb: ids that `names` knows (id to name) stand as ${name}.
std::string ExpectedText(const views::v1::PlanRow& row, const std::map<std::string, std::string>& names);

}  // namespace sip

#endif  // SIP_TESTS_ACCEPTANCE_STORY_H_

// The short story of one case, as the calls that play it: a person, a case, contact, need, offer, consent, a plan's draft. As many
// different cases as one likes, the same calls for the same number. What a call needs of earlier answers is kept here.
#ifndef SIP_TESTS_ACCEPTANCE_CASE_STORY_H_
#define SIP_TESTS_ACCEPTANCE_CASE_STORY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "tests/acceptance/raw_client.h"

namespace sip {

// How long the story is, and what its texts say.
struct CaseStoryOptions {
  size_t contacts = 1;       // Records of contacts, each with its own note.
  bool with_plan = true;     // Consent and a draft, too.
  size_t edits = 1;          // Commands that edit the draft.
  size_t edit_elements = 4;  // Elements of each.
  std::string text = "Karl vill känna sig säker på att han ger sig rätt insulindos.";
};

// The agencies of every story: who acts, who takes part, and who has nothing to do with it.
inline constexpr char kStoryAgency[] = "kommun-a";
inline constexpr char kStoryOtherAgency[] = "region-nord";
inline constexpr char kStoryStranger[] = "kommun-b";

// Not thread-safe.
class CaseStory {
 public:
  // Stories with different numbers share nothing, those of different runs neither (but persons).
  CaseStory(absl::string_view run, uint64_t number, CaseStoryOptions options);
  ~CaseStory();
  CaseStory(CaseStory&&) noexcept;

  size_t size() const;
  // How many calls were answered.
  size_t position() const { return position_; }
  bool done() const { return position_ == size(); }
  // The next call, the same bytes until it is answered.
  RawCall NextCall() const;
  // Any call that was answered, once more.
  RawCall PastCall(size_t position) const;
  // The next call was answered OK with these bytes. INTERNAL if they are not the response.
  absl::Status Answer(absl::string_view response);

  // Ids of the story; the subject's is known after the first answer.
  std::string case_id() const;
  std::string plan_id() const;
  std::string consent_id() const;
  // As given to the server: twelve digits.
  std::string personal_number() const;
  // The request id of a call.
  std::string RequestId(size_t position) const;
  // The newest token of each service that has answered.
  std::vector<std::string> Tokens() const;
  // One more edit of the draft, beyond the story: a new goal.
  RawCall ExtraEdit(uint64_t serial) const;

 private:
  using Request = std::unique_ptr<google::protobuf::Message>;
  std::string Id(absl::string_view name) const;
  Request Contact(absl::string_view serial) const;
  Request Edit(absl::string_view serial, size_t elements) const;
  Request RequestAt(size_t position) const;
  RawCall CallOf(const google::protobuf::Message& request, const std::string& agency) const;

  std::string run_;
  uint64_t number_ = 0;
  CaseStoryOptions options_;
  size_t position_ = 0;
  std::string subject_id_;
  std::map<std::string, std::string> tokens_;  // By service.
};

}  // namespace sip

#endif  // SIP_TESTS_ACCEPTANCE_CASE_STORY_H_

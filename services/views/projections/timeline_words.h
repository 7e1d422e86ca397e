// What happened, in plain words: one sentence for every kind of event. Agencies stand as "{agency id}", so that whoever shows the
// sentence can put their names there. No personal data: the sentences say what happened, not what was said. Pure.
#ifndef SIP_SERVICES_VIEWS_PROJECTIONS_TIMELINE_WORDS_H_
#define SIP_SERVICES_VIEWS_PROJECTIONS_TIMELINE_WORDS_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace sip {

struct Sentence {
  std::string kind;  // Full name of the event.
  std::string sv;
  std::string en;
};

// The sentence for an event wrapper. Absent for imported facts, which other events tell.
std::optional<Sentence> SentenceFor(const google::protobuf::Message& event);

// `text` with the name of every agency in the place of its id; an agency without a name keeps its id.
std::string WithAgencyNames(absl::string_view text, const std::function<std::string(absl::string_view agency_id)>& name_of);

}  // namespace sip

#endif  // SIP_SERVICES_VIEWS_PROJECTIONS_TIMELINE_WORDS_H_

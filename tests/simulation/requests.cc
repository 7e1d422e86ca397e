#include "tests/simulation/requests.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/sha256.h"
#include "libs/eventsourcing/record.h"
#include "sip/sample/v1/notes.pb.h"

namespace sip {
namespace {

constexpr uint64_t kCases = 4;
constexpr uint64_t kOperationsPerNote = 8;
constexpr int kTooManyRemarks = 4;

Uuid IdOf(absl::string_view name) { return MakeUuidV8(Sha256(name)); }

}  // namespace

Uuid RequestMaker::RandomCase() { return IdOf(absl::StrCat("case ", environment_.Below(kCases))); }

Uuid RequestMaker::RandomNote() {
  // Notes that are erased stay so: there must come new ones.
  return IdOf(absl::StrCat("note ", judge_.operations().size() / kOperationsPerNote + environment_.Below(3)));
}

std::string RequestMaker::RandomText() { return absl::StrCat(environment_.Draw(0.3) ? "quiet " : "text ", environment_.Below(3)); }

CommandRequest RequestMaker::Make(Place& place) {
  place.context = environment_.Draw(0.7) ? kNotes : kConsents;
  CommandRequest request;
  request.request_id = IdOf(absl::StrCat("request ", seed_, " ", judge_.operations().size()));
  request.case_id = RandomCase();
  request.actor.set_agency_id(environment_.Draw(0.8) ? "region-nord" : "kommun-a");
  const bool reuse = !judge_.operations().empty() && environment_.Draw(0.04);
  if (reuse) {
    // A client that gives two requests one id.
    const Operation& earlier = judge_.operations()[environment_.Below(judge_.operations().size())];
    request.request_id = earlier.request.request_id;
    request.case_id = earlier.request.case_id;
    request.actor = earlier.request.actor;
    place.context = earlier.place.context;
  }
  place.partition = PartitionOf(request.case_id, kPartitions);
  auto command = std::make_shared<sample::v1::NoteCommand>();
  if (!reuse && environment_.Draw(place.context == kNotes ? 0.25 : 0.15)) {
    sample::v1::EraseNoteRequest& erase = *command->mutable_erase_note();
    erase.set_request_id(request.request_id.ToString());
    erase.set_case_id(request.case_id.ToString());
    erase.set_note_id(RandomNote().ToString());
  } else {
    sample::v1::WriteNoteRequest& write = *command->mutable_write_note();
    write.set_request_id(request.request_id.ToString());
    write.set_case_id(request.case_id.ToString());
    write.set_note_id(RandomNote().ToString());
    write.set_text(reuse ? absl::StrCat("other ", judge_.operations().size()) : RandomText());
    const int remarks = environment_.Draw(0.1) ? kTooManyRemarks : 0;
    for (int i = 0; i < remarks; ++i) write.add_remarks()->set_text("remark");
  }
  request.command = std::move(command);
  AddWishes(request, place);
  return request;
}

void RequestMaker::AddWishes(CommandRequest& request, Place place) {
  if (environment_.Draw(0.15)) request.expected_stream_version = environment_.Below(4);
  if (environment_.Draw(0.15)) request.fresh = true;
  if (environment_.Draw(0.15)) {
    request.deadline = environment_.now + absl::Milliseconds(static_cast<int64_t>(environment_.Below(10'000)));
  }
  if (!environment_.Draw(0.2)) return;
  const size_t foreign = Contexts()[place.context].foreign;
  const uint64_t known = judge_.known({foreign, place.partition});
  if (known == 0) return;
  const uint64_t idx = environment_.Below(known);
  const ReferenceFold::Valid& valid = judge_.truth({foreign, place.partition}).valid()[idx];
  request.tokens.push_back(ConsistencyToken{valid.header.log_id(), place.partition, idx, valid.leaf.substr(0, kLeafPrefixBytes)});
}

}  // namespace sip

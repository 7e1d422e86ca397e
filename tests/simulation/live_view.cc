#include "tests/simulation/live_view.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/sha256.h"
#include "libs/base/status_macros.h"
#include "libs/views/fold_logs.h"

namespace sip {
namespace {

constexpr size_t kLargeBatch = 1000;

std::string ChainKey(const std::string& log_name, uint32_t partition) { return absl::StrCat(log_name, "/", partition, "/chain"); }

std::string NextLink(const std::string& chain, const std::string& leaf) { return absl::BytesToHexString(Sha256Of({chain, leaf})); }

}  // namespace

std::vector<std::string> SimulationProjection::Logs() const {
  std::vector<std::string> names;
  for (const SimulatedContext& context : Contexts()) names.push_back(context.model->log_name());
  return names;
}

void SimulationProjection::Apply(const RecordedCommand& record, ViewBatch& view) const {
  const std::string chain = ChainKey(record.log_name, record.partition);
  view.Put(chain, NextLink(view.Get(chain).value_or(""), record.leaf));
  for (const RecordedEvent& event : record.events) {
    const std::string case_id = absl::BytesToHexString(record.header->case_id());
    const std::string stream = absl::StrCat(record.log_name, "/", case_id, "/", event.stream.ToString());
    view.Put(stream, absl::StrCat(event.version, " ", absl::BytesToHexString(event.event->SerializeAsString())));
  }
}

absl::StatusOr<bool> LiveView::ReadBatch(size_t context, size_t max_records) {
  EventLog& log = *environment_.logs.log(Contexts()[context].model->log_name());
  if (tails_[context] == nullptr) {
    std::vector<TailStart> starts;
    for (uint32_t p = 0; p < kPartitions; ++p) starts.push_back(TailStart{p, live_.checkpoints[context][p]});
    SIP_ASSIGN_OR_RETURN(tails_[context], log.Tail(std::move(starts)));
  }
  SIP_ASSIGN_OR_RETURN(const TailBatch batch, tails_[context]->Read(max_records, absl::ZeroDuration()));
  for (const ValidRecordPtr& record : batch.records) {
    SIP_ASSIGN_OR_RETURN(const RecordedCommand decoded, SimulationCodec().Decode(*record, log.identity().name, {}));
    projection_.Apply(decoded, live_.rows);
  }
  for (const TailBatch::Progress& progress : batch.progress) {
    live_.checkpoints[context][progress.partition] = progress.checkpoint;
  }
  return batch.at_end;
}

absl::Status LiveView::Poll(size_t context) {
  absl::Status polled = ReadBatch(context, 1 + environment_.Below(8)).status();
  if (!absl::IsUnavailable(polled)) return polled;
  tails_[context] = nullptr;
  return absl::OkStatus();
}

void LiveView::Crash() {
  live_ = stored_;
  for (auto& tail : tails_) tail = nullptr;
}

void LiveView::Store() { stored_ = live_; }

absl::Status LiveView::CompareWithReplay() {
  FoldInput input{projection_, {}, SimulationCodec()};
  for (size_t c = 0; c < kContexts; ++c) {
    input.logs.push_back(environment_.logs.log(Contexts()[c].model->log_name()));
    for (bool at_end = false; !at_end;) {
      SIP_ASSIGN_OR_RETURN(at_end, ReadBatch(c, kLargeBatch));
    }
  }
  MemoryView replayed;
  SIP_RETURN_IF_ERROR(FoldLogs(input, nullptr, replayed).status());
  const MemoryView::Rows live = live_.rows.rows();
  const MemoryView::Rows clean = replayed.rows();
  if (live == clean) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("the view that followed has ", live.size(), " rows, a replay ", clean.size(), ", and they are not the same"));
}

std::string LiveView::ChainOver(const std::vector<std::string>& leaves) {
  std::string chain;
  for (const std::string& leaf : leaves) chain = NextLink(chain, leaf);
  return chain;
}

std::string LiveView::Chain(size_t context, uint32_t partition) {
  return live_.rows.Get(ChainKey(Contexts()[context].model->log_name(), partition)).value_or("");
}

}  // namespace sip

#include "libs/engine/importer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/mutant.h"
#include "libs/base/status_macros.h"
#include "libs/codec/event_kinds.h"

namespace sip {

Importer::Importer(ForeignLog foreign, const Codec& foreign_codec, std::vector<std::string> kinds,
                   std::vector<std::shared_ptr<Partition>> partitions, absl::Duration gather)
    : foreign_(std::move(foreign)),
      codec_(foreign_codec),
      kinds_(kinds.begin(), kinds.end()),
      partitions_(std::move(partitions)),
      follower_(*foreign_.log,
                LogFollower::Handlers{
                    [this] { return Starts(); },
                    [this](TailBatch batch) { return HandOver(std::move(batch)); },
                    [this](const absl::Status& why) {
                      for (const auto& partition : partitions_) partition->StopImports(why);
                    },
                    [this](const absl::Status& why) { TellWaiting(why); },
                },
                gather) {}

Importer::~Importer() { Stop(); }

void Importer::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  room_.NotifyAll();
  follower_.Stop();
}

void Importer::OnRoom() {
  {
    MutexLock lock(mutex_);
    ++room_signals_;
  }
  room_.NotifyAll();
}

void Importer::TellWaiting(const absl::Status& why) {
  const absl::Status told =
      why.ok() ? why : absl::Status(why.code(), absl::StrCat(foreign_.name, " is not read now: ", why.message()));
  for (const auto& partition : partitions_) partition->PauseImports(foreign_.log->identity().log_id, told);
}

absl::StatusOr<std::vector<TailStart>> Importer::Starts() {
  std::vector<TailStart> starts;
  epochs_.assign(partitions_.size(), 0);
  for (uint32_t p = 0; p < partitions_.size(); ++p) {
    if (!partitions_[p]->wants_imports()) continue;
    SIP_ASSIGN_OR_RETURN(ImportBeginning beginning, partitions_[p]->ImportStart(foreign_.log->identity().log_id));
    epochs_[p] = beginning.epoch;
    starts.push_back(TailStart{p, std::move(beginning.checkpoint)});
  }
  return starts;
}

absl::Status Importer::HandOver(TailBatch batch) {
  const std::string& log_id = foreign_.log->identity().log_id;
  if (SIP_MUTANT(import_progress_before_records)) {
    for (const TailBatch::Progress& progress : batch.progress) {
      SIP_RETURN_IF_ERROR(Offer(progress.partition, ImportItem{log_id, nullptr, progress.checkpoint, 0}));
    }
  }
  for (const ValidRecordPtr& stored : batch.records) {
    SIP_ASSIGN_OR_RETURN(const bool concerns, HoldsKindOf(stored->payload, kinds_));
    if (!concerns) continue;
    SIP_ASSIGN_OR_RETURN(auto record, codec_.DecodeShared(*stored, foreign_.name));
    SIP_RETURN_IF_ERROR(Offer(stored->partition, ImportItem{log_id, std::move(record), {}, 0}));
  }
  for (TailBatch::Progress& progress : batch.progress) {
    SIP_RETURN_IF_ERROR(Offer(progress.partition, ImportItem{log_id, nullptr, std::move(progress.checkpoint), 0}));
  }
  return absl::OkStatus();
}

absl::Status Importer::Offer(uint32_t partition, ImportItem item) {
  item.epoch = epochs_[partition];
  while (true) {
    uint64_t seen = 0;
    {
      MutexLock lock(mutex_);
      if (stopping_) return absl::CancelledError("stopping");
      seen = room_signals_;
    }
    if (partitions_[partition]->OfferImport(item)) return absl::OkStatus();
    MutexLock lock(mutex_);
    while (room_signals_ == seen && !stopping_) room_.Wait(mutex_);
  }
}

}  // namespace sip

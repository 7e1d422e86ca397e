#include "libs/log_copy/record_merge.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/eventsourcing/log_fold.h"
#include "libs/log_copy/partition_table.h"

namespace sip {
namespace {

// One partition, and the record of it that comes next.
struct Lane {
  const LogIdentity* log = nullptr;
  uint32_t partition = 0;
  RecordStream* stream = nullptr;
  std::optional<RecordView> next;  // Absent when it has ended.
  RecordFacts facts;
  std::optional<size_t> foreign;  // The lane of the record that `next` imports, if it is an import.
  uint64_t passed = 0;            // One more than the highest index that has been visited.
};

// What comes first: Genesis, then what has no time, then by time.
std::pair<bool, absl::Time> RankOf(const Lane& lane) {
  return {lane.facts.kind != RecordKind::kGenesis,
          lane.facts.kind == RecordKind::kCommand ? lane.facts.recorded_at : absl::InfinitePast()};
}

class Merge {
 public:
  Merge(const std::vector<LogIdentity>& logs, const std::vector<std::unique_ptr<RecordStream>>& streams,
        RecordSource::Visitor visit)
      : table_(logs), visit_(visit) {
    SIP_CHECK(streams.size() == table_.size());
    for (const LogIdentity& log : logs) {
      for (uint32_t p = 0; p < log.partition_count; ++p) lanes_.push_back({&log, p, streams[lanes_.size()].get(), {}, {}, {}, 0});
    }
  }

  absl::Status Run() {
    for (Lane& lane : lanes_) SIP_RETURN_IF_ERROR(Advance(lane));
    while (Lane* lane = Choose()) {
      SIP_RETURN_IF_ERROR(visit_(*lane->log, lane->partition, *lane->next));
      if (lane->facts.kind == RecordKind::kCommand) lane->passed = std::max(lane->passed, lane->facts.idx + 1);
      SIP_RETURN_IF_ERROR(Advance(*lane));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Advance(Lane& lane) {
    absl::StatusOr<std::optional<RecordView>> next = lane.stream->Next();
    lane.next = next.ok() ? *next : std::nullopt;
    if (!next.ok()) return visit_(*lane.log, lane.partition, next.status());
    if (!lane.next.has_value()) return absl::OkStatus();
    // What is malformed is for the fold to judge: it goes at once.
    absl::StatusOr<RecordFacts> facts = ParseRecord(*lane.next);
    if (facts.ok()) {
      lane.facts = *std::move(facts);
    } else {
      lane.facts = RecordFacts{};
      lane.facts.kind = RecordKind::kGenesis;
    }
    const RecordFacts::Id& id = lane.facts.imported_log_id;
    lane.foreign = lane.facts.imports ? table_.FindBeside(std::string(id.begin(), id.end()), lane.partition) : std::nullopt;
    return absl::OkStatus();
  }

  bool Waits(const Lane& lane) const {
    if (!lane.foreign.has_value()) return false;
    const Lane& foreign = lanes_[*lane.foreign];
    return foreign.next.has_value() && foreign.passed <= lane.facts.imported_idx;
  }

  // The earliest of those that need not wait; if all must, the earliest: the history is damaged, which is for others to say. Null
  // when all have ended.
  Lane* Choose() {
    Lane* earliest = nullptr;
    bool earliest_waits = true;
    for (Lane& lane : lanes_) {
      if (!lane.next.has_value()) continue;
      const bool waits = Waits(lane);
      if (earliest == nullptr || waits < earliest_waits || (waits == earliest_waits && RankOf(lane) < RankOf(*earliest))) {
        earliest = &lane;
        earliest_waits = waits;
      }
    }
    return earliest;
  }

  const PartitionTable table_;
  RecordSource::Visitor visit_;
  std::vector<Lane> lanes_;
};

}  // namespace

absl::Status VisitMerged(const std::vector<LogIdentity>& logs, const std::vector<std::unique_ptr<RecordStream>>& streams,
                         RecordSource::Visitor visit) {
  return Merge(logs, streams, visit).Run();
}

}  // namespace sip

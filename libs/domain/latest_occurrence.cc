#include "libs/domain/latest_occurrence.h"

#include <algorithm>

#include "libs/domain/checks.h"
#include "libs/eventsourcing/occurred.h"

namespace sip {

void LatestOccurrence::Note(const common::v1::Occurred& occurred) {
  switch (occurred.moment_case()) {
    case common::v1::Occurred::kInstant:
      instant_ = Latest(instant_, FromProto(occurred.instant()));
      break;
    case common::v1::Occurred::kDate: {
      const absl::CivilDay day = FromProto(occurred.date());
      day_ = day_.has_value() ? std::max(*day_, day) : day;
      break;
    }
    case common::v1::Occurred::MOMENT_NOT_SET:
      break;
  }
}

std::optional<absl::Time> LatestOccurrence::EffectiveIn(absl::TimeZone zone) const {
  if (!day_.has_value()) return instant_;
  return Latest(instant_, absl::FromCivil(*day_, zone));
}

}  // namespace sip

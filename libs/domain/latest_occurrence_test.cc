#include "libs/domain/latest_occurrence.h"

#include <gtest/gtest.h>

#include "libs/eventsourcing/occurred.h"

namespace sip {
namespace {

const absl::TimeZone kZone = absl::FixedTimeZone(3600);
const absl::Time kNoon = absl::FromCivil(absl::CivilHour(2018, 3, 1, 12), kZone);

common::v1::Occurred OnDay(absl::CivilDay day) {
  common::v1::Occurred occurred;
  *occurred.mutable_date() = ToProto(day);
  return occurred;
}

TEST(LatestOccurrenceTest, NothingHasHappenedAtFirst) {
  LatestOccurrence latest;
  latest.Note(common::v1::Occurred());
  EXPECT_EQ(latest.EffectiveIn(kZone), std::nullopt);
}

TEST(LatestOccurrenceTest, ADateTakesEffectAtTheStartOfItsLocalDay) {
  LatestOccurrence latest;
  latest.Note(OnDay(absl::CivilDay(2018, 3, 1)));
  latest.Note(OnDay(absl::CivilDay(2018, 2, 1)));
  EXPECT_EQ(latest.EffectiveIn(kZone), kNoon - absl::Hours(12));
  latest.Note(OccurredAtInstant(kNoon));
  EXPECT_EQ(latest.EffectiveIn(kZone), kNoon);
  latest.Note(OccurredAtInstant(kNoon - absl::Hours(20)));
  EXPECT_EQ(latest.EffectiveIn(kZone), kNoon);
  latest.Note(OnDay(absl::CivilDay(2018, 3, 2)));
  EXPECT_EQ(latest.EffectiveIn(kZone), kNoon + absl::Hours(12));
}

}  // namespace
}  // namespace sip

#include "libs/telemetry/metrics.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sip {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, GivesTheSameInstrumentForTheSameNameAndLabels) {
  const auto metrics = NewMetrics();
  Counter& first = metrics->GetCounter("sip_x_total", "X.", {{"log", "a"}});
  EXPECT_EQ(&first, &metrics->GetCounter("sip_x_total", "X.", {{"log", "a"}}));
  EXPECT_NE(&first, &metrics->GetCounter("sip_x_total", "X.", {{"log", "b"}}));
}

TEST(Metrics, ExposesValuesInTextFormat) {
  const auto metrics = NewMetrics();
  metrics->GetCounter("sip_x_total", "Number of x.", {{"log", "a"}}).Increment(2);
  metrics->GetGauge("sip_depth", "Depth.").Set(5);
  metrics->GetGauge("sip_depth", "Depth.").Add(-1);
  metrics->GetHistogram("sip_seconds", "Time.", {0.1, 1}).Observe(0.5);
  const std::string text = metrics->Exposition();
  EXPECT_THAT(text, HasSubstr("# HELP sip_x_total Number of x."));
  EXPECT_THAT(text, HasSubstr("sip_x_total{log=\"a\"} 2"));
  EXPECT_THAT(text, HasSubstr("sip_depth 4"));
  EXPECT_THAT(text, HasSubstr("sip_seconds_bucket{le=\"0.1\"} 0"));
  EXPECT_THAT(text, HasSubstr("sip_seconds_bucket{le=\"1\"} 1"));
}

TEST(Metrics, LabelsCannotHoldTextsOrNumbersOfPersons) {
  const auto metrics = NewMetrics();
  metrics->GetCounter("sip_x_total", "X.", {{"who", "Karl Karlsson"}}).Increment();
  metrics->GetCounter("sip_y_total", "Y.", {{"who", "19121212-1212"}}).Increment();
  EXPECT_THAT(metrics->Exposition(), Not(HasSubstr("Karl")));
  EXPECT_THAT(metrics->Exposition(), Not(HasSubstr("1212")));
}

}  // namespace
}  // namespace sip

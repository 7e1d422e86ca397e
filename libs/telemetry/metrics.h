// Instruments that the program counts and measures with, and their exposition for Prometheus. Nothing of the library shows here.
//
//   Counter& appends = metrics.GetCounter("sip_log_appends_total", "Records appended.", {{"log", log_name}});
//   appends.Increment();
//
// Get… looks up under a lock: fetch an instrument once and keep the reference, which lives as long as the Metrics. Everything is
// thread-safe.
#ifndef SIP_LIBS_TELEMETRY_METRICS_H_
#define SIP_LIBS_TELEMETRY_METRICS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/telemetry/log_field.h"

namespace sip {

// Only grows.
class Counter {
 public:
  virtual ~Counter() = default;
  void Increment(double by = 1) { Add(by); }

 private:
  virtual void Add(double by) = 0;
};

// Goes up and down.
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Set(double value) = 0;
  virtual void Add(double by) = 0;
};

// Counts observations by size.
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void Observe(double value) = 0;
};

// A label with a value out of few: a log, a method, a partition. Held to the same narrow form as a LogCode, so that no personal
// data becomes a label.
struct MetricLabel {
  StaticText name;
  std::string value;
};
using MetricLabels = std::vector<MetricLabel>;

class Metrics {
 public:
  virtual ~Metrics() = default;
  // The instrument of that name and those labels, made by the first call. A name belongs to one kind of instrument only.
  Counter& GetCounter(StaticText name, StaticText help, const MetricLabels& labels = {}) {
    return FindOrMakeCounter(name, help, labels);
  }
  Gauge& GetGauge(StaticText name, StaticText help, const MetricLabels& labels = {}) { return FindOrMakeGauge(name, help, labels); }
  // `bounds` are the ascending upper bounds of the buckets; the last, infinite one is added.
  Histogram& GetHistogram(StaticText name, StaticText help, const std::vector<double>& bounds, const MetricLabels& labels = {}) {
    return FindOrMakeHistogram(name, help, bounds, labels);
  }
  // All of them in Prometheus' text format 0.0.4.
  virtual std::string Exposition() const = 0;

 private:
  virtual Counter& FindOrMakeCounter(StaticText name, StaticText help, const MetricLabels& labels) = 0;
  virtual Gauge& FindOrMakeGauge(StaticText name, StaticText help, const MetricLabels& labels) = 0;
  virtual Histogram& FindOrMakeHistogram(StaticText name, StaticText help, const std::vector<double>& bounds,
                                         const MetricLabels& labels) = 0;
};

std::unique_ptr<Metrics> NewMetrics();

// Bounds for latencies in seconds: 100 µs to 10 s.
const std::vector<double>& LatencyBounds();

}  // namespace sip

#endif  // SIP_LIBS_TELEMETRY_METRICS_H_

#include "libs/telemetry/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <sstream>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "libs/base/mutex.h"

namespace sip {
namespace {

class CounterOf final : public Counter {
 public:
  explicit CounterOf(prometheus::Counter& counter) : counter_(counter) {}
  void Add(double by) override { counter_.Increment(by); }

 private:
  prometheus::Counter& counter_;
};

class GaugeOf final : public Gauge {
 public:
  explicit GaugeOf(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void Set(double value) override { gauge_.Set(value); }
  void Add(double by) override { gauge_.Increment(by); }

 private:
  prometheus::Gauge& gauge_;
};

class HistogramOf final : public Histogram {
 public:
  explicit HistogramOf(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void Observe(double value) override { histogram_.Observe(value); }

 private:
  prometheus::Histogram& histogram_;
};

prometheus::Labels ToPrometheus(const MetricLabels& labels) {
  prometheus::Labels result;
  for (const MetricLabel& label : labels) result[std::string(label.name.view())] = SafeCode(label.value);
  return result;
}

std::string KeyOf(StaticText name, const MetricLabels& labels) {
  std::string key(name.view());
  for (const MetricLabel& label : labels) absl::StrAppend(&key, ",", label.name.view(), "=", SafeCode(label.value));
  return key;
}

template <typename Instrument>
using Cache = std::map<std::string, std::unique_ptr<Instrument>>;

// The cached instrument, or the one that `make` makes.
template <typename Instrument, typename Make>
Instrument& FindOrMake(Cache<Instrument>& cache, const std::string& key, const Make& make) {
  auto& slot = cache[key];
  if (slot == nullptr) slot = make();
  return *slot;
}

class PrometheusMetrics final : public Metrics {
 public:
  std::string Exposition() const override {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, registry_.Collect());
    return out.str();
  }

 private:
  Counter& FindOrMakeCounter(StaticText name, StaticText help, const MetricLabels& labels) override {
    const MutexLock lock(mutex_);
    return FindOrMake(counters_, KeyOf(name, labels), [&] {
      auto& family = prometheus::BuildCounter().Name(std::string(name.view())).Help(std::string(help.view())).Register(registry_);
      return std::make_unique<CounterOf>(family.Add(ToPrometheus(labels)));
    });
  }

  Gauge& FindOrMakeGauge(StaticText name, StaticText help, const MetricLabels& labels) override {
    const MutexLock lock(mutex_);
    return FindOrMake(gauges_, KeyOf(name, labels), [&] {
      auto& family = prometheus::BuildGauge().Name(std::string(name.view())).Help(std::string(help.view())).Register(registry_);
      return std::make_unique<GaugeOf>(family.Add(ToPrometheus(labels)));
    });
  }

  Histogram& FindOrMakeHistogram(StaticText name, StaticText help, const std::vector<double>& bounds,
                                 const MetricLabels& labels) override {
    const MutexLock lock(mutex_);
    return FindOrMake(histograms_, KeyOf(name, labels), [&] {
      auto& family = prometheus::BuildHistogram().Name(std::string(name.view())).Help(std::string(help.view())).Register(registry_);
      return std::make_unique<HistogramOf>(family.Add(ToPrometheus(labels), bounds));
    });
  }

  prometheus::Registry registry_;
  Mutex mutex_;
  Cache<Counter> counters_ ABSL_GUARDED_BY(mutex_);
  Cache<Gauge> gauges_ ABSL_GUARDED_BY(mutex_);
  Cache<Histogram> histograms_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<Metrics> NewMetrics() { return std::make_unique<PrometheusMetrics>(); }

const std::vector<double>& LatencyBounds() {
  static const std::vector<double>& bounds =
      *new std::vector<double>{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return bounds;
}

}  // namespace sip

// What a benchmark found, as rows: a figure, what it is held against in the same run, and the ratio of the two.
#ifndef SIP_TESTS_BENCHMARK_REPORT_H_
#define SIP_TESTS_BENCHMARK_REPORT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sip {

struct BenchmarkRow {
  std::string name;
  double value = 0;
  std::string unit;
  double reference = 0;  // In the same unit; 0 if there is none.
};

class BenchmarkReport {
 public:
  // Understands `--json FILE` among the arguments of main.
  BenchmarkReport(int argc, char** argv);
  // Prints the row.
  void Add(BenchmarkRow row);
  // Appends all rows to the file, one JSON object a line. Returns the exit code for main.
  int Finish() const;

 private:
  std::string json_path_;
  std::vector<BenchmarkRow> rows_;
};

// The middle one; `values` must not be empty.
double Median(std::vector<double> values);
double MedianMicroseconds(const std::vector<absl::Duration>& durations);

}  // namespace sip

#endif  // SIP_TESTS_BENCHMARK_REPORT_H_

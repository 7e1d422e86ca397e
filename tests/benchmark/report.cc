#include "tests/benchmark/report.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <utility>

#include "absl/strings/str_format.h"

namespace sip {

BenchmarkReport::BenchmarkReport(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (absl::string_view(argv[i]) == "--json") json_path_ = argv[i + 1];
  }
}

void BenchmarkReport::Add(BenchmarkRow row) {
  std::printf("%-58s %14.1f %-9s", row.name.c_str(), row.value, row.unit.c_str());
  if (row.reference > 0) std::printf(" of %14.1f  ratio %5.2f", row.reference, row.value / row.reference);
  std::printf("\n");
  std::fflush(stdout);
  rows_.push_back(std::move(row));
}

int BenchmarkReport::Finish() const {
  if (json_path_.empty()) return 0;
  std::ofstream file(json_path_, std::ios::app);
  for (const BenchmarkRow& row : rows_) {
    file << absl::StrFormat(R"({"name":"%s","value":%.3f,"unit":"%s")", row.name, row.value, row.unit);
    if (row.reference > 0) file << absl::StrFormat(R"(,"reference":%.3f,"ratio":%.3f)", row.reference, row.value / row.reference);
    file << "}\n";
  }
  return file.good() ? 0 : 1;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double MedianMicroseconds(const std::vector<absl::Duration>& durations) {
  std::vector<double> values;
  values.reserve(durations.size());
  for (const absl::Duration duration : durations) values.push_back(absl::ToDoubleMicroseconds(duration));
  return Median(std::move(values));
}

}  // namespace sip

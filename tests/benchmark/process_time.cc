#include "tests/benchmark/process_time.h"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/benchmark/flags.h"

namespace sip {

double ProcessorSeconds(pid_t process) {
  std::ifstream file(absl::StrCat("/proc/", process, "/stat"));
  const std::string line((std::istreambuf_iterator<char>(file)), {});
  // Behind the name, which may hold anything: the 12th and 13th word.
  const std::vector<std::string> words = absl::StrSplit(line.substr(line.rfind(')') + 1), ' ', absl::SkipEmpty());
  double user = 0;
  double system = 0;
  if (words.size() < 13 || !absl::SimpleAtod(words[11], &user) || !absl::SimpleAtod(words[12], &system)) Die("no processor time");
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace sip

// What happened in one run, as text: the digest of all of it shows whether two runs were the same, its tail what went wrong.
#ifndef SIP_TESTS_SIMULATION_TRACE_H_
#define SIP_TESTS_SIMULATION_TRACE_H_

#include <deque>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "libs/base/sha256.h"

namespace sip {

// Not thread-safe. Lines hold nothing that differs between two runs of a seed: no leaf, no payload, no address, no real time.
class Trace {
 public:
  // Keeps the last `kept` lines; SIZE_MAX: all.
  explicit Trace(size_t kept) : kept_(kept) {}

  void Add(std::string line) {
    digest_ = Sha256Of({digest_, line, "\n"});
    lines_.push_back(std::move(line));
    if (lines_.size() > kept_) lines_.pop_front();
  }
  // Of all lines, 64 characters.
  std::string digest() const { return absl::BytesToHexString(digest_); }
  const std::deque<std::string>& lines() const { return lines_; }

 private:
  const size_t kept_;
  std::string digest_;
  std::deque<std::string> lines_;
};

}  // namespace sip

#endif  // SIP_TESTS_SIMULATION_TRACE_H_

// What tests against a running sipd begin and end with.
#ifndef SIP_TESTS_ACCEPTANCE_SIPD_FIXTURE_H_
#define SIP_TESTS_ACCEPTANCE_SIPD_FIXTURE_H_

#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <utility>

#include "tests/acceptance/sipd_process.h"

namespace sip {

// A sipd that serves; its data and output stay if the test fails.
class SipdFixture : public ::testing::Test {
 protected:
  explicit SipdFixture(SipdOptions options = {}) : options_(std::move(options)) {}

  void SetUp() override {
    auto sipd = SipdProcess::Create(options_);
    ASSERT_TRUE(sipd.ok()) << sipd.status();
    sipd_ = *std::move(sipd);
    const absl::Status started = sipd_->Start();
    ASSERT_TRUE(started.ok()) << started.message();
  }

  void TearDown() override {
    if (sipd_ == nullptr || !HasFailure()) return;
    sipd_->KeepFolder();
    std::cerr << "data and output of sipd stay in " << sipd_->folder() << "\n";
  }

  SipdOptions options_;
  std::unique_ptr<SipdProcess> sipd_;
};

}  // namespace sip

#endif  // SIP_TESTS_ACCEPTANCE_SIPD_FIXTURE_H_

// A disk that fails or fills up under a sipd with many cases under way: everybody is answered, it ends with exit code 4 and says
// why, and started again on a disk that is well it has everything that it acknowledged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "libs/base/uuid.h"
#include "libs/rpc/status.h"
#include "tests/acceptance/raw_client.h"
#include "tests/acceptance/sipd_process.h"
#include "tests/acceptance/tracked_cases.h"

namespace sip {
namespace {

constexpr int kCouldNotRecord = 4;
constexpr size_t kAnswersBefore = 150;
constexpr size_t kMostCallsUntilRefused = 100;

class FailingDiskTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(testing::TempDir(), "/failing_disk_", NewUuidV7().ToString());
    std::filesystem::create_directories(folder_);
    folder_ = std::filesystem::canonical(folder_).string();
    SipdOptions options;
    options.folder = folder_;
    options.environment = {absl::StrCat("LD_PRELOAD=", std::getenv("SIP_FAILING_DISK")),
                           absl::StrCat("FAILING_DISK=", folder_, "/trigger"),
                           absl::StrCat("FAILING_DISK_FOLDER=", folder_, "/data")};
    auto sipd = SipdProcess::Create(options);
    ASSERT_TRUE(sipd.ok()) << sipd.status();
    sipd_ = *std::move(sipd);
  }
  void TearDown() override {
    sipd_.reset();
    if (!HasFailure()) std::filesystem::remove_all(folder_);
  }

  std::string Trigger() const { return absl::StrCat(folder_, "/trigger.", GetParam()); }

  // Commands until one is refused: the disk may have failed when nothing was to be written any more.
  std::vector<TrackedCasePtr> PlayUntilRefused(RawClient& client) {
    std::vector<TrackedCasePtr> touched;
    for (size_t i = 0; i < kMostCallsUntilRefused; ++i) {
      if (touched.empty() || touched.back()->story.done()) touched.push_back(std::make_shared<TrackedCase>(cases_++));
      RawAnswer answer = client.Call(touched.back()->story.NextCall());
      if (!answer.status.ok()) return touched;
      EXPECT_TRUE(touched.back()->story.Answer(answer.response).ok());
      touched.back()->answers.push_back(std::move(answer.response));
    }
    ADD_FAILURE() << "the disk fails, and commands are acknowledged";
    return touched;
  }

  std::string folder_;
  std::unique_ptr<SipdProcess> sipd_;
  uint64_t cases_ = 0;
};

TEST_P(FailingDiskTest, EverybodyIsAnsweredAndWhatWasAcknowledgedIsThereAgain) {
  const absl::Status started = sipd_->Start();
  ASSERT_TRUE(started.ok()) << started.message();
  std::vector<TrackedCasePtr> touched;
  {
    RawClient client(sipd_->address(), 2);
    ServerLife life(
        client, kAnswersBefore, [this] { return std::make_shared<TrackedCase>(cases_++); },
        [this] { std::ofstream(Trigger()) << "now"; });
    touched = life.Live();
    for (const grpc::Status& status : life.failures()) {
      EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
      EXPECT_NE(DescribeError(status).reason, "")
          << "answered by the server, not by a connection that broke: " << status.error_message();
    }
    const std::vector<TrackedCasePtr> more = PlayUntilRefused(client);
    touched.insert(touched.end(), more.begin(), more.end());
  }
  EXPECT_EQ(sipd_->AwaitEnd().value_or(-1), kCouldNotRecord);
  EXPECT_THAT(sipd_->output(), testing::HasSubstr("sipd: stopped: the log could not be written"));

  std::filesystem::remove(Trigger());
  const absl::Status again = sipd_->Start();
  ASSERT_TRUE(again.ok()) << again.message();
  RawClient client(sipd_->address(), 2);
  const auto channel = grpc::CreateChannel(sipd_->address(), grpc::InsecureChannelCredentials());
  for (const TrackedCasePtr& tracked : touched) {
    CheckRecords(channel, *tracked);
    ASSERT_NO_FATAL_FAILURE(CheckAnswers([&](const RawCall& call) { return client.Call(call); }, *tracked));
  }
  EXPECT_EQ(sipd_->Terminate().value_or(-1), 0);
}

INSTANTIATE_TEST_SUITE_P(All, FailingDiskTest, testing::Values("sync", "full"), [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace sip

#include "libs/rpc/command_response.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "sip/testing/v1/echo_rpcs.pb.h"

namespace sip {
namespace {

using testing::v1::EchoCommand;
using testing::v1::EchoEvent;
using testing::v1::RecordEchoResponse;

constexpr char kCaseId[] = "018f0000-0000-7000-8000-0000000000aa";
constexpr char kEchoId[] = "018f0000-0000-7000-8000-0000000000bb";
constexpr char kOther[] = "018f0000-0000-7000-8000-0000000000cc";

class CommandResponseTest : public ::testing::Test {
 protected:
  CommandResponseTest() {
    record_.header = header_;
    header_->set_case_id(Uuid::Parse(kCaseId)->ToBytes());
    token_.log_id = std::string(16, 'l');
    token_.leaf_prefix = std::string(8, 'h');
  }
  void AddWrite(const std::string& stream) { header_->add_writes()->set_stream(stream); }
  void AddEvent(const std::string& part_id) {
    auto event = std::make_shared<EchoEvent>();
    event->mutable_echo_recorded()->set_part_id(part_id);
    record_.events.push_back({StreamId{}, 1, event});
  }
  RecordEchoResponse Fill() {
    RecordEchoResponse response;
    CommandResponseRules(*RecordEchoResponse::descriptor())
        .Fill(CommandAnswer{std::make_shared<RecordedCommand>(record_), 7, token_}, response);
    return response;
  }

  const std::shared_ptr<log::v1::CommandHeader> header_ = std::make_shared<log::v1::CommandHeader>();
  RecordedCommand record_;
  ConsistencyToken token_;
};

TEST_F(CommandResponseTest, FillsVersionTokenAndCase) {
  const RecordEchoResponse response = Fill();
  EXPECT_EQ(response.stream_version(), 7u);
  EXPECT_EQ(*DecodeToken(response.consistency_token()), token_);
  EXPECT_EQ(response.case_id(), kCaseId);
}

TEST_F(CommandResponseTest, TakesAnIdFromTheStreamOfItsType) {
  AddWrite(std::string("other/") + kOther);
  AddWrite(std::string("echo/") + kEchoId);
  EXPECT_EQ(Fill().echo_id(), kEchoId);
}

TEST_F(CommandResponseTest, TakesAnIdFromTheEventWhereNoStreamHasIt) {
  AddWrite(std::string("echo/") + kCaseId);  // One stream a case: its id is not the object's.
  AddEvent("");
  AddEvent(kOther);
  EXPECT_EQ(Fill().part_id(), kOther);
  EXPECT_EQ(Fill().echo_id(), "");
}

TEST_F(CommandResponseTest, TakesAnIdFromTheRequestWhereNothingWasWritten) {
  auto command = std::make_shared<EchoCommand>();
  command->mutable_record_echo()->set_echo_id(kEchoId);
  record_.command = command;
  EXPECT_EQ(Fill().echo_id(), kEchoId);
}

}  // namespace
}  // namespace sip

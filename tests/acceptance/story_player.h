// Plays a story (proto/sip/testing/v1/story.proto) against a running server, as agencies' systems would: through gRPC, by
// compiled-in descriptors, giving back the consistency tokens that it was given, waiting for nothing else.
//
// Everything that it sends follows from the story and the run: a step that got no answer is repeated with the same request id, and
// other runs of the same story, before or at the same time, do not meet this one (but it is the same person's).
#ifndef SIP_TESTS_ACCEPTANCE_STORY_PLAYER_H_
#define SIP_TESTS_ACCEPTANCE_STORY_PLAYER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/status.h"
#include "sip/testing/v1/story.pb.h"
#include "tools/sipctl/call.h"

namespace sip {

struct StoryOptions {
  std::string address;
  // The folder with the chapters.
  std::string folder;
  // Which run of the story this is.
  std::string run = "1";
  // Where services are separate: the address to call, asked for each call; empty: `address`.
  std::function<std::string(const std::string& service)> address_of{};
};

// What became of a step.
struct StepResult {
  grpc::Status status;
  std::unique_ptr<google::protobuf::Message> response;  // Empty message unless the status is OK.
};

// Not thread-safe; several players can play at once.
class StoryPlayer {
 public:
  // Reads the story; calls nobody yet.
  static absl::StatusOr<std::unique_ptr<StoryPlayer>> Open(const StoryOptions& options);

  size_t size() const { return steps_.size(); }
  const testing::v1::StoryStep& step(size_t i) const { return *steps_[i]; }
  // The chapter that the step belongs to.
  const std::string& chapter(size_t i) const { return titles_[i]; }

  // Sends the step's request; the same request whenever it is called.
  absl::StatusOr<StepResult> Play(size_t i);
  // Compares the answer with what the step expects. FAILED_PRECONDITION says in words what was refused that should not have been,
  // or the other way round.
  absl::Status CheckAnswer(size_t i, const grpc::Status& answer) const;
  // Compares the response to an accepted request with what the step expects, if anything. FAILED_PRECONDITION has the difference.
  absl::Status CheckResponse(size_t i, const google::protobuf::Message& response) const;
  // Compares the current plan and its text with what the step expects, if anything. FAILED_PRECONDITION has the difference.
  absl::Status CheckExpected(size_t i);

  // Plays the step and compares all of it. FAILED_PRECONDITION, or the error of the call, begins with which step it was.
  absl::StatusOr<StepResult> PlayAsExpected(size_t i);

  // The request that Play would send.
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RequestOf(size_t i) const;
  // The id that ${name} stands for in this run.
  std::string IdOf(const std::string& name) const;
  // The newest token of each service.
  std::vector<std::string> Tokens() const;
  // Calls any RPC as an agency, with the tokens; the service by its full name.
  absl::StatusOr<StepResult> CallAs(const std::string& agency, const std::string& service, const std::string& method,
                                    const google::protobuf::Message& request);
  // The server listens elsewhere now.
  absl::Status Reconnect(const std::string& address);

 private:
  explicit StoryPlayer(StoryOptions options) : options_(std::move(options)) {}
  absl::Status ReadStory();
  absl::Status CheckAll(size_t i, const StepResult& result);
  // Adds the chapter's own steps; what they expect lies in `folder`.
  void AddSteps(testing::v1::Story chapter, const std::string& folder);
  absl::StatusOr<StepResult> Send(Connection connection, const std::string& service, const std::string& method,
                                  const google::protobuf::Message& request);
  void Remember(const testing::v1::StoryStep& step, const google::protobuf::Message& response);
  absl::Status CheckPlan(size_t i);
  absl::Status CheckText(size_t i);
  absl::StatusOr<std::string> ReadExpected(size_t i, const std::string& file) const;

  absl::StatusOr<std::shared_ptr<grpc::Channel>> ChannelTo(const std::string& address);

  StoryOptions options_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;  // By address.
  std::vector<std::unique_ptr<testing::v1::Story>> chapters_;
  std::vector<const testing::v1::StoryStep*> steps_;
  std::vector<std::string> titles_;
  std::vector<std::string> folders_;           // Of each step's chapter.
  std::map<std::string, std::string> saved_;   // Name to id.
  std::map<std::string, std::string> tokens_;  // Service to token.
};

// The violations for which a call was refused, as StoryStep.refused writes them; of a refusal without details its reason.
std::vector<std::string> ViolationsOf(const grpc::Status& status);

// The step and what it led to, in one line for people: when, who, which service, what, and what came of it.
std::string DescribeStep(const StoryPlayer& player, size_t i, const google::protobuf::Message& response);

}  // namespace sip

#endif  // SIP_TESTS_ACCEPTANCE_STORY_PLAYER_H_

#include "tests/acceptance/story_player.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/base/sha256.h"
#include "libs/base/status_macros.h"
#include "libs/base/uuid.h"
#include "libs/rpc/status.h"
#include "libs/testing/scenario_text.h"
#include "sip/common/v1/values.pb.h"
#include "sip/views/v1/plan_views.pb.h"
#include "tests/acceptance/story.h"
#include "tools/sipctl/service_catalog.h"

namespace sip {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using testing::v1::StoryStep;

constexpr char kPlanViews[] = "sip.views.v1.PlanViews";

std::string TextField(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  const bool is_text = field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated();
  return is_text ? message.GetReflection()->GetString(message, field) : "";
}

// The text at a path such as "suggestions.deviation_id", of lists in their last element; empty if there is none.
std::string TextAt(const Message& message, const std::string& path) {
  const size_t dot = path.find('.');
  if (dot == std::string::npos) return TextField(message, path);
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(path.substr(0, dot));
  if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return "";
  const auto& reflection = *message.GetReflection();
  const std::string rest = path.substr(dot + 1);
  if (!field->is_repeated()) return TextAt(reflection.GetMessage(message, field), rest);
  const int size = reflection.FieldSize(message, field);
  return size == 0 ? "" : TextAt(reflection.GetRepeatedMessage(message, field, size - 1), rest);
}

// Sets a text field that is there and empty.
void FillIn(const std::string& name, const std::string& value, Message& message) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field != nullptr && message.GetReflection()->GetString(message, field).empty()) {
    message.GetReflection()->SetString(&message, field, value);
  }
}

absl::Status FillInTime(const std::string& text, Message& message) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName("occurred_at");
  if (field == nullptr || text.empty()) return absl::OkStatus();
  SIP_ASSIGN_OR_RETURN(const common::v1::Occurred occurred, ParseScenarioOccurred(text));
  message.GetReflection()->MutableMessage(&message, field)->CopyFrom(occurred);
  return absl::OkStatus();
}

// Names stand in strings, so they can be replaced in the message's text.
absl::Status ExpandIn(Message& message, const IdOfName& id_of_name) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(message, &text);
  if (google::protobuf::TextFormat::ParseFromString(ExpandNames(text, id_of_name), &message)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a name in ", message.GetDescriptor()->full_name(), " breaks it"));
}

// Of two texts, the first line that differs.
std::string FirstDifference(const std::string& expected, const std::string& actual) {
  const std::vector<std::string> a = absl::StrSplit(expected, '\n');
  const std::vector<std::string> b = absl::StrSplit(actual, '\n');
  for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string left = i < a.size() ? a[i] : "(end)";
    const std::string right = i < b.size() ? b[i] : "(end)";
    if (left != right) return absl::StrCat("line ", i + 1, "\n  expected: ", left, "\n  is:       ", right);
  }
  return "";
}

// A description begins with its rule, if it has one: "CON-09: …".
absl::string_view RuleIn(absl::string_view description) {
  const absl::string_view start = description.substr(0, std::min(description.find(": "), description.size()));
  const size_t dash = start.find('-');
  if (dash != 2 && dash != 3) return "";
  const bool letters = std::all_of(start.begin(), start.begin() + static_cast<std::ptrdiff_t>(dash),
                                   [](unsigned char c) { return absl::ascii_isupper(c); });
  return letters && start.size() == dash + 3 ? start : "";
}

std::string ViolationText(const std::string& reason, absl::string_view description, const std::string& field) {
  const absl::string_view rule = RuleIn(description);
  return absl::StrCat(reason, rule.empty() ? "" : " ", rule, field.empty() ? "" : " ", field);
}

absl::Status Refused(const std::string& what, const grpc::Status& status) {
  return absl::FailedPreconditionError(absl::StrCat(what, " was refused:\n", ToText(DescribeError(status))));
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoryPlayer>> StoryPlayer::Open(const StoryOptions& options) {
  std::unique_ptr<StoryPlayer> player(new StoryPlayer(options));
  SIP_RETURN_IF_ERROR(player->ReadStory());
  if (!options.address_of) SIP_RETURN_IF_ERROR(player->Reconnect(options.address));
  return player;
}

absl::Status StoryPlayer::ReadStory() {
  AllServices();  // Links the requests in that the chapters hold.
  SIP_ASSIGN_OR_RETURN(const auto chapters, ReadChapters(options_.folder));
  for (const auto& [name, text] : chapters) {
    SIP_ASSIGN_OR_RETURN(testing::v1::Story chapter, ParseChapter(text, name));
    for (const std::string& file : chapter.begins_with()) {
      const std::filesystem::path path = std::filesystem::path(options_.folder) / file;
      SIP_ASSIGN_OR_RETURN(const std::string earlier_text, ReadChapter(path.string()));
      SIP_ASSIGN_OR_RETURN(testing::v1::Story earlier, ParseChapter(earlier_text, file));
      AddSteps(std::move(earlier), path.parent_path().string());
    }
    AddSteps(std::move(chapter), options_.folder);
  }
  return absl::OkStatus();
}

void StoryPlayer::AddSteps(testing::v1::Story chapter, const std::string& folder) {
  chapters_.push_back(std::make_unique<testing::v1::Story>(std::move(chapter)));
  for (const StoryStep& step : chapters_.back()->steps()) {
    steps_.push_back(&step);
    titles_.push_back(chapters_.back()->title());
    folders_.push_back(folder);
  }
}

absl::Status StoryPlayer::Reconnect(const std::string& address) {
  options_.address = address;
  return ChannelTo(address).status();
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> StoryPlayer::ChannelTo(const std::string& address) {
  std::shared_ptr<grpc::Channel>& channel = channels_[address];
  if (channel != nullptr) return channel;
  Connection connection;
  connection.address = address;
  SIP_ASSIGN_OR_RETURN(channel, Connect(connection));
  return channel;
}

std::string StoryPlayer::IdOf(const std::string& name) const {
  const auto saved = saved_.find(name);
  if (saved != saved_.end()) return saved->second;
  return MakeUuidV8(Sha256(absl::StrCat("sip-story\n", options_.run, "\n", name))).ToString();
}

std::vector<std::string> StoryPlayer::Tokens() const {
  std::vector<std::string> tokens;
  for (const auto& [service, token] : tokens_) tokens.push_back(token);
  return tokens;
}

absl::StatusOr<std::unique_ptr<Message>> StoryPlayer::RequestOf(size_t i) const {
  const StoryStep& step = *steps_[i];
  const auto* method = FindMethodByFullName(step.service(), step.method());
  if (method == nullptr) return absl::NotFoundError(absl::StrCat("there is no ", step.service(), ".", step.method()));
  std::unique_ptr<Message> request = NewMessage(*method->input_type());
  if (!step.request().UnpackTo(request.get())) {
    return absl::InvalidArgumentError(absl::StrCat(step.method(), " does not take a ", step.request().type_url()));
  }
  SIP_RETURN_IF_ERROR(ExpandIn(*request, [this](const std::string& name) { return IdOf(name); }));
  FillIn("request_id", IdOf(absl::StrCat("request ", i)), *request);
  FillIn("case_id", IdOf("case"), *request);
  SIP_RETURN_IF_ERROR(FillInTime(step.occurred_at(), *request));
  return request;
}

absl::StatusOr<StepResult> StoryPlayer::Play(size_t i) {
  SIP_ASSIGN_OR_RETURN(const std::unique_ptr<Message> request, RequestOf(i));
  Connection connection;
  connection.agency = step(i).agency();
  connection.unit = step(i).unit();
  SIP_ASSIGN_OR_RETURN(StepResult result, Send(std::move(connection), step(i).service(), step(i).method(), *request));
  if (result.status.ok()) Remember(step(i), *result.response);
  return result;
}

absl::StatusOr<StepResult> StoryPlayer::CallAs(const std::string& agency, const std::string& service, const std::string& method,
                                               const Message& request) {
  Connection connection;
  connection.agency = agency;
  return Send(std::move(connection), service, method, request);
}

absl::StatusOr<StepResult> StoryPlayer::Send(Connection connection, const std::string& service, const std::string& method,
                                             const Message& request) {
  const auto* descriptor = FindMethodByFullName(service, method);
  if (descriptor == nullptr) return absl::NotFoundError(absl::StrCat("there is no ", service, ".", method));
  connection.address = options_.address_of ? options_.address_of(service) : options_.address;
  SIP_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, ChannelTo(connection.address));
  connection.consistency_tokens = Tokens();
  StepResult result;
  result.response = NewMessage(*descriptor->output_type());
  result.status =
      Call(connection, *channel, *descriptor, request, [&](const Message& response) { result.response->CopyFrom(response); });
  return result;
}

void StoryPlayer::Remember(const StoryStep& step, const Message& response) {
  if (const std::string token = TextField(response, "consistency_token"); !token.empty()) tokens_[step.service()] = token;
  for (const testing::v1::SavedId& save : step.save()) saved_[save.as()] = TextAt(response, save.field());
}

absl::Status StoryPlayer::CheckAnswer(size_t i, const grpc::Status& answer) const {
  const std::vector<std::string> expected(step(i).refused().begin(), step(i).refused().end());
  if (expected.empty()) return answer.ok() ? absl::OkStatus() : Refused(step(i).method(), answer);
  if (answer.ok()) return absl::FailedPreconditionError(absl::StrCat("was accepted; expected: ", absl::StrJoin(expected, ", ")));
  if (ViolationsOf(answer) == expected) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("was refused for ", absl::StrJoin(ViolationsOf(answer), ", "), "; expected: ",
                                                    absl::StrJoin(expected, ", "), "\n", ToText(DescribeError(answer))));
}

absl::Status StoryPlayer::CheckExpected(size_t i) {
  if (!step(i).expected_plan().empty()) SIP_RETURN_IF_ERROR(CheckPlan(i));
  if (!step(i).expected_text().empty()) SIP_RETURN_IF_ERROR(CheckText(i));
  return absl::OkStatus();
}

absl::Status StoryPlayer::CheckAll(size_t i, const StepResult& result) {
  SIP_RETURN_IF_ERROR(CheckAnswer(i, result.status));
  if (result.status.ok()) SIP_RETURN_IF_ERROR(CheckResponse(i, *result.response));
  return CheckExpected(i);
}

absl::StatusOr<StepResult> StoryPlayer::PlayAsExpected(size_t i) {
  absl::StatusOr<StepResult> result = Play(i);
  const absl::Status as_expected = result.ok() ? CheckAll(i, *result) : result.status();
  if (as_expected.ok()) return result;
  return absl::Status(as_expected.code(), absl::StrCat("step ", i + 1, ", ", step(i).service(), ".", step(i).method(), " (",
                                                       step(i).comment(), "): ", as_expected.message()));
}

absl::Status StoryPlayer::CheckResponse(size_t i, const Message& response) const {
  if (!step(i).has_expected_response()) return absl::OkStatus();
  const std::unique_ptr<Message> expected(response.New());
  if (!step(i).expected_response().UnpackTo(expected.get())) {
    return absl::InvalidArgumentError(absl::StrCat(step(i).method(), " does not give a ", step(i).expected_response().type_url()));
  }
  SIP_RETURN_IF_ERROR(ExpandIn(*expected, [this](const std::string& name) { return IdOf(name); }));
  google::protobuf::util::MessageDifferencer differencer;
  differencer.set_scope(google::protobuf::util::MessageDifferencer::PARTIAL);
  differencer.set_repeated_field_comparison(google::protobuf::util::MessageDifferencer::AS_SET);
  std::string difference;
  differencer.ReportDifferencesToString(&difference);
  if (differencer.Compare(*expected, response)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the response is not as expected:\n", difference));
}

absl::StatusOr<std::string> StoryPlayer::ReadExpected(size_t i, const std::string& file) const {
  const std::string path = absl::StrCat(folders_[i], "/", file);
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

absl::Status StoryPlayer::CheckPlan(size_t i) {
  const StoryStep& step = *steps_[i];
  SIP_ASSIGN_OR_RETURN(const std::string text, ReadExpected(i, step.expected_plan()));
  views::v1::PlanRow expected;
  if (!google::protobuf::TextFormat::ParseFromString(ExpandNames(text, [this](const std::string& name) { return IdOf(name); }),
                                                     &expected)) {
    return absl::InvalidArgumentError(absl::StrCat(step.expected_plan(), " is no PlanRow"));
  }
  views::v1::GetCurrentPlanRequest request;
  request.set_case_id(IdOf("case"));
  SIP_ASSIGN_OR_RETURN(const StepResult result, CallAs(step.agency(), kPlanViews, "GetCurrentPlan", request));
  if (!result.status.ok()) return Refused("GetCurrentPlan", result.status);
  const auto& response = static_cast<const views::v1::GetCurrentPlanResponse&>(*result.response);
  google::protobuf::util::MessageDifferencer differencer;
  std::string difference;
  differencer.ReportDifferencesToString(&difference);
  if (differencer.Compare(expected, ForComparison(response.plan()))) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the current plan is not ", step.expected_plan(), ":\n", difference));
}

absl::Status StoryPlayer::CheckText(size_t i) {
  const StoryStep& step = *steps_[i];
  SIP_ASSIGN_OR_RETURN(const std::string expected, ReadExpected(i, step.expected_text()));
  views::v1::RenderPlanRequest request;
  request.set_case_id(IdOf("case"));
  request.set_plan_id(IdOf("plan"));
  request.set_format(views::v1::RENDER_FORMAT_TEXT);
  SIP_ASSIGN_OR_RETURN(const StepResult result, CallAs(step.agency(), kPlanViews, "RenderPlan", request));
  if (!result.status.ok()) return Refused("RenderPlan", result.status);
  const std::string& document = static_cast<const views::v1::RenderPlanResponse&>(*result.response).document();
  if (document == expected) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the rendered plan is not ", step.expected_text(), ": ", FirstDifference(expected, document)));
}

std::vector<std::string> ViolationsOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::BadRequest bad_request;
  google::rpc::PreconditionFailure precondition;
  std::vector<std::string> violations;
  if (!details.ParseFromString(status.error_details())) return violations;
  for (const google::protobuf::Any& detail : details.details()) {
    if (detail.UnpackTo(&bad_request)) {
      for (const auto& item : bad_request.field_violations()) {
        violations.push_back(ViolationText(item.reason(), item.description(), item.field()));
      }
    } else if (detail.UnpackTo(&precondition)) {
      for (const auto& item : precondition.violations()) {
        violations.push_back(ViolationText(item.type(), item.description(), item.subject()));
      }
    }
  }
  if (violations.empty()) violations.push_back(DescribeError(status).reason);
  return violations;
}

std::string DescribeStep(const StoryPlayer& player, size_t i, const Message& response) {
  const StoryStep& step = player.step(i);
  const std::string service = step.service().substr(step.service().rfind('.') + 1);
  std::string decided;
  for (const testing::v1::SavedId& save : step.save()) absl::StrAppend(&decided, " ", save.as());
  const FieldDescriptor* version = response.GetDescriptor()->FindFieldByName("stream_version");
  const uint64_t number = version == nullptr ? 0 : response.GetReflection()->GetUInt64(response, version);
  return absl::StrCat(step.occurred_at(), std::string(step.occurred_at().size() < 17 ? 17 - step.occurred_at().size() : 1, ' '),
                      step.agency(), ": ", service, ".", step.method(), " — ", step.comment(), " →", decided,
                      number == 0 ? " recorded" : absl::StrCat(" version ", number));
}

}  // namespace sip

// Nothing that a client writes comes out of sipd but in answers to those who may see it: marked texts and numbers go through every
// RPC, refused and accepted, and none of them may stand in what the server prints or in its metrics.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "sip/common/v1/options.pb.h"
#include "sip/views/v1/case_views.pb.h"
#include "tests/acceptance/case_story.h"
#include "tests/acceptance/raw_client.h"
#include "tests/acceptance/sipd_fixture.h"
#include "tools/sipctl/service_catalog.h"

namespace sip {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::Reflection;

constexpr char kMark[] = "qvxmark";
constexpr uint32_t kMarkedNumber = 918273645;
constexpr int kDeepest = 8;
constexpr int kVariants = 6;  // Of the alternatives of a oneof.

// What stands in fields that say which object or agency is meant.
enum class Ids {
  kMarked,   // Marks, too: refused by form.
  kUnknown,  // Well-formed, of nothing: refused as unknown.
  kReal,     // Of a case that the caller is party to: decided.
};

// Fills every field of a message: texts with marks, numbers with the marked one, codes with the alternative of the variant.
class MarkedFiller {
 public:
  MarkedFiller(Ids ids, int variant, const CaseStory& story) : ids_(ids), variant_(variant), story_(story) {}

  void Fill(Message& message, int depth = 0) {
    if (FillTime(message)) return;
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *message.GetDescriptor()->field(i);
      const auto* oneof = field.real_containing_oneof();
      if (oneof != nullptr && oneof->field(variant_ % oneof->field_count()) != &field) continue;
      if (field.name() == "expected_stream_version" && ids_ != Ids::kMarked) continue;
      FillField(message, field, depth);
    }
  }

 private:
  static bool FillTime(Message& message) {
    if (auto* time = dynamic_cast<google::protobuf::Timestamp*>(&message)) {
      time->set_seconds(1'700'000'000);
      return true;
    }
    if (auto* date = dynamic_cast<google::type::Date*>(&message)) {
      date->set_year(2024), date->set_month(2), date->set_day(15);
      return true;
    }
    return false;
  }

  void FillField(Message& message, const FieldDescriptor& field, int depth) {
    const Reflection& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return SetOrAdd(message, field, &Reflection::SetString, &Reflection::AddString, Text(field));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth == kDeepest) return;
        return Fill(field.is_repeated() ? *reflection.AddMessage(&message, &field) : *reflection.MutableMessage(&message, &field),
                    depth + 1);
      case FieldDescriptor::CPPTYPE_ENUM:
        return SetOrAdd(message, field, &Reflection::SetEnumValue, &Reflection::AddEnumValue,
                        field.enum_type()->value(1 + variant_ % (field.enum_type()->value_count() - 1))->number());
      case FieldDescriptor::CPPTYPE_BOOL:
        return SetOrAdd(message, field, &Reflection::SetBool, &Reflection::AddBool, true);
      case FieldDescriptor::CPPTYPE_UINT32:
        return SetOrAdd(message, field, &Reflection::SetUInt32, &Reflection::AddUInt32, kMarkedNumber);
      case FieldDescriptor::CPPTYPE_UINT64:
        return SetOrAdd(message, field, &Reflection::SetUInt64, &Reflection::AddUInt64, uint64_t{kMarkedNumber});
      case FieldDescriptor::CPPTYPE_INT32:
        return SetOrAdd(message, field, &Reflection::SetInt32, &Reflection::AddInt32, static_cast<int32_t>(kMarkedNumber));
      case FieldDescriptor::CPPTYPE_INT64:
        return SetOrAdd(message, field, &Reflection::SetInt64, &Reflection::AddInt64, int64_t{kMarkedNumber});
      default:
        FAIL() << "fill " << field.full_name() << ", too";
    }
  }

  template <typename Set, typename Add, typename Value>
  static void SetOrAdd(Message& message, const FieldDescriptor& field, Set set, Add add, Value value) {
    const Reflection& reflection = *message.GetReflection();
    field.is_repeated() ? (reflection.*add)(&message, &field, std::move(value))
                        : (reflection.*set)(&message, &field, std::move(value));
  }

  std::string Text(const FieldDescriptor& field) {
    const common::v1::FieldRules& rules = field.options().GetExtension(common::v1::rules);
    if (ids_ != Ids::kMarked && rules.uuid()) return Id(field);
    if (ids_ == Ids::kReal && absl::EndsWith(field.name(), "agency_id")) return kStoryOtherAgency;
    const std::string text = absl::StrCat(kMark, " ", field.name(), " ", kMarkedNumber);
    return rules.max_bytes() > 0 ? text.substr(0, rules.max_bytes()) : text;
  }

  std::string Id(const FieldDescriptor& field) {
    if (field.name() == "request_id" || ids_ == Ids::kUnknown) {
      // New ones each time: as ids that no story has.
      return CaseStory("unknown", next_id++, {}).case_id();
    }
    if (field.name() == "plan_id") return story_.plan_id();
    if (field.name() == "consent_id") return story_.consent_id();
    return field.name() == "case_id" ? story_.case_id() : CaseStory("unknown", next_id++, {}).case_id();
  }

  const Ids ids_;
  const int variant_;
  const CaseStory& story_;
  static inline uint64_t next_id = 0;
};

// The answer to GET /metrics; empty if there is none.
std::string ReadMetrics(const std::string& address) {
  const std::pair<std::string, std::string> host_and_port = absl::StrSplit(address, ':');
  int port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(host_and_port.second, &port));
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<uint16_t>(port));
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  std::string answer;
  if (connect(fd, reinterpret_cast<sockaddr*>(&where), sizeof(where)) == 0 &&
      send(fd, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size())) {
    char buffer[4096];
    for (ssize_t n = 0; (n = recv(fd, buffer, sizeof(buffer), 0)) > 0;) answer.append(buffer, static_cast<size_t>(n));
  }
  close(fd);
  return answer;
}

class LogPrivacyTest : public SipdFixture {
 protected:
  LogPrivacyTest()
      : SipdFixture({.flags = {"--log-level", "debug"}}),
        story_("privacy", 20'002'981, {.contacts = 2, .edits = 2, .text = absl::StrCat(kMark, " ", kMarkedNumber)}) {}

  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(SipdFixture::SetUp());
    client_ = std::make_unique<RawClient>(sipd_->address(), 1);
  }

  // A case whose texts are marked, accepted and recorded.
  void PlayStory() {
    while (!story_.done()) {
      const RawAnswer answer = client_->Call(story_.NextCall());
      ASSERT_TRUE(answer.status.ok()) << story_.NextCall().path << ": " << answer.status.error_message();
      ASSERT_TRUE(story_.Answer(answer.response).ok());
    }
  }

  void CallEveryway(const MethodDescriptor& method) {
    for (const Ids ids : {Ids::kMarked, Ids::kUnknown, Ids::kReal}) {
      for (int variant = 0; variant < kVariants; ++variant) {
        const std::unique_ptr<Message> request(
            google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
        MarkedFiller(ids, variant, story_).Fill(*request);
        RawCall call = {MethodPath(method), kStoryAgency, story_.Tokens(), request->SerializeAsString()};
        client_->Call(call);
        ++calls_;
      }
    }
    // What a caller says of itself, and bytes that are no message.
    client_->Call({MethodPath(method), absl::StrCat(kMark, "-agency"), {}, ""});
    client_->Call({MethodPath(method), kStoryAgency, {absl::StrCat(kMark, "token")}, ""});
    client_->Call({MethodPath(method), kStoryAgency, {}, absl::StrCat(kMark, " is no message")});
  }

  void ExpectUnmarked(const std::string& what, absl::string_view text) {
    const std::string number = story_.personal_number();
    const std::string short_number = number.substr(2);
    for (const std::string& mark : {std::string(kMark), absl::StrCat(kMarkedNumber), number, short_number,
                                    absl::StrCat(number.substr(0, 8), "-", number.substr(8)),
                                    absl::StrCat(short_number.substr(0, 6), "-", short_number.substr(6))}) {
      const size_t at = absl::AsciiStrToLower(text).find(mark);
      EXPECT_EQ(at, std::string::npos) << what << " shows " << mark << ": "
                                       << text.substr(at < 200 ? 0 : std::min(at, text.size()) - 200, 400);
    }
  }

  CaseStory story_;
  std::unique_ptr<RawClient> client_;
  size_t calls_ = 0;
};

TEST_F(LogPrivacyTest, WhatClientsWriteIsNeitherPrintedNorMeasured) {
  ASSERT_NO_FATAL_FAILURE(PlayStory());
  // The marks are really there, for those who may see them.
  views::v1::GetCaseRequest get_case;
  get_case.set_case_id(story_.case_id());
  const RawAnswer seen =
      client_->Call({"/sip.views.v1.CaseViews/GetCase", kStoryAgency, story_.Tokens(), get_case.SerializeAsString()});
  ASSERT_TRUE(seen.status.ok()) << seen.status.error_message();
  ASSERT_TRUE(absl::StrContains(seen.response, kMark));

  for (const CatalogService& service : AllServices()) {
    for (int i = 0; i < service.descriptor->method_count(); ++i) CallEveryway(*service.descriptor->method(i));
  }
  const std::string metrics = ReadMetrics(sipd_->http_address());
  EXPECT_TRUE(absl::StrContains(metrics, "OpenCase")) << "metrics name the RPCs";
  ExpectUnmarked("/metrics", metrics);
  EXPECT_EQ(sipd_->Terminate().value_or(-1), 0) << "still alive after " << calls_ << " calls";
  const std::string output = sipd_->output();
  EXPECT_TRUE(absl::StrContains(output, "{\"time\":")) << "it has logged";
  ExpectUnmarked("the output", output);
}

}  // namespace
}  // namespace sip

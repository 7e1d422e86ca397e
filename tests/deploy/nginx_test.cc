// A real nginx with the configuration of deploy/nginx in front of a real sipd: who gets in, as whom, and what the limits refuse.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "libs/base/uuid.h"
#include "libs/rpc/status.h"
#include "libs/testing/test_authority.h"
#include "sip/cases/v1/case_service.grpc.pb.h"
#include "sip/history/v1/history_service.grpc.pb.h"
#include "sip/owner/v1/owner_service.grpc.pb.h"
#include "sip/subjects/v1/subject_service.grpc.pb.h"
#include "sip/views/v1/case_views.grpc.pb.h"
#include "tests/acceptance/sipd_process.h"
#include "tests/deploy/nginx_process.h"

namespace sip {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto kPatience = std::chrono::seconds(20);

class NginxTest : public ::testing::Test {
 protected:
  // One sipd for all tests: it takes seconds to make its data folder.
  static void SetUpTestSuite() {
    authority = new TestAuthority();
    authority->Issue("front", "IP:127.0.0.1");
    authority->Issue("edge", "URI:sip:edge:front");
    authority->Issue("server", "IP:127.0.0.1,DNS:sip.internal");
    authority->Issue("nord", "URI:sip:agency:region-nord");
    authority->Issue("kommun", "URI:sip:agency:kommun-a");
    auto created = SipdProcess::Create(
        {.flags = {"--tls-certificate-file=" + authority->Path("server.pem"), "--tls-key-file=" + authority->Path("server.key"),
                   "--tls-client-ca-file=" + authority->Path("ca.pem"), "--tls-edge=front"},
         .credentials = authority->ClientCredentials("nord")});
    ASSERT_TRUE(created.ok()) << created.status();
    sipd = created->release();
    const absl::Status started = sipd->Start();
    ASSERT_TRUE(started.ok()) << started;
  }
  static void TearDownTestSuite() {
    delete sipd;
    delete authority;
  }
  void TearDown() override {
    if (HasFailure() && nginx_ != nullptr) std::fputs(nginx_->output().c_str(), stderr);
  }

  // Starts nginx, with less of something than the configuration says.
  void StartNginx(const std::vector<std::pair<std::string, std::string>>& less = {}) {
    NginxOptions options;
    ASSERT_TRUE(sipd != nullptr && sipd->running());
    options.folder = sipd->folder() + "/" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    ASSERT_TRUE(std::filesystem::create_directory(options.folder));
    options.upstream = sipd->address();
    options.replacements = less;
    options.replacements.emplace_back("/etc/sip/tls/client-ca.pem", authority->Path("ca.pem"));
    options.replacements.emplace_back("/etc/sip/tls/internal-ca.pem", authority->Path("ca.pem"));
    for (const std::string& name : {std::string("front"), std::string("edge")}) {
      for (const std::string& kind : {std::string(".pem"), std::string(".key")}) {
        const std::string file = name + kind;
        options.replacements.emplace_back("/etc/sip/tls/" + file, authority->Path(file));
      }
    }
    auto nginx = NginxProcess::Start(options);
    ASSERT_TRUE(nginx.ok()) << nginx.status();
    nginx_ = *std::move(nginx);
  }

  std::shared_ptr<grpc::Channel> ChannelAs(const std::string& name) const {
    grpc::ChannelArguments arguments;
    // Not one connection for all channels of a test.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(nginx_->address(), authority->ClientCredentials(name), arguments);
  }
  static void Prepare(grpc::ClientContext& context) { context.set_deadline(std::chrono::system_clock::now() + kPatience); }

  // The shortest call that the service answers with what it knows of the caller.
  static grpc::Status ListCases(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    Prepare(context);
    views::v1::ListCasesResponse response;
    return views::v1::CaseViews::NewStub(channel)->ListCases(&context, {}, &response);
  }
  grpc::Status ListCasesAs(const std::string& name) const { return ListCases(ChannelAs(name)); }

  static grpc::Status Resolve(const std::shared_ptr<grpc::Channel>& channel, const std::string& number,
                              subjects::v1::ResolveSubjectResponse& response) {
    grpc::ClientContext context;
    Prepare(context);
    subjects::v1::ResolveSubjectRequest request;
    request.set_request_id(NewUuidV7().ToString());
    request.mutable_identifier()->set_personal_number(number);
    return subjects::v1::SubjectService::NewStub(channel)->ResolveSubject(&context, request, &response);
  }

  // The id of a new case.
  static std::string OpenCase(const std::shared_ptr<grpc::Channel>& channel) {
    subjects::v1::ResolveSubjectResponse subject;
    const grpc::Status resolved = Resolve(channel, "191212121212", subject);
    EXPECT_TRUE(resolved.ok()) << resolved.error_message();
    grpc::ClientContext context;
    Prepare(context);
    cases::v1::OpenCaseRequest request;
    request.set_request_id(NewUuidV7().ToString());
    request.set_subject_id(subject.subject_id());
    request.set_kind(cases::v1::CASE_KIND_DEVIATION_ONLY);
    cases::v1::OpenCaseResponse response;
    const grpc::Status opened = cases::v1::CaseService::NewStub(channel)->OpenCase(&context, request, &response);
    EXPECT_TRUE(opened.ok()) << opened.error_message() << DescribeError(opened).reason;
    return response.case_id();
  }

  // Reads all of a case that the service streams; `agencies` are those that acted, record by record.
  static grpc::Status ReadHistory(const std::shared_ptr<grpc::Channel>& channel, const std::string& case_id,
                                  const std::map<std::string, std::string>& metadata, std::vector<std::string>& agencies) {
    grpc::ClientContext context;
    Prepare(context);
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    history::v1::ReadHistoryRequest request;
    request.set_case_id(case_id);
    const auto reader = history::v1::HistoryService::NewStub(channel)->ReadHistory(&context, request);
    history::v1::ReadHistoryResponse record;
    while (reader->Read(&record)) agencies.push_back(record.actor().agency_id());
    return reader->Finish();
  }

  static std::string EscapedCertificate(const std::string& name) {
    std::ostringstream content;
    content << std::ifstream(authority->Path(name + ".pem")).rdbuf();
    return absl::StrReplaceAll(content.str(), {{"\n", "%0A"}, {" ", "%20"}, {"+", "%2B"}, {"/", "%2F"}, {"=", "%3D"}});
  }

  static TestAuthority* authority;
  static SipdProcess* sipd;
  std::unique_ptr<NginxProcess> nginx_;
};

TestAuthority* NginxTest::authority = nullptr;
SipdProcess* NginxTest::sipd = nullptr;

// --- who ---

TEST_F(NginxTest, TheServiceLearnsWhoseCertificateTheClientHasShown) {
  ASSERT_NO_FATAL_FAILURE(StartNginx());
  const auto nord = ChannelAs("nord");
  const std::string case_id = OpenCase(nord);
  std::vector<std::string> agencies;
  const grpc::Status own = ReadHistory(nord, case_id, {}, agencies);
  EXPECT_TRUE(own.ok()) << own.error_message();
  // Behind its opening comes what the other contexts have taken over of it by now.
  ASSERT_THAT(agencies, Not(IsEmpty()));
  EXPECT_EQ(agencies.front(), "region-nord");
  EXPECT_EQ(DescribeError(ReadHistory(ChannelAs("kommun"), case_id, {}, agencies)).reason, "NOT_FOUND_OR_NOT_DISCLOSED");
}

TEST_F(NginxTest, WhatAClientSaysOfItselfIsDropped) {
  ASSERT_NO_FATAL_FAILURE(StartNginx());
  const std::string case_id = OpenCase(ChannelAs("nord"));
  const std::map<std::string, std::string> spoofed = {{"sip-client-certificate", EscapedCertificate("nord")},
                                                      {"sip-agency", "region-nord"}};
  std::vector<std::string> agencies;
  EXPECT_EQ(DescribeError(ReadHistory(ChannelAs("kommun"), case_id, spoofed, agencies)).reason, "NOT_FOUND_OR_NOT_DISCLOSED");
  EXPECT_THAT(agencies, IsEmpty());
}

TEST_F(NginxTest, WithoutAnAcceptedCertificateNobodyGetsIn) {
  authority->SelfSign("forged", "URI:sip:agency:region-nord");
  authority->Issue("nobody", "DNS:client.example");
  ASSERT_NO_FATAL_FAILURE(StartNginx());
  for (const char* name : {"", "forged"}) {
    const grpc::Status status = ListCasesAs(name);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << name;
    EXPECT_EQ(status.error_message(), "a client certificate of an accepted authority is needed") << name;
  }
  EXPECT_EQ(DescribeError(ListCasesAs("nobody")).reason, "IDENTITY_MISSING");
}

TEST_F(NginxTest, AnEdgeThatVerifiesTooLittleLetsNobodyBeSomebodyElse) {
  authority->SelfSign("forged", "URI:sip:agency:region-nord");
  ASSERT_NO_FATAL_FAILURE(StartNginx({{"ssl_verify_client on", "ssl_verify_client optional_no_ca"}}));
  for (const char* name : {"", "forged"}) EXPECT_EQ(DescribeError(ListCasesAs(name)).reason, "IDENTITY_MISSING") << name;
  const grpc::Status known = ListCasesAs("nord");
  EXPECT_TRUE(known.ok()) << known.error_message();
}

TEST_F(NginxTest, WhatIsForInsideIsNotThere) {
  ASSERT_NO_FATAL_FAILURE(StartNginx());
  grpc::ClientContext health_context;
  Prepare(health_context);
  grpc::health::v1::HealthCheckResponse health;
  const auto channel = ChannelAs("nord");
  // In nginx's own words: the services behind may not have it either.
  const auto expect_absent = [](const grpc::Status& status) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
    EXPECT_EQ(status.error_message(), "there is no such service here");
  };
  expect_absent(grpc::health::v1::Health::NewStub(channel)->Check(&health_context, {}, &health));
  grpc::ClientContext owner_context;
  Prepare(owner_context);
  owner::v1::BarrierResponse barrier;
  expect_absent(owner::v1::OwnerService::NewStub(channel)->Barrier(&owner_context, {}, &barrier));
}

// --- how much ---

TEST_F(NginxTest, ARequestThatIsFarTooLargeDoesNotReachTheService) {
  ASSERT_NO_FATAL_FAILURE(StartNginx());
  subjects::v1::ResolveSubjectResponse response;
  const grpc::Status large = Resolve(ChannelAs("nord"), std::string(300 << 10, '1'), response);
  EXPECT_EQ(DescribeError(large).reason, "LIMIT_EXCEEDED") << "the service's own limit, with its reason";
  const grpc::Status huge = Resolve(ChannelAs("nord"), std::string(3 << 20, '1'), response);
  EXPECT_EQ(huge.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << huge.error_message();
  EXPECT_EQ(huge.error_message(), "the request is too large");
}

TEST_F(NginxTest, WhoCallsTooOftenIsRefusedAndOthersAreNot) {
  ASSERT_NO_FATAL_FAILURE(StartNginx({{"rate=500r/s", "rate=1r/s"}, {"burst=1000 nodelay", "burst=4 nodelay"}}));
  const auto nord = ChannelAs("nord");
  int served = 0;
  grpc::Status refusal;
  for (int i = 0; i < 20 && refusal.ok(); ++i) {
    refusal = ListCases(nord);
    served += refusal.ok() ? 1 : 0;
  }
  EXPECT_EQ(refusal.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << refusal.error_message();
  EXPECT_GE(served, 5) << "what the burst allows";
  const grpc::Status other = ListCasesAs("kommun");
  EXPECT_TRUE(other.ok()) << other.error_message();
}

TEST_F(NginxTest, WhoHasTooManyCallsUnderWayIsRefusedAndOthersAreNot) {
  ASSERT_NO_FATAL_FAILURE(StartNginx({{"limit_conn sip_calls_of_client 512", "limit_conn sip_calls_of_client 2"}}));
  const auto channel = ChannelAs("nord");
  const auto other_channel = ChannelAs("kommun");
  ASSERT_TRUE(ListCases(channel).ok() && ListCases(other_channel).ok());
  // Calls stay under way while sipd stands still.
  sipd->Signal(SIGSTOP);
  struct Call {
    grpc::ClientContext context;
    views::v1::ListCasesResponse response;
    grpc::Status status;
  };
  grpc::CompletionQueue queue;
  std::vector<Call> calls(3);
  Call other;
  std::vector<std::unique_ptr<grpc::ClientAsyncResponseReader<views::v1::ListCasesResponse>>> readers;
  const auto begin = [&](Call& call, const std::shared_ptr<grpc::Channel>& caller) {
    Prepare(call.context);
    readers.push_back(views::v1::CaseViews::NewStub(caller)->AsyncListCases(&call.context, {}, &queue));
    readers.back()->Finish(&call.response, &call.status, &call);
  };
  for (Call& call : calls) begin(call, channel);
  const auto next = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return static_cast<const Call*>(tag)->status;
  };
  const grpc::Status refused = next();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << refused.error_message();
  // While two of the one are under way, from the same address.
  begin(other, other_channel);
  sipd->Signal(SIGCONT);
  for (int i = 0; i < 3; ++i) {
    const grpc::Status served = next();
    EXPECT_TRUE(served.ok()) << served.error_message();
  }
}

// --- the service is away ---

TEST_F(NginxTest, AServiceThatDoesNotAnswerIsUnavailableUntilItIsBack) {
  ASSERT_NO_FATAL_FAILURE(StartNginx());
  const auto nord = ChannelAs("nord");
  ASSERT_TRUE(ListCases(nord).ok());
  sipd->Kill();
  const grpc::Status away = ListCases(nord);
  EXPECT_EQ(away.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(away.error_message(), "no instance of the service answers");
  ASSERT_TRUE(sipd->Start().ok());
  const grpc::Status back = ListCases(nord);
  EXPECT_TRUE(back.ok()) << back.error_message();
}

}  // namespace
}  // namespace sip

// How sipd starts, and whom it then believes: what it refuses, and certificates instead of metadata.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libs/rpc/status.h"
#include "libs/testing/test_authority.h"
#include "sip/views/v1/case_views.grpc.pb.h"
#include "tests/acceptance/sipd_process.h"

namespace sip {
namespace {

using ::testing::HasSubstr;

constexpr int kBadConfiguration = 2;
constexpr int kCouldNotStart = 3;
constexpr auto kPatience = std::chrono::seconds(20);

// Starts sipd, which must refuse; its exit code and what it said.
std::pair<int, std::string> Refusal(const SipdOptions& options) {
  const auto sipd = SipdProcess::Create(options);
  EXPECT_TRUE(sipd.ok()) << sipd.status();
  if (!sipd.ok()) return {};
  const auto code = (*sipd)->RunToEnd();
  EXPECT_TRUE(code.ok()) << code.status();
  return {code.value_or(0), (*sipd)->output()};
}

TEST(StartTest, OtherAddressesThanALoopbackOneNeedCertificates) {
  const auto [code, said] = Refusal({.host = "0.0.0.0"});
  EXPECT_EQ(code, kCouldNotStart);
  EXPECT_THAT(said, HasSubstr("tls"));
}

TEST(StartTest, AnUnknownKeyIsRefusedWithTheOneThatWasMeant) {
  const auto [code, said] = Refusal({.flags = {"--storage-cache-byte=1MiB"}});
  EXPECT_EQ(code, kBadConfiguration);
  EXPECT_THAT(said, HasSubstr("storage-cache-bytes"));
}

TEST(StartTest, SaysThatItBelievesWhatCallersSayOfThemselves) {
  const auto sipd = SipdProcess::Create({});
  ASSERT_TRUE(sipd.ok() && (*sipd)->Start().ok());
  EXPECT_THAT((*sipd)->output(), HasSubstr("development_identity"));
  EXPECT_EQ((*sipd)->Terminate().value_or(-1), 0);
}

class CertificateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    authority_.Issue("server", "IP:127.0.0.1");
    authority_.Issue("nord", "URI:sip:agency:region-nord");
    auto sipd = SipdProcess::Create({.flags = Flags(), .credentials = authority_.ClientCredentials("nord")});
    ASSERT_TRUE(sipd.ok()) << sipd.status();
    sipd_ = *std::move(sipd);
    const absl::Status started = sipd_->Start();
    ASSERT_TRUE(started.ok()) << started;
  }

  std::vector<std::string> Flags() const {
    return {"--tls-certificate-file=" + authority_.Path("server.pem"), "--tls-key-file=" + authority_.Path("server.key"),
            "--tls-client-ca-file=" + authority_.Path("ca.pem")};
  }

  // Asks for the caller's cases with the certificate of that name, saying in the metadata to be a municipality.
  grpc::Status ListCasesAs(const std::string& name) const {
    const auto views = views::v1::CaseViews::NewStub(grpc::CreateChannel(sipd_->address(), authority_.ClientCredentials(name)));
    grpc::ClientContext context;
    context.AddMetadata("sip-agency", "kommun-a");
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    views::v1::ListCasesResponse response;
    return views->ListCases(&context, {}, &response);
  }

  TestAuthority authority_;
  std::unique_ptr<SipdProcess> sipd_;
};

TEST_F(CertificateTest, TheCertificateAndNotTheMetadataNamesTheAgency) {
  authority_.Issue("nobody", "DNS:client.example");
  authority_.Issue("stranger", "URI:sip:agency:region-okand");
  const grpc::Status known = ListCasesAs("nord");
  EXPECT_TRUE(known.ok()) << known.error_message();
  EXPECT_EQ(DescribeError(ListCasesAs("nobody")).reason, "IDENTITY_MISSING");
  EXPECT_EQ(DescribeError(ListCasesAs("stranger")).reason, "AGENCY_UNKNOWN");
  EXPECT_EQ(ListCasesAs("").error_code(), grpc::StatusCode::UNAVAILABLE) << "no certificate, no connection";
}

}  // namespace
}  // namespace sip

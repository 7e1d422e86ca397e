// A broker that lets in whom it knows only: TLS, passwords and ACLs, and what an operator is told when something is wrong.
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/testing/free_ports.h"
#include "libs/testing/kafka_fixture.h"
#include "libs/testing/matchers.h"
#include "libs/testing/test_authority.h"

namespace sip {
namespace {

constexpr char kPassword[] = "correct-horse";
constexpr char kWrongPassword[] = "battery-staple";

std::string Content(const std::string& file) {
  std::ostringstream content;
  content << std::ifstream(file).rdbuf();
  return content.str();
}

// The listeners for users with passwords, and for clients with certificates.
int Port(size_t listener) {
  static const std::vector<int> ports = *FreePorts(2);
  return ports.at(listener);
}
int SecurePort() { return Port(0); }
int MutualPort() { return Port(1); }

std::vector<std::string> Settings() {
  const TestAuthority authority;
  authority.Issue("broker", "DNS:localhost");
  std::ofstream(authority.Path("broker_store.pem"))
      << Content(authority.Path("broker.key")) << Content(authority.Path("broker.pem"));
  authority.Issue("sip", "DNS:sip");
  const std::string secure = absl::StrCat(SecurePort());
  const std::string mutual = absl::StrCat(MutualPort());
  return {
      absl::StrCat("listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://{controller},SASL_SSL://127.0.0.1:", secure,
                   ",SSL://127.0.0.1:", mutual),
      absl::StrCat("advertised.listeners=PLAINTEXT://127.0.0.1:{port},SASL_SSL://localhost:", secure, ",SSL://localhost:", mutual),
      "sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN,OAUTHBEARER",
      // Believes tokens that nobody has signed, and lets nobody stay beyond the end of his.
      absl::StrCat("listener.name.sasl_ssl.oauthbearer.sasl.jaas.config=",
                   "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required ",
                   "unsecuredLoginStringClaim_sub=\"broker\";"),
      "listener.name.sasl_ssl.oauthbearer.connections.max.reauth.ms=3600000",
      absl::StrCat("listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
                   "user_sip=\"",
                   kPassword, "\" user_nobody=\"", kPassword, "\";"),
      "listener.name.ssl.ssl.client.auth=required",
      "ssl.truststore.type=PEM",
      absl::StrCat("ssl.truststore.location=", authority.Path("ca.pem")),
      "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
      "ssl.keystore.type=PEM",
      absl::StrCat("ssl.keystore.location=", authority.Path("broker_store.pem")),
      "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      "super.users=User:ANONYMOUS;User:sip;User:CN=sip",
      absl::StrCat("--add-scram=SCRAM-SHA-512=[name=sip,password=", kPassword, "]"),
  };
}

// Signed by nobody.
std::string Token(const std::string& subject, absl::Time expires) {
  const std::string claims = absl::StrCat(R"({"sub":")", subject, R"(","iat":)", absl::ToUnixSeconds(SystemClock().Now()) - 60,
                                          R"(,"exp":)", absl::ToUnixSeconds(expires), "}");
  return absl::StrCat(absl::WebSafeBase64Escape(R"({"alg":"none"})"), ".", absl::WebSafeBase64Escape(claims), ".");
}

[[maybe_unused]] testing::Environment* const kBrokers = UseKafkaCluster({.settings = Settings()});

class KafkaAccessTest : public KafkaFixture {
 protected:
  KafkaAccessTest() {
    options_.connection.brokers = absl::StrCat("localhost:", SecurePort());
    options_.connection.protocol = KafkaConnection::Protocol::kSaslTls;
    options_.connection.ca_file = testing::TempDir() + "/ca.pem";
    options_.connection.mechanism = "PLAIN";
    options_.connection.user = "sip";
    options_.connection.password_file = Write("password", absl::StrCat(kPassword, "\n"));
    options_.more_settings = {{"broker.address.family", "v4"}};
    EXPECT_THAT(Init(), IsOk());
  }
  using KafkaFixture::Write;
  static std::string Write(const std::string& name, const std::string& content) {
    std::string path = absl::StrCat(testing::TempDir(), "/", name);
    std::ofstream(path) << content;
    return path;
  }
};

TEST_F(KafkaAccessTest, WritesAndReadsOverTlsAsAUserWithAPassword) {
  const auto store = OpenStore();
  EXPECT_EQ(Write(*store->log(kLog), 0, 10).fold.next_idx, 10u);
}

TEST_F(KafkaAccessTest, WritesAndReadsOverTlsAsAClientWithACertificate) {
  options_.connection.brokers = absl::StrCat("localhost:", MutualPort());
  options_.connection.protocol = KafkaConnection::Protocol::kTls;
  options_.connection.certificate_file = testing::TempDir() + "/sip.pem";
  options_.connection.key_file = testing::TempDir() + "/sip.key";
  const auto store = OpenStore();
  EXPECT_EQ(Write(*store->log(kLog), 0, 10).fold.next_idx, 10u);
}

TEST_F(KafkaAccessTest, WritesAndReadsOverTlsAsAUserWithATokenThatIsRenewed) {
  const absl::Time expires = SystemClock().Now() + absl::Seconds(8);
  options_.connection.mechanism = "OAUTHBEARER";
  options_.connection.token_file = Write("token", Token("sip", expires));
  options_.check_interval = absl::Milliseconds(500);
  const auto store = OpenStore();
  EventLog& log = *store->log(kLog);
  const ReaderCheckpoint before = Write(log, 0, 10);
  EXPECT_EQ(before.fold.next_idx, 10u);
  const auto tail = log.Tail({{0, before}});
  ASSERT_THAT(tail, IsOk());
  // Whoever reads goes on meanwhile, though the last record read is compared by a client of its own.
  Write("token", "half a tok");
  const absl::Time until = SystemClock().Now() + absl::Seconds(2);
  while (SystemClock().Now() < until) EXPECT_THAT((*tail)->Read(100, absl::Milliseconds(100)), IsOk());
  EXPECT_THAT(ClaimStatus(log, 1), StatusIs(absl::StatusCode::kUnavailable, "kafka.token_file"));
  Write("token", Token("sip", expires + absl::Hours(1)));
  ASSERT_TRUE(Await([&] { return SystemClock().Now() > expires + absl::Seconds(1); }));
  EXPECT_EQ(Write(log, 0, 10, before).fold.next_idx, 20u);
  // Its client proved itself with the first token, which brokers no longer believe.
  size_t read = 0;
  EXPECT_TRUE(Await([&] {
    const auto batch = (*tail)->Read(100, absl::Milliseconds(100));
    EXPECT_THAT(batch, IsOk());
    read += batch.ok() ? batch->records.size() : 0;
    return read == 10;
  }));
}

TEST_F(KafkaAccessTest, ATokenThatHasExpiredIsToldAsSuch) {
  options_.connection.mechanism = "OAUTHBEARER";
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument, "kafka.token_file"));
  options_.connection.token_file = Write("expired_token", Token("sip", SystemClock().Now() - absl::Seconds(1)));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument, "expired_token has expired"));
}

TEST_F(KafkaAccessTest, ATokenThatBrokersDoNotBelieveIsToldAsSuch) {
  options_.connection.mechanism = "OAUTHBEARER";
  const std::string claims = absl::StrCat(R"({"sub":"sip","exp":)", absl::ToUnixSeconds(SystemClock().Now()) + 3600, "}");
  options_.connection.token_file = Write("signed_token", absl::StrCat(absl::WebSafeBase64Escape(R"({"alg":"RS256"})"), ".",
                                                                      absl::WebSafeBase64Escape(claims), ".c2lnbmVk"));
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kUnauthenticated, "kafka.token_file"));
}

TEST_F(KafkaAccessTest, ScramWithThisBrokerNeedsANewerClientAndSaysSo) {
  options_.connection.mechanism = "SCRAM-SHA-512";
  const absl::Status opened = Open().status();
  if (rd_kafka_version() >= 0x02060100) {
    EXPECT_THAT(opened, IsOk());
  } else {
    EXPECT_THAT(opened, StatusIs(absl::StatusCode::kUnauthenticated, "kafka.mechanism PLAIN"));
  }
}

TEST_F(KafkaAccessTest, AWrongPasswordIsToldAsSuchAndNoPasswordIsLogged) {
  options_.connection.password_file = Write("wrong_password", kWrongPassword);
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  const absl::Status refused = Open().status();
  const std::string logged = testing::internal::GetCapturedStderr() + testing::internal::GetCapturedStdout();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnauthenticated, "kafka.password_file"));
  EXPECT_TRUE(absl::StrContains(logged, "kafka_error")) << logged;
  EXPECT_FALSE(absl::StrContains(absl::StrCat(refused.message(), logged), kWrongPassword));
}

TEST_F(KafkaAccessTest, ABrokerWithACertificateOfAnotherAuthorityIsNotBelieved) {
  const std::string ours = Content(options_.connection.ca_file);
  const TestAuthority another;
  options_.connection.ca_file = Write("another_ca.pem", Content(another.Path("ca.pem")));
  Write("ca.pem", ours);
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kUnauthenticated, "kafka.ca_file"));
}

TEST_F(KafkaAccessTest, ABrokerWithACertificateOfAnotherNameIsNotBelieved) {
  options_.connection.brokers = absl::StrCat("127.0.0.1:", SecurePort());
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kUnauthenticated, "kafka.ca_file"));
}

TEST_F(KafkaAccessTest, AUserWithoutRightsIsToldToAskForThem) {
  options_.connection.user = "nobody";
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kPermissionDenied, "ACL"));
}

TEST_F(KafkaAccessTest, PlaintextIsKeptOnTheLoopback) {
  options_.connection.protocol = KafkaConnection::Protocol::kPlaintext;
  for (const char* brokers : {"kafka.example:9092", "127.kafka.example:9092", "127.0.0.1:9092,10.0.0.1:9092"}) {
    options_.connection.brokers = brokers;
    EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument, "kafka.protocol"));
  }
}

}  // namespace
}  // namespace sip

// Whom the service takes a call for that came through a proxy: unit by unit, and through real channels in server_test.cc.
#include "libs/rpc/edge.h"

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/testing/test_authority.h"

namespace sip {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ContentOf(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

std::string Escaped(const std::string& pem) {
  std::string escaped;
  for (const char c : pem) absl::StrAppend(&escaped, "%", absl::BytesToHexString(std::string(1, c)));
  return escaped;
}

class EdgeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    authority_.Issue("nord", "DNS:client.example,URI:sip:agency:region-nord");
    auto edge = TrustedEdge::Create("front", ContentOf(authority_.Path("ca.pem")));
    ASSERT_TRUE(edge.ok()) << edge.status();
    edge_ = *std::move(edge);
  }

  std::string ErrorOf(const std::string& escaped, absl::Time now = SystemClock().Now()) const {
    const auto uris = edge_->UrisOfClient(escaped, now);
    EXPECT_EQ(uris.status().code(), absl::StatusCode::kUnauthenticated);
    return std::string(uris.status().message());
  }

  TestAuthority authority_;
  std::unique_ptr<const TrustedEdge> edge_;
};

TEST_F(EdgeTest, IsKnownByExactlyItsUri) {
  EXPECT_TRUE(edge_->Is({"sip:edge:front"}));
  EXPECT_TRUE(edge_->Is({"sip:agency:region-nord", "sip:edge:front"}));
  EXPECT_FALSE(edge_->Is({}));
  EXPECT_FALSE(edge_->Is({"sip:edge:", "sip:edge:front2", "sip:edge:fron", "sip:agency:front", "SIP:EDGE:front", "front"}));
}

TEST_F(EdgeTest, ReadsTheUrisOfTheClientsCertificate) {
  const auto uris = edge_->UrisOfClient(Escaped(ContentOf(authority_.Path("nord.pem"))), SystemClock().Now());
  ASSERT_TRUE(uris.ok()) << uris.status();
  EXPECT_THAT(*uris, ElementsAre("sip:agency:region-nord"));
}

// Who is named twice is named not at all: that is decided by whoever gets all of them.
TEST_F(EdgeTest, ReadsAllUrisOfTheClientsCertificate) {
  authority_.Issue("two", "URI:sip:agency:region-nord,URI:sip:agency:kommun-a");
  const auto uris = edge_->UrisOfClient(Escaped(ContentOf(authority_.Path("two.pem"))), SystemClock().Now());
  ASSERT_TRUE(uris.ok()) << uris.status();
  EXPECT_THAT(*uris, ElementsAre("sip:agency:region-nord", "sip:agency:kommun-a"));
}

TEST_F(EdgeTest, RefusesWhatIsNoCertificate) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("no client certificate"));
  const std::string pem = ContentOf(authority_.Path("nord.pem"));
  for (const std::string& text : {std::string("region-nord"), std::string("%"), std::string("%2"), std::string("%zz"),
                                  Escaped(pem.substr(0, pem.size() / 2)), Escaped(ContentOf(authority_.Path("nord.key")))}) {
    EXPECT_THAT(ErrorOf(text), HasSubstr("is no certificate")) << text;
  }
  // Before and behind a certificate there may be other text, but none that is badly escaped.
  for (const std::string& text :
       {absl::StrCat("%zz%0A", Escaped(pem)), absl::StrCat(Escaped(pem), "%"), absl::StrCat(Escaped(pem), "%2")}) {
    EXPECT_THAT(ErrorOf(text), HasSubstr("is no certificate")) << text;
  }
  EXPECT_THAT(ErrorOf(std::string(1 << 20, 'a')), HasSubstr("too long"));
}

TEST_F(EdgeTest, RefusesACertificateThatIsNotOfTheAuthorities) {
  authority_.SelfSign("forged", "URI:sip:agency:region-nord");
  EXPECT_THAT(ErrorOf(Escaped(ContentOf(authority_.Path("forged.pem")))), HasSubstr("self-signed"));
}

TEST_F(EdgeTest, RefusesACertificateThatIsOutOfDate) {
  const std::string nord = Escaped(ContentOf(authority_.Path("nord.pem")));
  EXPECT_THAT(ErrorOf(nord, SystemClock().Now() + absl::Hours(24 * 30)), HasSubstr("expired"));
  EXPECT_THAT(ErrorOf(nord, SystemClock().Now() - absl::Hours(24 * 30)), HasSubstr("not yet valid"));
}

TEST_F(EdgeTest, RefusesANameOrAuthoritiesThatCannotBe) {
  const std::string authorities = ContentOf(authority_.Path("ca.pem"));
  EXPECT_TRUE(TrustedEdge::Create(std::string(100, 'a'), authorities).ok());
  for (const std::string& name : {std::string(), std::string("with blank"), std::string("å"), std::string(101, 'a')}) {
    EXPECT_THAT(std::string(TrustedEdge::Create(name, authorities).status().message()), HasSubstr("tls.edge is what follows"));
  }
  EXPECT_THAT(std::string(TrustedEdge::Create("front", "no certificate").status().message()), HasSubstr("tls.client_ca_file"));
}

}  // namespace
}  // namespace sip

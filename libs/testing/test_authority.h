// An authority for the certificates of a test, made with the openssl command in testing::TempDir().
#ifndef SIP_LIBS_TESTING_TEST_AUTHORITY_H_
#define SIP_LIBS_TESTING_TEST_AUTHORITY_H_

#include <memory>
#include <string>

#include "grpcpp/security/credentials.h"

namespace sip {

// A command that fails fails the test.
class TestAuthority {
 public:
  TestAuthority();

  // Makes <name>.key and <name>.pem with these subject alternative names, such as "URI:sip:agency:region-nord".
  void Issue(const std::string& name, const std::string& alternative_names) const;
  // The same without the authority: only the certificate itself vouches for it.
  void SelfSign(const std::string& name, const std::string& alternative_names) const;
  // Where "ca.pem", "<name>.key" and "<name>.pem" lie.
  std::string Path(const std::string& file) const;
  // Trusts the authority, and shows the certificate of that name; empty: none.
  std::shared_ptr<grpc::ChannelCredentials> ClientCredentials(const std::string& name) const;
};

}  // namespace sip

#endif  // SIP_LIBS_TESTING_TEST_AUTHORITY_H_

#include "libs/testing/test_authority.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sip {
namespace {

constexpr char kNewKey[] = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

void RunOpenssl(const std::string& arguments) {
  ASSERT_EQ(std::system(absl::StrCat("openssl ", arguments, " 2>/dev/null").c_str()), 0) << arguments;
}

std::string FileContent(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

}  // namespace

TestAuthority::TestAuthority() {
  RunOpenssl(absl::StrCat("req -x509 ", kNewKey, " -keyout ", Path("ca.key"), " -out ", Path("ca.pem"),
                          " -days 2 -subj /CN=test-authority"));
}

void TestAuthority::SelfSign(const std::string& name, const std::string& alternative_names) const {
  RunOpenssl(absl::StrCat("req -x509 ", kNewKey, " -keyout ", Path(name), ".key -out ", Path(name), ".pem -days 2 -subj /CN=", name,
                          " -addext subjectAltName=", alternative_names));
}

std::string TestAuthority::Path(const std::string& file) const { return absl::StrCat(testing::TempDir(), "/", file); }

void TestAuthority::Issue(const std::string& name, const std::string& alternative_names) const {
  const std::string file = Path(name);
  std::ofstream(file + ".ext") << "subjectAltName=" << alternative_names << "\n";
  RunOpenssl(absl::StrCat("req ", kNewKey, " -keyout ", file, ".key -out ", file, ".csr -subj /CN=", name));
  RunOpenssl(absl::StrCat("x509 -req -in ", file, ".csr -CA ", Path("ca.pem"), " -CAkey ", Path("ca.key"), " -CAcreateserial -out ",
                          file, ".pem -days 2 -extfile ", file, ".ext"));
}

std::shared_ptr<grpc::ChannelCredentials> TestAuthority::ClientCredentials(const std::string& name) const {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = FileContent(Path("ca.pem"));
  if (!name.empty()) {
    options.pem_private_key = FileContent(Path(name + ".key"));
    options.pem_cert_chain = FileContent(Path(name + ".pem"));
  }
  return grpc::SslCredentials(options);
}

}  // namespace sip

#include "libs/rpc/edge.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"

namespace sip {
namespace {

// A certificate is 1 to 3 KiB.
constexpr size_t kMaxEscapedBytes = 16 << 10;
constexpr size_t kMaxNameBytes = 100;
// What lies between a root and a client, at most.
constexpr int kMaxDepth = 4;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

Bio BioOf(absl::string_view text) {
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  SIP_CHECK(bio != nullptr);
  return bio;
}

// The next certificate; null at the end, and where there is something else.
Certificate ReadCertificate(BIO* bio) {
  Certificate certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
  // Otherwise the next one to look at this thread's errors, such as the TLS of gRPC, takes them for its own.
  ERR_clear_error();
  return certificate;
}

std::optional<std::string> Unescaped(absl::string_view escaped) {
  std::string text;
  text.reserve(escaped.size());
  for (size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '%') {
      text.push_back(escaped[i]);
      continue;
    }
    const absl::string_view digits = escaped.substr(i + 1, 2);
    const auto is_hex = [](unsigned char c) { return absl::ascii_isxdigit(c); };
    if (digits.size() != 2 || !std::all_of(digits.begin(), digits.end(), is_hex)) return std::nullopt;
    text += absl::HexStringToBytes(digits);
    i += 2;
  }
  return text;
}

std::vector<std::string> UrisOf(const X509& certificate) {
  std::vector<std::string> uris;
  const Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  ERR_clear_error();
  if (names == nullptr) return uris;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* const uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)), static_cast<size_t>(ASN1_STRING_length(uri)));
  }
  return uris;
}

class OpensslEdge final : public TrustedEdge {
 public:
  OpensslEdge(std::string uri, Store authorities) : uri_(std::move(uri)), authorities_(std::move(authorities)) {}

  bool Is(const std::vector<std::string>& uris) const override { return std::find(uris.begin(), uris.end(), uri_) != uris.end(); }

  absl::StatusOr<std::vector<std::string>> UrisOfClient(absl::string_view escaped_pem, absl::Time now) const override {
    if (escaped_pem.empty()) return absl::UnauthenticatedError("The edge has passed no client certificate on.");
    if (escaped_pem.size() > kMaxEscapedBytes) {
      return absl::UnauthenticatedError("The client certificate that the edge has passed on is too long.");
    }
    const std::optional<std::string> pem = Unescaped(escaped_pem);
    const Certificate certificate = pem.has_value() ? ReadCertificate(BioOf(*pem).get()) : nullptr;
    if (certificate == nullptr) return absl::UnauthenticatedError("What the edge has passed on is no certificate.");
    SIP_RETURN_IF_ERROR(Verify(*certificate, now));
    return UrisOf(*certificate);
  }

 private:
  absl::Status Verify(X509& certificate, absl::Time now) const {
    const StoreContext context(X509_STORE_CTX_new());
    SIP_CHECK(context != nullptr && X509_STORE_CTX_init(context.get(), authorities_.get(), &certificate, nullptr) == 1);
    X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT);
    X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(parameters, absl::ToTimeT(now));
    X509_VERIFY_PARAM_set_depth(parameters, kMaxDepth);
    const bool verified = X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    if (verified) return absl::OkStatus();
    return absl::UnauthenticatedError(absl::StrCat("The client certificate that the edge has passed on is not accepted: ",
                                                   X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())), "."));
  }

  const std::string uri_;
  const Store authorities_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<const TrustedEdge>> TrustedEdge::Create(absl::string_view name, const std::string& client_ca_pem) {
  const auto is_graph = [](unsigned char c) { return absl::ascii_isgraph(c); };
  if (name.empty() || name.size() > kMaxNameBytes || !std::all_of(name.begin(), name.end(), is_graph)) {
    return absl::InvalidArgumentError(absl::StrCat("tls.edge is what follows ", kEdgeUriPrefix, " in the edge's certificate: 1 to ",
                                                   kMaxNameBytes, " characters of ASCII without blanks"));
  }
  Store authorities(X509_STORE_new());
  SIP_CHECK(authorities != nullptr);
  const Bio bio = BioOf(client_ca_pem);
  bool any = false;
  while (const Certificate certificate = ReadCertificate(bio.get())) {
    SIP_CHECK(X509_STORE_add_cert(authorities.get(), certificate.get()) == 1);
    any = true;
  }
  if (!any) return absl::InvalidArgumentError("tls.client_ca_file holds no certificate that tls.edge could verify clients by");
  return std::make_unique<const OpensslEdge>(absl::StrCat(kEdgeUriPrefix, name), std::move(authorities));
}

}  // namespace sip

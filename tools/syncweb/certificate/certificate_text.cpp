// SPDX-License-Identifier: MIT
#include "tools/syncweb/certificate/certificate_text.hpp"

#include <array>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <memory>
#include <type_traits>

#include "tools/syncweb/certificate/der.hpp"

namespace isletime::syncweb {
namespace {

using der::element;
using der::Tag;

// Object identifiers in DER.
constexpr std::string_view kEcdsaWithSha256{"\x2a\x86\x48\xce\x3d\x04\x03\x02", 8};  // RFC 5758, section 3.2
constexpr std::string_view kCommonName{"\x55\x04\x03", 3};
constexpr std::string_view kKeyUsage{"\x55\x1d\x0f", 3};  // RFC 5280, section 4.2.1
constexpr std::string_view kSubjectAltName{"\x55\x1d\x11", 3};
constexpr std::string_view kBasicConstraints{"\x55\x1d\x13", 3};
constexpr std::string_view kExtendedKeyUsage{"\x55\x1d\x25", 3};
constexpr std::string_view kServerAuth{"\x2b\x06\x01\x05\x05\x07\x03\x01", 8};

struct Free {
  void operator()(gnutls_privkey_t key) const { gnutls_privkey_deinit(key); }
  void operator()(gnutls_x509_privkey_t key) const { gnutls_x509_privkey_deinit(key); }
  void operator()(gnutls_pubkey_t key) const { gnutls_pubkey_deinit(key); }
  void operator()(gnutls_x509_crt_t certificate) const { gnutls_x509_crt_deinit(certificate); }
};
template <class Handle>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Free>;

template <class Handle>
Owned<Handle> made_by(int (*init)(Handle*)) {
  Handle handle = nullptr;
  return Owned<Handle>{init(&handle) == 0 ? handle : nullptr};
}

gnutls_datum_t datum_of(std::string_view text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  return {const_cast<unsigned char*>(bytes), static_cast<unsigned>(text.size())};
}

// Takes what GnuTLS has allocated, which may be a secret.
std::string taken(gnutls_datum_t& datum) {
  std::string text{reinterpret_cast<const char*>(datum.data), datum.size};
  gnutls_memset(datum.data, 0, datum.size);
  gnutls_free(datum.data);
  return text;
}

std::string address_bytes(IpAddress address) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(address.high >> shift & 0xff);
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(address.low >> shift & 0xff);
  return address.is_v4() ? bytes.substr(12) : bytes;
}

std::string extension(std::string_view identifier, bool is_critical, std::string_view value) {
  return element(Tag::kSequence, {element(Tag::kObjectIdentifier, identifier),
                                  is_critical ? element(Tag::kBoolean, "\xff") : std::string{},
                                  element(Tag::kOctetString, value)});
}

constexpr std::uint8_t kDnsName = 2;  // RFC 5280, section 4.2.1.6
constexpr std::uint8_t kIpAddress = 7;

std::string alternative_names(const CertificateNames& names) {
  std::string list;
  for (const std::string& name : names.names) list += element(der::context_tag(kDnsName, false), name);
  for (const IpAddress address : names.addresses)
    list += element(der::context_tag(kIpAddress, false), address_bytes(address));
  return element(Tag::kSequence, list);
}

std::string extensions(const CertificateNames& names) {
  const std::string server_auth = element(Tag::kSequence, element(Tag::kObjectIdentifier, kServerAuth));
  const std::string digital_signature = der::bit_string("\x80", 7);
  const std::string all =
      extension(kBasicConstraints, true, element(Tag::kSequence, std::string_view{})) +  // not a CA
      extension(kKeyUsage, true, digital_signature) + extension(kExtendedKeyUsage, false, server_auth) +
      extension(kSubjectAltName, false, alternative_names(names));
  return element(der::context_tag(3, true), element(Tag::kSequence, all));
}

std::string signature_algorithm() {
  return element(Tag::kSequence, element(Tag::kObjectIdentifier, kEcdsaWithSha256));
}

// A Name of one attribute, the common name.
std::string distinguished_name(const std::string& common_name) {
  constexpr std::size_t kLongestCommonName = 64;  // RFC 5280, appendix A.1
  const std::string attribute =
      element(Tag::kSequence, {element(Tag::kObjectIdentifier, kCommonName),
                               element(Tag::kUtf8String, common_name.substr(0, kLongestCommonName))});
  return element(Tag::kSequence, element(Tag::kSet, attribute));
}

// Browsers refuse two certificates of one issuer with one serial number, so it is random.
std::optional<std::string> serial_number() {
  std::array<unsigned char, 16> bytes{};
  if (gnutls_rnd(GNUTLS_RND_NONCE, bytes.data(), bytes.size()) != 0) return std::nullopt;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x3f) | 0x40);  // positive, and without leading zeros
  return element(Tag::kInteger, std::string_view{reinterpret_cast<char*>(bytes.data()), bytes.size()});
}

std::string to_be_signed(const CertificateNames& names, const Validity& validity, const std::string& serial,
                         const std::string& public_key) {
  const std::string version_3 = element(der::context_tag(0, true), element(Tag::kInteger, "\x02"));
  const std::string name = distinguished_name(names.names.empty() ? "isletime" : names.names.front());
  const std::string period =
      element(Tag::kSequence, {der::time(validity.not_before), der::time(validity.not_after)});
  return element(Tag::kSequence, {version_3, serial, signature_algorithm(), name, period, name, public_key,
                                  extensions(names)});
}

struct NewKey {
  Owned<gnutls_privkey_t> key;
  std::string pem;
  std::string public_key;  // SubjectPublicKeyInfo in DER
};

std::optional<NewKey> make_key() {
  auto plain = made_by(gnutls_x509_privkey_init);
  auto key = made_by(gnutls_privkey_init);
  const auto public_key = made_by(gnutls_pubkey_init);
  gnutls_datum_t pem{};
  gnutls_datum_t public_der{};
  if (!plain || !key || !public_key ||
      gnutls_x509_privkey_generate(plain.get(), GNUTLS_PK_ECDSA,
                                   GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) != 0 ||
      gnutls_privkey_import_x509(key.get(), plain.get(), GNUTLS_PRIVKEY_IMPORT_COPY) != 0 ||
      gnutls_pubkey_import_privkey(public_key.get(), key.get(), 0, 0) != 0 ||
      gnutls_pubkey_export2(public_key.get(), GNUTLS_X509_FMT_DER, &public_der) != 0)
    return std::nullopt;
  std::string spki = taken(public_der);
  if (gnutls_x509_privkey_export2_pkcs8(plain.get(), GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN, &pem) !=
      0)
    return std::nullopt;
  return NewKey{std::move(key), taken(pem), std::move(spki)};
}

std::optional<std::string> signed_certificate(const NewKey& key, const std::string& content) {
  gnutls_datum_t signature{};
  const gnutls_datum_t data = datum_of(content);
  if (gnutls_privkey_sign_data(key.key.get(), GNUTLS_DIG_SHA256, 0, &data, &signature) != 0)
    return std::nullopt;
  const std::string whole =
      element(Tag::kSequence, {content, signature_algorithm(), der::bit_string(taken(signature))});
  const gnutls_datum_t whole_data = datum_of(whole);
  gnutls_datum_t pem{};
  if (gnutls_pem_base64_encode2("CERTIFICATE", &whole_data, &pem) != 0) return std::nullopt;
  return taken(pem);
}

// The validity is the fifth element of the signed part (RFC 5280, section 4.1).
std::optional<Validity> validity_in(std::string_view whole) {
  const auto certificate = der::take(whole);
  if (!certificate) return std::nullopt;
  std::string_view rest = certificate->content;
  const auto content = der::take(rest);
  if (!content) return std::nullopt;
  rest = content->content;
  for (int i = 0; i < 4; ++i) {
    if (!der::take(rest)) return std::nullopt;
  }
  const auto validity = der::take(rest);
  if (!validity || validity->tag != Tag::kSequence) return std::nullopt;
  rest = validity->content;
  const auto first = der::take(rest);
  const auto last = der::take(rest);
  const auto not_before = first ? der::parse_time(*first) : std::nullopt;
  const auto not_after = last ? der::parse_time(*last) : std::nullopt;
  if (!not_before || !not_after) return std::nullopt;
  return Validity{*not_before, *not_after};
}

std::optional<IpAddress> address_of_bytes(std::string_view bytes) {
  std::uint64_t words[2] = {0, 0};
  for (std::size_t i = 0; i < bytes.size() && i < 16; ++i)
    words[i / 8] = words[i / 8] << 8 | static_cast<std::uint8_t>(bytes[i]);
  if (bytes.size() == 4) return IpAddress::v4(static_cast<std::uint32_t>(words[0]));
  if (bytes.size() == 16) return IpAddress{words[0], words[1]};
  return std::nullopt;
}

CertificateNames names_in(gnutls_x509_crt_t certificate) {
  constexpr unsigned kMostNames = 256;
  CertificateNames names;
  for (unsigned i = 0; i < kMostNames; ++i) {
    std::array<char, 256> name{};
    std::size_t size = name.size();
    const int type = gnutls_x509_crt_get_subject_alt_name(certificate, i, name.data(), &size, nullptr);
    if (type < 0) break;
    const std::string_view value{name.data(), size};
    if (type == GNUTLS_SAN_DNSNAME) names.names.emplace_back(value.substr(0, value.find('\0')));
    if (type != GNUTLS_SAN_IPADDRESS) continue;
    if (const auto address = address_of_bytes(value)) names.addresses.push_back(*address);
  }
  return names;
}

bool is_pair(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key) {
  std::array<unsigned char, 64> of_certificate{};
  std::array<unsigned char, 64> of_key{};
  std::size_t certificate_size = of_certificate.size();
  std::size_t key_size = of_key.size();
  return gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256, of_certificate.data(),
                                    &certificate_size) == 0 &&
         gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, of_key.data(), &key_size) == 0 &&
         certificate_size == key_size && of_certificate == of_key;
}

// Returns the block from its BEGIN to its END line; empty if it is not there.
std::string pem_block(const std::string& text, const std::string& label) {
  const std::string end_line = "-----END " + label + "-----\n";
  const auto begin = text.find("-----BEGIN " + label + "-----\n");
  const auto end = begin == std::string::npos ? begin : text.find(end_line, begin);
  return end == std::string::npos ? "" : text.substr(begin, end + end_line.size() - begin);
}

}  // namespace

std::optional<OwnCertificate> make_certificate(const CertificateNames& names, const Validity& validity) {
  auto key = make_key();
  const auto serial = serial_number();
  if (!key || !serial) return std::nullopt;
  auto certificate = signed_certificate(*key, to_be_signed(names, validity, *serial, key->public_key));
  if (!certificate) return std::nullopt;
  return OwnCertificate{{*std::move(certificate), std::move(key->pem)}, validity, names};
}

std::optional<OwnCertificate> parse_certificate(const std::string& text) {
  KeyPair pair{pem_block(text, "CERTIFICATE"), pem_block(text, "PRIVATE KEY")};
  const auto certificate = made_by(gnutls_x509_crt_init);
  const auto key = made_by(gnutls_x509_privkey_init);
  const gnutls_datum_t certificate_pem = datum_of(pair.certificate);
  const gnutls_datum_t key_pem = datum_of(pair.key);
  gnutls_datum_t exported{};
  if (!certificate || !key ||
      gnutls_x509_crt_import(certificate.get(), &certificate_pem, GNUTLS_X509_FMT_PEM) != 0 ||
      gnutls_x509_privkey_import_pkcs8(key.get(), &key_pem, GNUTLS_X509_FMT_PEM, nullptr,
                                       GNUTLS_PKCS_PLAIN) != 0 ||
      !is_pair(certificate.get(), key.get()) ||
      gnutls_x509_crt_export2(certificate.get(), GNUTLS_X509_FMT_DER, &exported) != 0)
    return std::nullopt;
  const auto validity = validity_in(taken(exported));
  if (!validity) return std::nullopt;
  return OwnCertificate{std::move(pair), *validity, names_in(certificate.get())};
}

}  // namespace isletime::syncweb

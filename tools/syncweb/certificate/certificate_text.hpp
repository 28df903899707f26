// SPDX-License-Identifier: MIT
// The hub's own certificate (X.509, RFC 5280; self-signed, ECDSA P-256) and its key, as PEM. It is for this
// server alone and vouches for no other, so that a phone that was told to trust it risks nothing else.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libsync/core/ip_address.hpp"

namespace isletime::syncweb {

using CertificateTime = std::chrono::sys_seconds;

struct KeyPair {
  std::string certificate;  // PEM
  std::string key;          // PEM, PKCS #8, not encrypted
};

struct Validity {
  CertificateTime not_before;
  CertificateTime not_after;
  bool operator==(const Validity&) const = default;
};

// The names and addresses for which the certificate is (subjectAltName).
struct CertificateNames {
  std::vector<std::string> names;  // of the DNS; the first is the subject
  std::vector<IpAddress> addresses;
  bool operator==(const CertificateNames&) const = default;
};

struct OwnCertificate {
  KeyPair pair;
  Validity validity;
  CertificateNames names;
};

// Makes a key and a certificate for it. Returns nothing if GnuTLS fails, such as without memory.
std::optional<OwnCertificate> make_certificate(const CertificateNames& names, const Validity& validity);

// Reads both from one text. Returns nothing if a part is missing or broken, or the key is another
// certificate's.
std::optional<OwnCertificate> parse_certificate(const std::string& text);

}  // namespace isletime::syncweb

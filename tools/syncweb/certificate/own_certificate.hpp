// SPDX-License-Identifier: MIT
// The hub's own certificate on the disk: certificate and key are one file of mode 0600, which is replaced as
// a whole, so no crash leaves a certificate with another's key.
#pragma once

#include <optional>
#include <string>

#include "libsync/core/result.hpp"
#include "libsync/posix/state_folder.hpp"
#include "tools/syncweb/certificate/certificate_text.hpp"
#include "tools/syncweb/certificate/renewal.hpp"

namespace isletime::syncweb {

inline constexpr const char* kCertificateFile = "certificate.pem";

struct CertificateInUse {
  OwnCertificate certificate;
  std::optional<std::string> notice;  // why it is a new one, as a clause
  std::optional<std::string>
      failure;  // why it could not be kept; it then serves until the end of the program
};

// Returns the certificate of the folder if it still serves, and otherwise makes and keeps a new one. To be
// called at the start, and again whenever reason_to_renew() says so. Without a folder, nothing is kept. Fails
// only if GnuTLS does.
Result<CertificateInUse, std::string> certificate_in_use(const StateFolder* folder,
                                                         const CertificateNames& wanted,
                                                         const KnownTime& time);

}  // namespace isletime::syncweb

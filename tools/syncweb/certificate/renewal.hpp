// SPDX-License-Identifier: MIT
// When a certificate begins and ends, and when it must be replaced. The hub's clock may be unset or wrong, so
// only times that are certainly past count: the build of this program, and the hub's time while it is
// reliable. Browsers remember that a person has accepted a certificate, so none is replaced without need.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>

#include "libsync/core/time_types.hpp"
#include "libsync/posix/interfaces.hpp"
#include "tools/syncweb/certificate/certificate_text.hpp"

namespace isletime::syncweb {

struct KnownTime {
  WallTime build;                    // of this program
  std::optional<WallTime> reliable;  // the hub's time, if it is reliable at the moment
};

inline constexpr std::chrono::days kLongestValidity{825};  // phones reject more
inline constexpr std::chrono::days kRenewedBefore{30};
// So that a phone whose clock is behind accepts a new certificate, too.
inline constexpr std::chrono::days kBackdated{2};

Validity validity_from(const KnownTime& time);

// Returns what the certificate must be for: the names (see own_names()), "localhost", the addresses of
// loopback, and all own addresses but those of IPv6 that others assign, which would change daily.
CertificateNames wanted_names(std::span<const std::string> names, std::span<const InterfaceAddress> own);

// Returns why a new certificate is due as a clause, or nothing. Names and addresses that are no longer ours
// are no reason: interfaces come and go.
std::optional<std::string> reason_to_renew(const OwnCertificate& certificate, const CertificateNames& wanted,
                                           const KnownTime& time);

// Returns the wanted names, and of the earlier addresses as many as a certificate should have: an interface
// that comes back should need no other certificate.
CertificateNames with_earlier_addresses(CertificateNames wanted, const CertificateNames& earlier);

}  // namespace isletime::syncweb

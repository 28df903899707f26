// SPDX-License-Identifier: MIT
#include "tools/syncweb/certificate/renewal.hpp"

#include <algorithm>

namespace isletime::syncweb {
namespace {

constexpr std::size_t kMostAddresses = 32;

CertificateTime whole_seconds(WallTime time) {
  return CertificateTime{std::chrono::floor<seconds>(time.time_since_epoch())};
}

CertificateTime certainly_past(const KnownTime& time) {
  const WallTime latest = time.reliable ? std::max(time.build, *time.reliable) : time.build;
  return whole_seconds(latest);
}

template <class Value>
bool is_listed(const std::vector<Value>& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

template <class Value>
bool are_listed(const std::vector<Value>& values, const std::vector<Value>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const Value& value) { return is_listed(values, value); });
}

bool is_lasting(IpAddress address) {
  return address.is_v4() || (is_private(address) && !address.is_link_local_v6());
}

}  // namespace

Validity validity_from(const KnownTime& time) {
  const CertificateTime begin = certainly_past(time) - kBackdated;
  return {begin, begin + kLongestValidity - seconds{1}};  // both ends count (RFC 5280, section 4.1.2.5)
}

CertificateNames wanted_names(std::span<const std::string> names, std::span<const InterfaceAddress> own) {
  CertificateNames wanted;
  wanted.names.assign(names.begin(), names.end());
  wanted.names.emplace_back("localhost");
  wanted.addresses = {IpAddress::v4(0x7f00'0001), IpAddress{0, 1}};
  for (const InterfaceAddress& address : own) {
    if (wanted.addresses.size() == kMostAddresses) break;
    if (is_lasting(address.address) && !is_listed(wanted.addresses, address.address))
      wanted.addresses.push_back(address.address);
  }
  return wanted;
}

std::optional<std::string> reason_to_renew(const OwnCertificate& certificate, const CertificateNames& wanted,
                                           const KnownTime& time) {
  if (!are_listed(certificate.names.names, wanted.names)) return "the hub has another name";
  if (!are_listed(certificate.names.addresses, wanted.addresses)) return "the hub has another address";
  if (certainly_past(time) >= certificate.validity.not_after - kRenewedBefore) return "it ends soon";
  // It was made while a time in the future was taken for reliable.
  if (time.reliable && whole_seconds(*time.reliable) < certificate.validity.not_before)
    return "it begins in the future";
  if (certificate.validity.not_after - certificate.validity.not_before >= kLongestValidity)
    return "phones reject one that is valid for so long";
  return std::nullopt;
}

CertificateNames with_earlier_addresses(CertificateNames wanted, const CertificateNames& earlier) {
  for (const IpAddress address : earlier.addresses) {
    if (wanted.addresses.size() < kMostAddresses && !is_listed(wanted.addresses, address))
      wanted.addresses.push_back(address);
  }
  return wanted;
}

}  // namespace isletime::syncweb

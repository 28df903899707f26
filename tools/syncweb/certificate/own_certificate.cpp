// SPDX-License-Identifier: MIT
#include "tools/syncweb/certificate/own_certificate.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "libsync/posix/state_file.hpp"

namespace isletime::syncweb {
namespace {

constexpr std::size_t kLargestCertificateFile = 65'536;

struct KeptCertificate {
  std::optional<OwnCertificate> certificate;
  std::optional<std::string> fault;  // why it cannot be used
};

// A key that others could read is no longer a secret.
bool is_secret(const StateFolder& folder) {
  struct stat status {};
  return fstatat(folder.descriptor(), kCertificateFile, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

KeptCertificate read_kept(const StateFolder& folder) {
  const auto content = read_state_file(folder, kCertificateFile, kLargestCertificateFile);
  if (!content) return {std::nullopt, "the file of the old one " + to_string(content.error())};
  if (!*content) return {std::nullopt, "there was none"};
  if (!is_secret(folder)) return {std::nullopt, "others could read the key of the old one"};
  auto certificate = parse_certificate(**content);
  if (!certificate) return {std::nullopt, "the file of the old one is broken"};
  return {std::move(certificate), std::nullopt};
}

std::optional<std::string> keep_certificate(const StateFolder& folder, const KeyPair& pair) {
  const auto error = replace_state_file(folder, kCertificateFile, pair.certificate + pair.key, kOnlyForOwner);
  if (!error) return std::nullopt;
  return folder.path() + '/' + kCertificateFile + ": " + to_string(*error);
}

}  // namespace

Result<CertificateInUse, std::string> certificate_in_use(const StateFolder* folder,
                                                         const CertificateNames& wanted,
                                                         const KnownTime& time) {
  KeptCertificate kept;
  if (folder != nullptr) kept = read_kept(*folder);
  std::optional<std::string> reason = kept.fault;
  if (kept.certificate) {
    reason = reason_to_renew(*kept.certificate, wanted, time);
    if (!reason) return CertificateInUse{*std::move(kept.certificate), std::nullopt, std::nullopt};
  }
  const CertificateNames names =
      kept.certificate ? with_earlier_addresses(wanted, kept.certificate->names) : wanted;
  auto made = make_certificate(names, validity_from(time));
  if (!made) return Unexpected{std::string{"GnuTLS cannot make a certificate"}};
  auto failure = folder == nullptr ? std::nullopt : keep_certificate(*folder, made->pair);
  return CertificateInUse{*std::move(made), std::move(reason), std::move(failure)};
}

}  // namespace isletime::syncweb

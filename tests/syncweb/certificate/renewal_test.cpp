// SPDX-License-Identifier: MIT
#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"
#include "tests/syncweb/access/request_to_hub.hpp"
#include "tools/syncweb/certificate/own_certificate.hpp"

namespace isletime::syncweb::renewal_test {
namespace {

using std::chrono::days;

constexpr WallTime kBuild{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}.time_since_epoch()};
constexpr KnownTime kUnset{kBuild, std::nullopt};

constexpr KnownTime reliable_at(WallTime time) {
  return {kBuild, time};
}

CertificateTime in_seconds(WallTime time) {
  return CertificateTime{std::chrono::duration_cast<seconds>(time.time_since_epoch())};
}

CertificateNames names_of_hub() {
  const std::vector<std::string> names{"hub", "hub.local"};
  const std::vector<InterfaceAddress> own{address_on("lo", "127.0.0.1", "127.0.0.0/8"),
                                          address_on("ap0", "192.168.4.1", "192.168.4.0/24")};
  return wanted_names(names, own);
}

OwnCertificate made_at(const KnownTime& time) {
  return {{}, validity_from(time), names_of_hub()};
}

std::optional<std::string> reason(const OwnCertificate& certificate, const KnownTime& time) {
  return reason_to_renew(certificate, names_of_hub(), time);
}

TEST(Validity, OfAnUnsetClockBeginsBeforeTheBuild) {
  const Validity validity = validity_from(kUnset);
  EXPECT_EQ(validity.not_before, in_seconds(kBuild) - days{2});
}

TEST(Validity, OfAnOldBuildBeginsBeforeTheReliableTime) {
  const WallTime later = kBuild + days{5 * 365};
  EXPECT_EQ(validity_from(reliable_at(later)).not_before, in_seconds(later) - days{2});
}

TEST(Validity, NeverBeginsBeforeTheBuildWhateverTheHubBelieves) {
  EXPECT_EQ(validity_from(reliable_at(WallTime{})), validity_from(kUnset));
}

// Both ends count (RFC 5280, section 4.1.2.5), so 825 days less a second are 825 days.
TEST(Validity, Is825Days) {
  const Validity validity = validity_from(kUnset);
  EXPECT_EQ(validity.not_after - validity.not_before, days{825} - seconds{1});
}

TEST(Renewal, IsNotDueWhileTheCertificateServes) {
  const OwnCertificate certificate = made_at(kUnset);
  EXPECT_FALSE(reason(certificate, kUnset));
  EXPECT_FALSE(reason(certificate, reliable_at(kBuild + days{700})));
}

TEST(Renewal, IsDueThirtyDaysBeforeTheEndByATimeThatIsCertain) {
  const OwnCertificate certificate = made_at(kUnset);
  const WallTime end = kBuild + days{823} - seconds{1};
  EXPECT_FALSE(reason(certificate, reliable_at(end - days{30} - seconds{1})));
  EXPECT_TRUE(reason(certificate, reliable_at(end - days{30})));
  EXPECT_FALSE(reason(made_at(reliable_at(end)), reliable_at(end))) << "the new one serves";
}

TEST(Renewal, IsDueWhenANewerProgramWasBuiltPastTheEnd) {
  const OwnCertificate certificate = made_at(kUnset);
  EXPECT_TRUE(reason(certificate, {kBuild + days{800}, std::nullopt}));
}

TEST(Renewal, IsNeverDueToAnUnsetClock) {
  const OwnCertificate certificate = made_at(reliable_at(kBuild + days{4000}));
  EXPECT_FALSE(reason(certificate, kUnset));
}

TEST(Renewal, OfOneThatWasMadeByAClockFarAheadIsDueOnceTheTimeIsKnown) {
  const OwnCertificate certificate = made_at(reliable_at(kBuild + days{4000}));
  EXPECT_TRUE(reason(certificate, reliable_at(kBuild + days{1})));
}

TEST(Renewal, IsDueWhenTheHubGetsAnotherNameOrAddress) {
  const OwnCertificate certificate = made_at(kUnset);
  CertificateNames wanted = names_of_hub();
  wanted.names.emplace_back("time.example.org");
  EXPECT_TRUE(reason_to_renew(certificate, wanted, kUnset));
  wanted = names_of_hub();
  wanted.addresses.push_back(address_of("10.0.0.5"));
  EXPECT_TRUE(reason_to_renew(certificate, wanted, kUnset));
}

TEST(Renewal, IsNotDueWhenAnInterfaceGoesAway) {
  OwnCertificate certificate = made_at(kUnset);
  certificate.names.addresses.push_back(address_of("10.0.0.5"));
  EXPECT_FALSE(reason(certificate, kUnset));
}

TEST(Renewal, OfOneThatPhonesRejectIsDue) {
  OwnCertificate certificate = made_at(kUnset);
  certificate.validity.not_after += seconds{1};
  EXPECT_TRUE(reason(certificate, kUnset));
}

TEST(WantedNames, AreOursThatLast) {
  const std::vector<std::string> names{"hub"};
  const std::vector<InterfaceAddress> own{address_on("lo", "127.0.0.1", "127.0.0.0/8"),
                                          address_on("ap0", "192.168.4.1", "192.168.4.0/24"),
                                          address_on("eth0", "fe80::5", "fe80::/64"),
                                          address_on("eth0", "2001:db8::5", "2001:db8::/64"),
                                          address_on("eth0", "fd00::5", "fd00::/64"),
                                          address_on("eth0", "203.0.113.5", "203.0.113.0/24"),
                                          address_on("wlan0", "192.168.4.1", "192.168.4.0/24")};
  const CertificateNames wanted = wanted_names(names, own);
  EXPECT_EQ(wanted.names, (std::vector<std::string>{"hub", "localhost"}));
  EXPECT_EQ(wanted.addresses,
            (std::vector<IpAddress>{address_of("127.0.0.1"), address_of("::1"), address_of("192.168.4.1"),
                                    address_of("fd00::5"), address_of("203.0.113.5")}));
}

TEST(WantedNames, KeepEarlierAddressesAsFarAsThereIsRoom) {
  CertificateNames earlier = names_of_hub();
  earlier.addresses.push_back(address_of("10.0.0.5"));
  EXPECT_EQ(with_earlier_addresses(names_of_hub(), earlier).addresses.back(), address_of("10.0.0.5"));
  for (std::uint32_t i = 0; i < 100; ++i) earlier.addresses.push_back(IpAddress::v4(0x0a00'0100 + i));
  EXPECT_EQ(with_earlier_addresses(names_of_hub(), earlier).addresses.size(), 32U);
}

class KeptCertificateFile : public testing::Test {
 protected:
  KeptCertificateFile() : folder_(StateFolder::open(scratch_.path("web"), geteuid())) {}

  Result<CertificateInUse, std::string> start(const KnownTime& time = kUnset) {
    return certificate_in_use(&*folder_, names_of_hub(), time);
  }
  std::string content() const { return scratch_.content("web/certificate.pem"); }
  mode_t mode() const {
    struct stat status {};
    stat(scratch_.path("web/certificate.pem").c_str(), &status);
    return status.st_mode & 07777;
  }

  fakes::ScratchFolder scratch_;
  Result<StateFolder, StateError> folder_;
};

TEST_F(KeptCertificateFile, IsMadeAtTheFirstStartAndKept) {
  const auto first = start();
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->notice);
  EXPECT_FALSE(first->failure);
  const auto second = start();
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->notice);
  EXPECT_EQ(second->certificate.pair.certificate, first->certificate.pair.certificate);
  EXPECT_EQ(second->certificate.pair.key, first->certificate.pair.key);
}

TEST_F(KeptCertificateFile, IsForItsOwnerAloneWhateverTheUmask) {
  const mode_t before = umask(0);
  ASSERT_TRUE(start());
  umask(before);
  EXPECT_EQ(mode(), 0600U);
}

TEST_F(KeptCertificateFile, ThatOthersCouldReadIsReplaced) {
  const auto first = start();
  chmod(scratch_.path("web/certificate.pem").c_str(), 0640);
  const auto second = start();
  ASSERT_TRUE(first && second);
  EXPECT_NE(second->certificate.pair.key, first->certificate.pair.key);
  EXPECT_EQ(mode(), 0600U);
}

TEST_F(KeptCertificateFile, IsReplacedWithItsKeyWhenItIsDue) {
  const auto first = start();
  const auto second = start(reliable_at(kBuild + days{800}));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->notice, "it ends soon");
  EXPECT_NE(second->certificate.pair.key, first->certificate.pair.key);
  EXPECT_EQ(content(), second->certificate.pair.certificate + second->certificate.pair.key);
  EXPECT_EQ(mode(), 0600U);
}

TEST_F(KeptCertificateFile, ThatIsTornIsReplaced) {
  ASSERT_TRUE(start());
  const std::string whole = content();
  for (const std::string& torn :
       {std::string{}, whole.substr(0, whole.size() / 2), std::string(100'000, 'x')}) {
    scratch_.write("web/certificate.pem", torn);
    const auto next = start();
    ASSERT_TRUE(next);
    EXPECT_TRUE(next->notice);
    EXPECT_FALSE(next->failure);
    EXPECT_TRUE(parse_certificate(content()));
  }
}

TEST_F(KeptCertificateFile, LeftHalfWrittenByAKilledProcessDoesNotCount) {
  const auto first = start();
  scratch_.write("web/certificate.pem.new", content().substr(0, 100));
  const auto second = start();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->certificate.pair.key, first->certificate.pair.key);
}

TEST_F(KeptCertificateFile, ThatIsASymbolicLinkIsNotFollowed) {
  scratch_.write("elsewhere", "x");
  ASSERT_EQ(symlink("../elsewhere", scratch_.path("web/certificate.pem").c_str()), 0);
  ASSERT_TRUE(start());
  EXPECT_EQ(scratch_.content("elsewhere"), "x");
  EXPECT_EQ(mode(), 0600U);
}

TEST_F(KeptCertificateFile, OnAFullDiskServesUntilTheEndAndTheOldOneStays) {
  const auto old = start();
  ASSERT_TRUE(old);
  const std::string before = content();
  // A file may have no bytes, so that writing one fails.
  const rlimit none{0, RLIM_INFINITY};
  rlimit usual{};
  getrlimit(RLIMIT_FSIZE, &usual);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &none);
  const auto next = start(reliable_at(kBuild + days{800}));
  setrlimit(RLIMIT_FSIZE, &usual);
  std::signal(SIGXFSZ, handler);
  ASSERT_TRUE(next);
  ASSERT_TRUE(next->failure);
  EXPECT_NE(next->failure->find("certificate.pem: write: "), std::string::npos) << *next->failure;
  EXPECT_NE(next->certificate.pair.key, old->certificate.pair.key);
  EXPECT_EQ(content(), before);
}

TEST_F(KeptCertificateFile, WithoutAFolderServesUntilTheEnd) {
  const auto certificate = certificate_in_use(nullptr, names_of_hub(), kUnset);
  ASSERT_TRUE(certificate);
  EXPECT_FALSE(certificate->failure);
  EXPECT_TRUE(
      parse_certificate(certificate->certificate.pair.certificate + certificate->certificate.pair.key));
}

}  // namespace
}  // namespace isletime::syncweb::renewal_test

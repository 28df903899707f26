// SPDX-License-Identifier: MIT
// OpenSSL's program reads what is made here, as an independent judge.
#include <cstdio>

#include <gtest/gtest.h>

#include "libsync/posix/socket_address.hpp"
#include "tests/fakes/scratch_folder.hpp"
#include "tools/syncweb/certificate/certificate_text.hpp"
#include "tools/syncweb/certificate/der.hpp"

namespace isletime::syncweb::certificate_test {
namespace {

using namespace std::chrono_literals;

constexpr CertificateTime kBegin = std::chrono::sys_days{std::chrono::year{2026} / 2 / 1} + 3h + 4min + 5s;
constexpr Validity kValidity{kBegin, kBegin + std::chrono::days{825} - 1s};

CertificateNames names_of_hub() {
  return {{"hub", "hub.local", "localhost"},
          {parse_address("127.0.0.1")->address, parse_address("::1")->address,
           parse_address("192.168.4.1")->address, parse_address("fd00::1")->address}};
}

const OwnCertificate& made() {
  static const OwnCertificate certificate = *make_certificate(names_of_hub(), kValidity);
  return certificate;
}

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  char part[4096];
  while (pipe != nullptr && std::fgets(part, sizeof part, pipe) != nullptr) text += part;
  if (pipe == nullptr || pclose(pipe) != 0) text += "(failed)";
  return text;
}

class Certificate : public testing::Test {
 protected:
  explicit Certificate(const OwnCertificate& certificate = made()) {
    scratch_.write("certificate.pem", certificate.pair.certificate);
    scratch_.write("key.pem", certificate.pair.key);
  }
  std::string x509(const std::string& options) const {
    return output_of("openssl x509 -noout -in " + scratch_.path("certificate.pem") + ' ' + options);
  }

  fakes::ScratchFolder scratch_;
};

TEST_F(Certificate, IsForAllNamesAndAddresses) {
  const std::string text = x509("-ext subjectAltName");
  EXPECT_NE(
      text.find("DNS:hub, DNS:hub.local, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, "
                "IP Address:192.168.4.1, IP Address:FD00:0:0:0:0:0:0:1"),
      std::string::npos)
      << text;
  EXPECT_NE(x509("-checkip 192.168.4.1").find("does match"), std::string::npos);
  EXPECT_NE(x509("-checkip 192.168.4.2").find("does NOT match"), std::string::npos);
  EXPECT_NE(x509("-checkhost hub.local").find("does match"), std::string::npos);
}

TEST_F(Certificate, IsValidAsLongAsItWasToBe) {
  EXPECT_EQ(x509("-startdate -enddate"),
            "notBefore=Feb  1 03:04:05 2026 GMT\nnotAfter=May  6 03:04:04 2028 GMT\n");
}

TEST_F(Certificate, IsOfVersion3AndP256AndSignedByItsOwnKey) {
  const std::string text = x509("-text");
  EXPECT_NE(text.find("Version: 3"), std::string::npos);
  EXPECT_NE(text.find("NIST CURVE: P-256"), std::string::npos);
  EXPECT_NE(text.find("Signature Algorithm: ecdsa-with-SHA256"), std::string::npos);
  const std::string file = scratch_.path("certificate.pem");
  EXPECT_EQ(
      output_of("openssl verify -attime 1770000000 -x509_strict -check_ss_sig -CAfile " + file + ' ' + file),
      file + ": OK\n");
}

TEST_F(Certificate, IsForAServerAndVouchesForNoOther) {
  const std::string text = x509("-text");
  EXPECT_NE(text.find("CA:FALSE"), std::string::npos);
  EXPECT_EQ(text.find("CA:TRUE"), std::string::npos);
  EXPECT_NE(text.find("TLS Web Server Authentication"), std::string::npos);
  EXPECT_NE(text.find("Digital Signature"), std::string::npos);
  EXPECT_EQ(text.find("Certificate Sign"), std::string::npos);
}

TEST_F(Certificate, BelongsToItsKey) {
  EXPECT_EQ(x509("-pubkey"), output_of("openssl pkey -pubout -in " + scratch_.path("key.pem")));
}

TEST_F(Certificate, IsReadAsItWasMade) {
  const auto read = parse_certificate(made().pair.certificate + made().pair.key);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->validity, kValidity);
  EXPECT_EQ(read->names, names_of_hub());
  EXPECT_EQ(read->pair.certificate, made().pair.certificate);
  EXPECT_EQ(read->pair.key, made().pair.key);
}

TEST_F(Certificate, HasASerialNumberOfItsOwn) {
  const auto other = make_certificate(names_of_hub(), kValidity);
  ASSERT_TRUE(other);
  scratch_.write("other.pem", other->pair.certificate);
  EXPECT_NE(x509("-serial"), output_of("openssl x509 -noout -serial -in " + scratch_.path("other.pem")));
  EXPECT_NE(other->pair.key, made().pair.key);
}

// RFC 5280, section 4.1.2.2. One of random bits is negative half of the time.
TEST_F(Certificate, HasAPositiveSerialNumber) {
  for (int i = 0; i < 8; ++i) {
    scratch_.write("other.pem", make_certificate(names_of_hub(), kValidity)->pair.certificate);
    const std::string serial = output_of("openssl x509 -noout -serial -in " + scratch_.path("other.pem"));
    EXPECT_EQ(serial.rfind("serial=", 0), 0U) << serial;
    EXPECT_EQ(serial.find('-'), std::string::npos) << serial;
  }
}

TEST_F(Certificate, WithTheKeyOfAnotherIsNone) {
  const auto other = make_certificate(names_of_hub(), kValidity);
  ASSERT_TRUE(other);
  EXPECT_FALSE(parse_certificate(made().pair.certificate + other->pair.key));
}

TEST_F(Certificate, TornOrGarbledIsNone) {
  const std::string whole = made().pair.certificate + made().pair.key;
  for (std::size_t size = 0; size + 1 < whole.size(); size += 7)
    EXPECT_FALSE(parse_certificate(whole.substr(0, size)));
  EXPECT_FALSE(parse_certificate(made().pair.certificate));
  EXPECT_FALSE(parse_certificate(made().pair.key));
  std::string garbled = whole;
  garbled[200] = '!';
  EXPECT_FALSE(parse_certificate(garbled));
}

class CertificateOf2049 : public Certificate {
 protected:
  static const OwnCertificate& over_2050() {
    constexpr CertificateTime begin = std::chrono::sys_days{std::chrono::year{2049} / 1 / 2};
    static const OwnCertificate certificate =
        *make_certificate(names_of_hub(), {begin, begin + std::chrono::days{825} - 1s});
    return certificate;
  }
  CertificateOf2049() : Certificate(over_2050()) {}
};

TEST_F(CertificateOf2049, IsRightPast2038And2050) {
  EXPECT_EQ(x509("-startdate -enddate"),
            "notBefore=Jan  2 00:00:00 2049 GMT\nnotAfter=Apr  6 23:59:59 2051 GMT\n");
  const auto read = parse_certificate(over_2050().pair.certificate + over_2050().pair.key);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->validity, over_2050().validity);
}

// RFC 5280, section 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on.
class CertificateOfNewYear2050 : public Certificate {
 protected:
  static const OwnCertificate& at_midnight() {
    constexpr CertificateTime begin = std::chrono::sys_days{std::chrono::year{2050} / 1 / 1} - 1s;
    static const OwnCertificate certificate = *make_certificate(names_of_hub(), {begin, begin + 1s});
    return certificate;
  }
  CertificateOfNewYear2050() : Certificate(at_midnight()) {}
};

TEST_F(CertificateOfNewYear2050, EndsInTheOtherFormOfTime) {
  EXPECT_EQ(x509("-startdate -enddate"),
            "notBefore=Dec 31 23:59:59 2049 GMT\nnotAfter=Jan  1 00:00:00 2050 GMT\n");
  const std::string parsed = output_of("openssl asn1parse -in " + scratch_.path("certificate.pem"));
  EXPECT_NE(parsed.find("UTCTIME           :491231235959Z"), std::string::npos) << parsed;
  EXPECT_NE(parsed.find("GENERALIZEDTIME   :20500101000000Z"), std::string::npos) << parsed;
}

TEST(Certificate64, OfANameLongerThanACommonNameMayBe) {
  CertificateNames names = names_of_hub();
  names.names.insert(names.names.begin(), std::string(63, 'a') + ".example.org");
  const auto certificate = make_certificate(names, kValidity);
  ASSERT_TRUE(certificate);
  const auto read = parse_certificate(certificate->pair.certificate + certificate->pair.key);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->names, names);
}

// ITU-T X.690, section 8.1.3: a length below 128 is one byte, a longer one says first in how many.
TEST(Der, LengthsAreAsShortAsTheyCanBe) {
  EXPECT_EQ(der::element(der::Tag::kOctetString, std::string(127, 'x')).substr(0, 3), "\x04\x7fx");
  EXPECT_EQ(der::element(der::Tag::kOctetString, std::string(128, 'x')).substr(0, 3), "\x04\x81\x80");
  EXPECT_EQ(der::element(der::Tag::kOctetString, std::string(256, 'x')).substr(0, 4),
            (std::string{"\x04\x82\x01\x00", 4}));
}

TEST(Der, TakesElementsOneAfterTheOther) {
  const std::string two =
      der::element(der::Tag::kInteger, "\x05") + der::element(der::Tag::kOctetString, std::string(300, 'x'));
  std::string_view rest = two;
  const auto first = der::take(rest);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->tag, der::Tag::kInteger);
  EXPECT_EQ(first->content, "\x05");
  const auto second = der::take(rest);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->content.size(), 300U);
  EXPECT_TRUE(rest.empty());
  EXPECT_FALSE(der::take(rest));
}

TEST(Der, AnElementLongerThanTheRestIsNone) {
  for (const std::string& bytes :
       {std::string{"\x04"}, std::string{"\x04\x02x"}, std::string{"\x04\x81", 2}, std::string{"\x04\x80x"},
        std::string{"\x04\x82\x01"}, std::string{"\x04\x84\xff\xff\xff\xff"}, std::string{"\x04\xffxxxx"}}) {
    std::string_view rest = bytes;
    EXPECT_FALSE(der::take(rest));
  }
}

// RFC 5280, section 4.1.2.5.
TEST(Der, TimesHaveTwoDigitsOfTheYearThrough2049) {
  const CertificateTime last = std::chrono::sys_days{std::chrono::year{2050} / 1 / 1} - 1s;
  EXPECT_EQ(der::time(last),
            "\x17\x0d"
            "491231235959Z");
  EXPECT_EQ(der::time(last + 1s),
            "\x18\x0f"
            "20500101000000Z");
  for (const CertificateTime time : {last, last + 1s, CertificateTime{}}) {
    const std::string bytes = der::time(time);
    std::string_view rest = bytes;
    EXPECT_EQ(der::parse_time(*der::take(rest)), time);
  }
}

TEST(Der, TimesThatAreNoneAreRefused) {
  for (const char* text : {"", "Z", "491231235959", "490231235959Z", "491231245959Z", "49123123595xZ",
                           "4912312359Z", "-91231235959Z", "20500101000000Z"}) {
    EXPECT_FALSE(der::parse_time({der::Tag::kUtcTime, text})) << text;
  }
  EXPECT_FALSE(der::parse_time({der::Tag::kGeneralizedTime, "491231235959Z"}));
  EXPECT_FALSE(der::parse_time({der::Tag::kInteger, "491231235959Z"}));
}

}  // namespace
}  // namespace isletime::syncweb::certificate_test

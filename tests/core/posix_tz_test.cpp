// SPDX-License-Identifier: MIT
#include "libsync/core/posix_tz.hpp"

#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "tests/core/vectors/posix_tz_vectors.hpp"

namespace isletime::vectors::posix_tz_test {
namespace {

static_assert(all_hold(kPosixTzChecks));

TEST(PosixTz, ChangesAsTzdataDoes) {
  EXPECT_EQ(first_failing<kChangesOf2026>(), kNone);
}

TEST(PosixTz, ReadsEachFormOfRule) {
  EXPECT_EQ(first_failing<kFormsOfRules>(), kNone);
}

TEST(PosixTz, RejectsBadNames) {
  EXPECT_EQ(first_failing<kBadZoneNames>(), kNone);
}

TEST(PosixTz, RejectsBadOffsets) {
  EXPECT_EQ(first_failing<kBadZoneOffsets>(), kNone);
}

TEST(PosixTz, RejectsDaylightSavingWithoutAGoodRule) {
  EXPECT_EQ(first_failing<kBadZoneRules>(), kNone);
}

TEST(PosixTz, TellsTheNextChange) {
  EXPECT_EQ(first_failing<kNextChanges>(), kNone);
}

TEST(PosixTz, ByDefaultIsUtc) {
  const PosixZone zone;
  EXPECT_EQ(local_time(zone, WallTime{seconds{5}}).abbreviation, "UTC");
  EXPECT_EQ(local_time(zone, WallTime{seconds{5}}).offset, 0);
}

// The C library reads the variable TZ, which is put back afterwards.
class Glibc : public testing::TestWithParam<const char*> {
 protected:
  Glibc() {
    if (const char* zone = std::getenv("TZ")) before_ = zone;
    setenv("TZ", GetParam(), 1);
    tzset();
  }
  ~Glibc() override {
    if (before_) {
      setenv("TZ", before_->c_str(), 1);
    } else {
      unsetenv("TZ");
    }
    tzset();
  }
  Glibc(const Glibc&) = delete;
  Glibc& operator=(const Glibc&) = delete;

 private:
  std::optional<std::string> before_;
};

std::string text_of(const CivilTime& civil, std::int32_t offset, bool is_daylight_saving,
                    std::string_view abbreviation) {
  const auto number = [](auto value) { return std::to_string(value) + " "; };
  return number(civil.date.year) + number(civil.date.month) + number(civil.date.day) + number(civil.hour) +
         number(civil.minute) + number(civil.second) + number(offset) + number(is_daylight_saving) +
         std::string{abbreviation};
}

std::string by_glibc(std::int64_t since_1970) {
  const std::time_t time = since_1970;
  std::tm tm{};
  localtime_r(&time, &tm);
  const CivilTime civil{
      {tm.tm_year + 1900, static_cast<std::uint8_t>(tm.tm_mon + 1), static_cast<std::uint8_t>(tm.tm_mday)},
      static_cast<std::uint8_t>(tm.tm_hour),
      static_cast<std::uint8_t>(tm.tm_min),
      static_cast<std::uint8_t>(tm.tm_sec),
      0};
  return text_of(civil, static_cast<std::int32_t>(tm.tm_gmtoff), tm.tm_isdst > 0, tm.tm_zone);
}

std::string by_us(const PosixZone& zone, std::int64_t since_1970) {
  const LocalTime local = local_time(zone, WallTime{seconds{since_1970}});
  return text_of(local.civil, local.offset, local.is_daylight_saving, local.abbreviation);
}

// From 1971 to 2200, at irregular instants and around each change that either of the two makes.
TEST_P(Glibc, AgreesOnLocalTimeForTwoCenturies) {
  const auto zone = parse_posix_tz(GetParam());
  ASSERT_TRUE(zone);
  constexpr std::int64_t kFrom = 31'536'000;
  constexpr std::int64_t kTo = 7'258'118'400;
  constexpr std::int64_t kPrimeNearAWeek = 604'801;
  for (std::int64_t at = kFrom; at < kTo; at += kPrimeNearAWeek) {
    ASSERT_EQ(by_us(*zone, at), by_glibc(at)) << at;
  }
  auto at = WallTime{seconds{kFrom}};
  while (const auto change = next_zone_change(*zone, at)) {
    const std::int64_t instant = std::chrono::floor<seconds>(change->time_since_epoch()).count();
    if (instant > kTo) break;
    ASSERT_EQ(by_us(*zone, instant - 1), by_glibc(instant - 1)) << instant;
    ASSERT_EQ(by_us(*zone, instant), by_glibc(instant)) << instant;
    at = *change;
  }
}

// The rules of all zones that tzdata 2025 has, and the southern hemisphere by Julian days.
INSTANTIATE_TEST_SUITE_P(
    PosixTz, Glibc,
    testing::Values("<+00>0<+02>-2,M3.5.0/1,M10.5.0/3", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
                    "<+11>-11<+12>,M10.1.0,M4.1.0/3", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
                    "<-01>1<+00>,M3.5.0/0,M10.5.0/1", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
                    "<-03>3<-02>,M3.2.0,M11.1.0", "<-04>4<-03>,M9.1.6/24,M4.1.6/24",
                    "<-06>6<-05>,M9.1.6/22,M4.1.6/22", "ACST-9:30ACDT,M10.1.0,M4.1.0/3",
                    "AEST-10AEDT,M10.1.0,M4.1.0/3", "CET-1CEST,M3.5.0,M10.5.0/3",
                    "CST5CDT,M3.2.0/0,M11.1.0/1", "EET-2EEST,M3.4.4/50,M10.4.4/50",
                    "EET-2EEST,M3.5.0/0,M10.5.0/0", "EET-2EEST,M3.5.0/3,M10.5.0/4",
                    "EET-2EEST,M4.5.5/0,M10.5.4/24", "EST5EDT,M3.2.0,M11.1.0", "GMT0BST,M3.5.0/1,M10.5.0",
                    "IST-1GMT0,M10.5.0,M3.5.0/1", "IST-2IDT,M3.4.4/26,M10.5.0", "NST3:30NDT,M3.2.0,M11.1.0",
                    "NZST-12NZDT,M9.5.0,M4.1.0/3", "PST8PDT,M3.2.0,M11.1.0", "EET-2EEST,M3.5.4/24,M10.5.5/1",
                    "AAA3BBB,J300,J60", "AAA-3BBB,300/-5:30:15,59/26", "<+14>-14", "JST-9", "UTC0"));

// Jordan has kept <+03>-3 since 2022; its rule of before is among those above ("EET-2EEST,M3.5.4/24,...").

TEST(PosixTz, ReadsWhateverBytesComeAndNeverFailsOnAnInstant) {
  constexpr std::string_view kAlphabet = "ABCz<>+-:/,.MJ0123456789 \0\xff";
  constexpr std::array<nanoseconds, 4> kInstants{nanoseconds::min(), nanoseconds::max(), nanoseconds{0},
                                                 seconds{1'774'746'000}};
  std::mt19937 random{1};
  int read = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text = "AAA0BBB,M3.5.0/2,M10.5.0/3";
    for (auto changes = random() % 6; changes > 0; --changes)
      text[random() % text.size()] = kAlphabet[random() % kAlphabet.size()];
    text.resize(random() % 8 == 0 ? random() % text.size() : text.size());
    const auto zone = parse_posix_tz(text);
    if (!zone) continue;
    ++read;
    for (const nanoseconds at : kInstants) {
      EXPECT_TRUE(is_valid(local_time(*zone, WallTime{at}).civil)) << text;
      const auto change = next_zone_change(*zone, WallTime{at});
      EXPECT_TRUE(!change || *change > WallTime{at}) << text;
    }
  }
  EXPECT_GT(read, 1000);
}

}  // namespace
}  // namespace isletime::vectors::posix_tz_test

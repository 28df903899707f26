// SPDX-License-Identifier: MIT
// The pace of a chip that is trimmed by correction pulses, against a model that applies them one by one.
#include <algorithm>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "libsync/drivers/rtc_chips.hpp"
#include "tests/fakes/rtc_model.hpp"

namespace isletime::rtc_trim_test {
namespace {

using std::chrono::milliseconds;

constexpr CivilTime kBegin{.date = {2026, 11, 21}, .hour = 12};

class Trimmed : public testing::TestWithParam<ChipModel> {
 protected:
  Trimmed() { bus_.attach(default_address(GetParam()), model_); }

  // Returns how far the chip strays from an even pace over six hours, from its fastest to its slowest.
  nanoseconds strays() {
    constexpr int kSixHours = 21'600;
    constexpr int kLong = 1000 * kSixHours;  // so that the pulses of a part of an interval hardly count
    const nanoseconds ahead = error();
    time_.now += seconds{kLong};
    const nanoseconds gained = error() - ahead;
    nanoseconds least = nanoseconds::max();
    nanoseconds most = nanoseconds::min();
    const nanoseconds begin = error();
    for (int i = 0; i < kSixHours; ++i) {
      const nanoseconds stray = error() - begin - gained * i / kLong;
      least = std::min(least, stray);
      most = std::max(most, stray);
      time_.now += seconds{1};
    }
    return most - least;
  }
  nanoseconds error() { return *model_.time_shown(time_.now) - time_.now; }

  fakes::TrueTime time_{seconds{7200 * 1000}};
  fakes::ModelBus bus_{time_};
  fakes::ModelChip model_{GetParam(), kBegin, time_.now};
  RtcChipHolder chip_{GetParam(), bus_, default_address(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(Rtc, Trimmed, testing::Values(ChipModel::kPcf85063a, ChipModel::kPcf8523),
                         [](const auto& tested) { return std::string{to_string(tested.param)}; });

// 43 steps in mode 0 are 43 pulses of 31 ms in two hours: the clock is up to 0.9 s off its pace.
TEST_P(Trimmed, KeepsAnEvenPace) {
  ASSERT_FALSE(chip_->set_trim({-43}));
  EXPECT_LE(strays(), milliseconds{40});
}

TEST_P(Trimmed, SaysHowFarItsPulsesHoldItOffItsPace) {
  for (const int steps : {-63, -60, -43, -30, -1, 0, 1, 17, 43, 61, 64}) {
    ASSERT_FALSE(chip_->set_trim({steps}));
    const auto ripple = chip_->ripple();
    ASSERT_TRUE(ripple);
    const nanoseconds strayed = strays();
    EXPECT_LE(strayed, 2 * ripple->value) << steps;
    EXPECT_GE(strayed + milliseconds{1}, ripple->value) << steps << ": no wider than it must be";
  }
}

// A kernel driver writes whichever mode is nearer.
TEST_P(Trimmed, InMode0IsReportedAndInTheRipple) {
  const std::uint8_t at = GetParam() == ChipModel::kPcf8523 ? 0x0e : 0x02;
  model_.poke(at, 43, time_.now);
  EXPECT_EQ(*chip_->trim(), TrimSteps{-46}) << "186.6 ppm";
  const auto report = chip_->inspect();
  ASSERT_EQ(report->findings().size(), 1U);
  EXPECT_EQ(report->findings()[0].fault, RegisterFault::kLumpyTrim);
  const nanoseconds strayed = strays();
  EXPECT_GT(strayed, milliseconds{800});
  EXPECT_LE(strayed, 2 * chip_->ripple()->value);
  ASSERT_FALSE(chip_->set_trim(*chip_->trim()));
  EXPECT_TRUE(chip_->inspect()->findings().empty());
}

}  // namespace
}  // namespace isletime::rtc_trim_test

// SPDX-License-Identifier: MIT
#include "libsync/drivers/chip_oscillator.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "libsync/drivers/rtc_chips.hpp"
#include "tests/fakes/rtc_model.hpp"

namespace isletime::chip_oscillator_test {
namespace {

class OscillatorOfEach : public testing::TestWithParam<ChipModel> {
 protected:
  fakes::TrueTime time_;
  fakes::ModelBus bus_{time_};
  RtcChipHolder chip_{GetParam(), bus_, default_address(GetParam())};
  const ChipOscillator& oscillator_ = chip_->oscillator();
};

INSTANTIATE_TEST_SUITE_P(Rtc, OscillatorOfEach, testing::ValuesIn(kChipModels),
                         [](const auto& tested) { return std::string{to_string(tested.param)}; });

// By the datasheets: what compensates for temperature, and what shows it.
TEST_P(OscillatorOfEach, IsCompensatedInTheChipsWithATcxo) {
  constexpr std::array kCompensated{ChipModel::kDs3231, ChipModel::kDs3232,  ChipModel::kRv8803,
                                    ChipModel::kRv3032, ChipModel::kPcf2127, ChipModel::kPcf2131};
  constexpr std::array kShowing{ChipModel::kDs3231, ChipModel::kDs3232, ChipModel::kRv3032};
  const auto is_in = [](const auto& models) {
    return std::find(models.begin(), models.end(), GetParam()) != models.end();
  };
  EXPECT_EQ(oscillator_.is_compensated, is_in(kCompensated));
  EXPECT_EQ(oscillator_.has_thermometer, is_in(kShowing));
}

TEST_P(OscillatorOfEach, HasAThermometerJustWhereTheChipShowsATemperature) {
  fakes::ModelChip model{GetParam(), {.date = {2026, 11, 21}}, time_.now};
  bus_.attach(default_address(GetParam()), model);
  const auto temperature = chip_->temperature();
  ASSERT_TRUE(temperature.has_value());
  EXPECT_EQ(temperature->has_value(), oscillator_.has_thermometer);
}

// A plain crystal has 20 ppm and -0.035 ppm/K^2 from 25 C down to -10 C; a DS3231M, the worse of its kind,
// has 5 ppm.
TEST_P(OscillatorOfEach, IsBoundByWhatItsDatasheetAllows) {
  constexpr double kParabola = 0.035 * 35 * 35;
  const bool is_fork = !oscillator_.is_compensated;
  const double tolerance = GetParam() == ChipModel::kRv3028 ? 1 : 20;
  const bool is_micro_crystal = GetParam() == ChipModel::kRv8803 || GetParam() == ChipModel::kRv3032;
  const double allowed = is_fork ? tolerance + kParabola : is_micro_crystal ? 3 : 5;
  const double bound = static_cast<double>(oscillator_.bound().scaled) / 65536;
  EXPECT_GE(bound, allowed);
  EXPECT_LE(bound, allowed + 25) << "ageing, the load and the soldering";
}

// The RV-8803 and the PCF2127 have one, too, and are not trimmed yet.
TEST_P(OscillatorOfEach, IsTrimmedWhereTheDatasheetHasAnOffsetRegister) {
  constexpr std::array kTrimmed{ChipModel::kDs3231,     ChipModel::kDs3232,  ChipModel::kPcf85063a,
                                ChipModel::kPcf85063tp, ChipModel::kPcf8523, ChipModel::kRv3028,
                                ChipModel::kMcp7940x,   ChipModel::kRv3032};
  const bool is_trimmed = std::find(kTrimmed.begin(), kTrimmed.end(), GetParam()) != kTrimmed.end();
  EXPECT_EQ(oscillator_.trim.has_value(), is_trimmed);
  EXPECT_EQ(chip_->trim().has_value(), false) << "nobody is on the bus";
}

TEST(UnknownOscillator, IsNoBetterThanAnyTuningFork) {
  EXPECT_GE(kUnknownOscillator.bound(), Ds1307Chip::kOscillator.bound());
  EXPECT_GE(kUnknownOscillator.bound(), Rv3028Chip::kOscillator.bound());
  EXPECT_FALSE(kUnknownOscillator.trim);
}

}  // namespace
}  // namespace isletime::chip_oscillator_test

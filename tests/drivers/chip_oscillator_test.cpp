// SPDX-License-Identifier: MIT
#include "libsync/drivers/chip_oscillator.hpp"

#include <gtest/gtest.h>

#include "libsync/drivers/rtc_chips.hpp"
#include "tests/fakes/rtc_model.hpp"

namespace isletime {
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

// Only the DS3231 has a TCXO and shows its temperature.
TEST_P(OscillatorOfEach, IsCompensatedInADs3231Alone) {
  EXPECT_EQ(oscillator_.is_compensated, GetParam() == ChipModel::kDs3231);
  EXPECT_EQ(oscillator_.has_thermometer, GetParam() == ChipModel::kDs3231);
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
  const double allowed = is_fork ? tolerance + kParabola : 5;
  const double bound = static_cast<double>(oscillator_.bound().scaled) / 65536;
  EXPECT_GE(bound, allowed);
  EXPECT_LE(bound, allowed + 25) << "ageing, the load and the soldering";
}

TEST_P(OscillatorOfEach, IsTrimmedWhereTheDatasheetHasAnOffsetRegister) {
  const bool has_none = GetParam() == ChipModel::kDs1307 || GetParam() == ChipModel::kDs1338 ||
                        GetParam() == ChipModel::kPcf8563;
  EXPECT_EQ(oscillator_.trim.has_value(), !has_none);
  EXPECT_EQ(chip_->trim().has_value(), false) << "nobody is on the bus";
}

TEST(UnknownOscillator, IsNoBetterThanAnyTuningFork) {
  EXPECT_GE(kUnknownOscillator.bound(), Ds1307Chip::kOscillator.bound());
  EXPECT_GE(kUnknownOscillator.bound(), Rv3028Chip::kOscillator.bound());
  EXPECT_FALSE(kUnknownOscillator.trim);
}

}  // namespace
}  // namespace isletime

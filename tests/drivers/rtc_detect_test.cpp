// SPDX-License-Identifier: MIT
#include "libsync/drivers/rtc_detect.hpp"

#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "tests/fakes/rtc_model.hpp"

namespace isletime {
namespace {

constexpr CivilTime kTime{
    .date = {2026, 11, 21}, .hour = 16, .minute = 5, .second = 9, .nanosecond = 990'000'000};

class DetectEach : public testing::TestWithParam<ChipModel> {
 protected:
  DetectEach() { bus_.attach(default_address(GetParam()), model_); }

  std::optional<Detected> found() {
    const auto chips = detect(bus_);
    EXPECT_TRUE(chips.has_value());
    EXPECT_EQ(chips->chips().size(), 1U);
    EXPECT_EQ(bus_.bytes_written(), 0U);
    return chips->chips().empty() ? std::nullopt : std::optional{chips->chips()[0]};
  }

  fakes::TrueTime time_{seconds{1000}};
  fakes::ModelBus bus_{time_};
  fakes::ModelChip model_{GetParam(), kTime, time_.now};
};

INSTANTIATE_TEST_SUITE_P(Rtc, DetectEach, testing::ValuesIn(kChipModels),
                         [](const auto& tested) { return std::string{to_string(tested.param)}; });

// A DS1307 reads as a DS1338 whose flag is clear.
ChipModel told(ChipModel model) {
  return model == ChipModel::kDs1307 ? ChipModel::kDs1338 : model;
}
bool is_ambiguous(ChipModel model) {
  return model == ChipModel::kDs1307 || model == ChipModel::kDs1338;
}

TEST_P(DetectEach, IsToldApartAndNothingIsWritten) {
  const auto chip = found();
  ASSERT_TRUE(chip.has_value());
  EXPECT_EQ(chip->address, default_address(GetParam()));
  EXPECT_EQ(chip->model, told(GetParam()));
  EXPECT_EQ(chip->or_model, is_ambiguous(GetParam()) ? std::optional{ChipModel::kDs1307} : std::nullopt);
}

TEST_P(DetectEach, IsToldApartAfterItsPowerWasLost) {
  model_.set_battery(false);
  model_.power_off(time_.now);
  model_.power_on(time_.now);
  const auto chip = found();
  ASSERT_TRUE(chip.has_value());
  EXPECT_EQ(chip->model, told(GetParam()));
  EXPECT_EQ(chip->or_model.has_value(), GetParam() == ChipModel::kDs1307) << "a DS1338's flag tells it";
}

TEST_P(DetectEach, IsToldApartAtEveryPhaseOfItsSecond) {
  for (int i = 0; i < 50; ++i) {
    time_.now += nanoseconds{170'300'000};
    const auto chip = detect(bus_, default_address(GetParam()));
    ASSERT_TRUE(chip && *chip);
    EXPECT_EQ((*chip)->model, told(GetParam()));
  }
}

class Detect : public testing::Test {
 protected:
  std::optional<ChipModel> model_at(std::uint8_t address, std::vector<std::uint8_t> bytes) {
    fakes::ModelMemory memory{std::move(bytes)};
    fakes::ModelBus bus{time_};
    bus.attach(address, memory);
    const auto chips = detect(bus);
    EXPECT_TRUE(chips.has_value());
    EXPECT_EQ(chips->chips().size(), 1U) << "it answers";
    EXPECT_EQ(bus.bytes_written(), 0U);
    return chips->chips()[0].model;
  }

  fakes::TrueTime time_{seconds{1000}};
};

TEST_F(Detect, TakesNoEepromForAClock) {
  std::vector<std::uint8_t> counting(256);
  std::iota(counting.begin(), counting.end(), std::uint8_t{0});
  std::vector<std::uint8_t> with_a_time(256, 0x00);
  for (std::size_t at : {0x00U, 0x02U, 0x03U, 0x04U}) {
    const std::vector<std::uint8_t> time{0x09, 0x05, 0x16, 0x06, 0x21, 0x11, 0x26};
    std::copy(time.begin(), time.end(), with_a_time.begin() + static_cast<std::ptrdiff_t>(at));
  }
  for (const std::uint8_t address : kClockAddresses) {
    EXPECT_EQ(model_at(address, std::vector<std::uint8_t>(256, 0xff)), std::nullopt) << "empty";
    EXPECT_EQ(model_at(address, std::vector<std::uint8_t>(256, 0x00)), std::nullopt) << "zeros";
    EXPECT_EQ(model_at(address, counting), std::nullopt);
    EXPECT_EQ(model_at(address, with_a_time), std::nullopt);
  }
}

// Its registers after power-on: asleep (0x6b), and WHO_AM_I.
TEST_F(Detect, TakesNoMpu6050ForAClock) {
  std::vector<std::uint8_t> registers(128, 0x00);
  registers[0x6b] = 0x40;
  registers[0x75] = 0x68;
  EXPECT_EQ(model_at(0x68, registers), std::nullopt);
  registers[0x3b] = 0x3f;  // it measures
  EXPECT_EQ(model_at(0x68, registers), std::nullopt);
}

TEST_F(Detect, FindsNobodyOnAnEmptyBus) {
  fakes::ModelBus bus{time_};
  const auto chips = detect(bus);
  ASSERT_TRUE(chips.has_value());
  EXPECT_TRUE(chips->chips().empty());
}

TEST_F(Detect, FindsTwoClocksAndAnEepromBesideThem) {
  fakes::ModelBus bus{time_};
  fakes::ModelChip first{ChipModel::kDs3231, kTime, time_.now};
  fakes::ModelChip second{ChipModel::kPcf8563, kTime, time_.now};
  fakes::ModelMemory memory{std::vector<std::uint8_t>(256, 0xff)};
  bus.attach(0x68, first);
  bus.attach(0x51, second);
  bus.attach(0x57, memory);
  const auto chips = detect(bus);
  ASSERT_TRUE(chips.has_value());
  ASSERT_EQ(chips->chips().size(), 2U);
  EXPECT_EQ(chips->chips()[0].model, ChipModel::kPcf8563);
  EXPECT_EQ(chips->chips()[1].model, ChipModel::kDs3231);
}

TEST_F(Detect, SaysWhereAnotherDriverHasTheChip) {
  fakes::ModelBus bus{time_};
  bus.fail_always(BusError::kClaimed);
  const auto chips = detect(bus);
  ASSERT_TRUE(chips.has_value());
  ASSERT_EQ(chips->chips().size(), kClockAddresses.size());
  EXPECT_TRUE(chips->chips()[0].is_claimed);
  EXPECT_FALSE(chips->chips()[0].model);
}

TEST_F(Detect, EndsAtABusThatIsStuck) {
  fakes::ModelBus bus{time_};
  bus.fail_always(BusError::kStuck);
  EXPECT_EQ(detect(bus).error(), BusError::kStuck);
}

TEST_F(Detect, FindsAClockWhoseTimeIsCorrupted) {
  fakes::ModelBus bus{time_};
  fakes::ModelChip chip{ChipModel::kPcf8563, kTime, time_.now};
  chip.poke(0x07, 0x1f, time_.now);
  bus.attach(0x51, chip);
  const auto found = detect(bus, 0x51);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->model, ChipModel::kPcf8563) << "it ticks";
}

}  // namespace
}  // namespace isletime

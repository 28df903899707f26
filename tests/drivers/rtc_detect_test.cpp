// SPDX-License-Identifier: MIT
#include "libsync/drivers/rtc_detect.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include "tests/fakes/rtc_model.hpp"

namespace isletime::rtc_detect_test {
namespace {

using std::chrono::milliseconds;

constexpr CivilTime kTime{
    .date = {2026, 11, 21}, .hour = 16, .minute = 5, .second = 9, .nanosecond = 990'000'000};

// Time passes only by transfers and sleep.
struct Host {
  MonoTime mono() { return MonoTime{time.now}; }
  bool sleep_until(MonoTime until) {
    time.now = std::max(time.now, until.time_since_epoch() + late);
    return !is_left_off;
  }
  fakes::TrueTime& time;
  nanoseconds late{};
  bool is_left_off = false;
};

class DetectEach : public testing::TestWithParam<ChipModel> {
 protected:
  DetectEach() { bus_.attach(default_address(GetParam()), model_); }

  std::optional<Detected> found() {
    const auto chips = detect(bus_, host_);
    EXPECT_EQ(chips.chips().size(), 1U);
    EXPECT_EQ(bus_.bytes_written(), 0U);
    return chips.chips().empty() ? std::nullopt : std::optional{chips.chips()[0]};
  }

  fakes::TrueTime time_{seconds{1000}};
  Host host_{time_};
  fakes::ModelBus bus_{time_};
  fakes::ModelChip model_{GetParam(), kTime, time_.now};
};

INSTANTIATE_TEST_SUITE_P(Rtc, DetectEach, testing::ValuesIn(kChipModels),
                         [](const auto& tested) { return std::string{to_string(tested.param)}; });

// A DS1307 looks like a DS1338 whose flag is clear. A DS3232 and a DS1340 tick where they do not wrap round,
// and that is all.
std::optional<ChipModel> told(ChipModel model) {
  if (model == ChipModel::kDs3232 || model == ChipModel::kDs1340) return std::nullopt;
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
  for (const ChipModel model : kChipModels) {
    const bool is_one_of_two = !told(GetParam()) && !told(model);
    EXPECT_EQ(chip->may_be(model),
              is_one_of_two || model == told(GetParam()) || (is_ambiguous(GetParam()) && is_ambiguous(model)))
        << to_string(model);
  }
}

TEST_P(DetectEach, IsToldApartAfterItsPowerWasLost) {
  model_.set_battery(false);
  model_.power_off(time_.now);
  model_.power_on(time_.now);
  const auto chip = found();
  ASSERT_TRUE(chip.has_value());
  EXPECT_TRUE(GetParam() == ChipModel::kMcp7940x || chip->model == told(GetParam()));
  EXPECT_TRUE(chip->may_be(GetParam())) << "an MCP7940x stands still, and shows nothing of its own";
  EXPECT_EQ(chip->or_model.has_value(), GetParam() == ChipModel::kDs1307) << "a DS1338's flag tells it";
}

TEST_P(DetectEach, IsToldApartAtEveryPhaseOfItsSecond) {
  for (int i = 0; i < 50; ++i) {
    time_.now += nanoseconds{170'300'000};
    const auto chip = detect(bus_, default_address(GetParam()), host_);
    ASSERT_TRUE(chip);
    EXPECT_EQ(chip->model, told(GetParam()));
  }
}

TEST_P(DetectEach, IsToldByAThreadThatIsLateAndOnABusThatFailsNowAndThen) {
  host_.late = milliseconds{900};
  for (std::size_t bytes = 0; bytes < 200; bytes += 7) {
    bus_.fail_after(bytes, BusError::kNoAcknowledge);
    const auto chip = detect(bus_, default_address(GetParam()), host_);
    ASSERT_TRUE(chip) << bytes;
    EXPECT_FALSE(chip->error) << bytes;
    EXPECT_EQ(chip->model, told(GetParam())) << bytes;
  }
}

class Detect : public testing::Test {
 protected:
  std::optional<ChipModel> model_at(std::uint8_t address, std::vector<std::uint8_t> bytes) {
    fakes::ModelMemory memory{std::move(bytes)};
    fakes::ModelBus bus{time_};
    bus.attach(address, memory);
    const nanoseconds began = time_.now;
    const auto chips = detect(bus, host_);
    EXPECT_EQ(chips.chips().size(), 1U) << "it answers";
    EXPECT_EQ(bus.bytes_written(), 0U);
    EXPECT_LE(bus.transactions().size(), static_cast<std::size_t>(RtcDetector::kMostTransactions));
    EXPECT_LT(time_.now - began, RtcDetector::kWatched + milliseconds{200});
    return chips.chips()[0].model;
  }

  fakes::TrueTime time_{seconds{1000}};
  Host host_{time_};
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

// These are its registers after power-on: asleep (0x6b), and WHO_AM_I.
TEST_F(Detect, TakesNoMpu6050ForAClock) {
  std::vector<std::uint8_t> registers(128, 0x00);
  registers[0x6b] = 0x40;
  registers[0x75] = 0x68;
  EXPECT_EQ(model_at(0x68, registers), std::nullopt);
  registers[0x3b] = 0x3f;  // an acceleration
  EXPECT_EQ(model_at(0x68, registers), std::nullopt);
}

TEST_F(Detect, FindsNobodyOnAnEmptyBus) {
  fakes::ModelBus bus{time_};
  EXPECT_TRUE(detect(bus, host_).chips().empty());
}

TEST_F(Detect, FindsTwoClocksAndAnEepromBesideThem) {
  fakes::ModelBus bus{time_};
  fakes::ModelChip first{ChipModel::kDs3231, kTime, time_.now};
  fakes::ModelChip second{ChipModel::kPcf8563, kTime, time_.now};
  fakes::ModelMemory memory{std::vector<std::uint8_t>(256, 0xff)};
  bus.attach(0x68, first);
  bus.attach(0x51, second);
  bus.attach(0x57, memory);
  const auto chips = detect(bus, host_);
  ASSERT_EQ(chips.chips().size(), 2U);
  EXPECT_EQ(chips.chips()[0].model, ChipModel::kPcf8563);
  EXPECT_EQ(chips.chips()[1].model, ChipModel::kDs3231);
}

TEST_F(Detect, SaysWhereAnotherDriverHasTheChip) {
  fakes::ModelBus bus{time_};
  bus.fail_always(BusError::kClaimed);
  const nanoseconds began = time_.now;
  const auto chips = detect(bus, host_);
  ASSERT_EQ(chips.chips().size(), kClockAddresses.size());
  EXPECT_EQ(chips.chips()[0].error, BusError::kClaimed);
  EXPECT_FALSE(chips.chips()[0].model);
  EXPECT_EQ(time_.now, began) << "that does not pass: it is asked once";
}

TEST_F(Detect, SaysOfEachAddressThatTheBusIsStuck) {
  fakes::ModelBus bus{time_};
  bus.fail_always(BusError::kStuck);
  const auto chips = detect(bus, host_);
  ASSERT_EQ(chips.chips().size(), kClockAddresses.size());
  for (const Detected& chip : chips.chips()) EXPECT_EQ(chip.error, BusError::kStuck);
  EXPECT_LT(time_.now, seconds{1001});
}

// The device at 0x51 holds the clock line low.
class HeldBus final : public I2cBus {
 public:
  explicit HeldBus(I2cBus& bus) : bus_(bus) {}
  std::optional<BusError> transfer(std::uint8_t address, Bytes out, MutableBytes in) override {
    ++transactions;
    return address == 0x51 ? BusError::kStuck : bus_.transfer(address, out, in);
  }
  int transactions = 0;

 private:
  I2cBus& bus_;
};

TEST_F(Detect, GoesOnPastAnAddressThatFails) {
  fakes::ModelBus bus{time_};
  fakes::ModelChip chip{ChipModel::kDs3231, kTime, time_.now};
  bus.attach(0x68, chip);
  HeldBus held{bus};
  const auto chips = detect(held, host_);
  ASSERT_EQ(chips.chips().size(), 2U);
  EXPECT_EQ(chips.chips()[0].error, BusError::kStuck);
  EXPECT_EQ(chips.chips()[1].model, ChipModel::kDs3231);
}

TEST_F(Detect, AsksNoMoreOftenThanItSaysWhateverFails) {
  // It is looked at the longest: it wraps round nowhere, and must tick.
  fakes::ModelChip chip{ChipModel::kDs3232, kTime, time_.now};
  RtcDetector detector{0x68};
  int transactions = 0;
  for (auto step = detector.next(host_.mono()); step.kind != RtcDetector::Step::Kind::kDone;
       step = detector.next(host_.mono())) {
    if (step.kind == RtcDetector::Step::Kind::kWait) {
      host_.sleep_until(step.at);
    } else if (++transactions % RtcRetries::kMost != 0) {
      detector.on_failed(BusError::kShort, host_.mono());
    } else {
      fakes::ModelBus bus{time_};
      bus.attach(0x68, chip);
      const MonoTime before = host_.mono();
      ASSERT_FALSE(bus.transfer(0x68, Bytes{&step.first, 1}, step.in));
      detector.on_read(before, host_.mono());
    }
  }
  EXPECT_TRUE(detector.found()->may_be(ChipModel::kDs3232));
  EXPECT_EQ(transactions, RtcDetector::kMostTransactions);
}

TEST_F(Detect, IsLeftOffWhereNobodyWaits) {
  fakes::ModelBus bus{time_};
  fakes::ModelChip chip{ChipModel::kRv3028, kTime, time_.now};
  bus.attach(0x52, chip);
  host_.is_left_off = true;
  EXPECT_FALSE(detect(bus, 0x52, host_));
}

TEST_F(Detect, FindsAClockWhoseTimeIsCorrupted) {
  fakes::ModelBus bus{time_};
  fakes::ModelChip chip{ChipModel::kPcf8563, kTime, time_.now};
  chip.poke(0x07, 0x1f, time_.now);
  bus.attach(0x51, chip);
  const auto found = detect(bus, 0x51, host_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->model, ChipModel::kPcf8563) << "it ticks";
}

TEST_F(Detect, TakesNothingForAClockThatTicksTooFast) {
  fakes::ModelBus bus{time_};
  fakes::ModelChip chip{ChipModel::kRv3028, kTime, time_.now, {.error_ppb = 3'000'000'000}};
  bus.attach(0x52, chip);
  const auto found = detect(bus, 0x52, host_);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->model);
}

}  // namespace
}  // namespace isletime::rtc_detect_test

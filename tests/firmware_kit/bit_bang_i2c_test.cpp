// SPDX-License-Identifier: MIT
// The controller against a device that sees nothing but the two lines.
#include "firmware/boards/common/bit_bang_i2c.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace isletime::board::bit_bang_i2c_test {
namespace {

constexpr std::uint8_t kAddress = 0x68;

// A memory of 16 bytes with an address register, as clock chips are. Each edge of SCL moves it on by a bit.
class WiredMemory final : public I2cLines {
 public:
  I2cLevels set(I2cLevels levels) override {
    ++changes;
    if (!levels.scl) stretched_ = 0;
    const bool is_stretching = levels.scl && stretched_ < stretch;
    if (is_stretching) ++stretched_;
    const bool scl = levels.scl && !is_stuck_low && !is_stretching;
    if (scl_ && !scl) on_fall();
    const bool sda = levels.sda && drives_ && held_for == 0 && !is_sda_short;
    if (scl_ && scl && sda != sda_) on_condition(sda);
    if (!scl_ && scl) on_rise(sda);
    scl_ = scl;
    sda_ = levels.sda && drives_ && held_for == 0 && !is_sda_short;
    return {.scl = scl_, .sda = sda_};
  }

  std::array<std::uint8_t, 16> memory{};
  int held_for = 0;  // holds SDA low for so many clocks more
  bool is_stuck_low = false;
  bool is_sda_short = false;
  int stretch = 0;  // how long each clock is held low
  int acknowledges = 1000;
  int changes = 0;
  int stops = 0;

 private:
  enum class State { kIdle, kDevice, kPointer, kWrite, kRead };

  void on_condition(bool is_stop) {
    if (is_stop) ++stops;
    state_ = is_stop ? State::kIdle : State::kDevice;
    bits_ = 0;
    shift_ = 0;
    drives_ = true;
  }

  void on_rise(bool sda) {
    if (held_for > 0) --held_for;
    if (state_ == State::kIdle) return;
    if (bits_ < 8) shift_ = static_cast<std::uint8_t>(shift_ << 1 | (sda ? 1 : 0));
    if (bits_ == 8) is_acknowledged_ = !sda;
    ++bits_;
  }

  void on_fall() {
    if (state_ == State::kIdle || bits_ == 0) return;
    if (state_ == State::kRead) return bits_ < 8 ? drive_next_bit() : end_read_byte();
    if (bits_ == 8) {
      drives_ = !takes_byte();
      return;
    }
    if (bits_ < 8) return;
    drives_ = true;
    bits_ = 0;
    if (next_ == State::kRead) drives_ = (memory[pointer_ % 16] & 0x80) != 0;
    state_ = next_;
  }

  bool takes_byte() {
    if (acknowledges-- <= 0 || (state_ == State::kDevice && shift_ >> 1 != kAddress)) {
      next_ = State::kIdle;
      return false;
    }
    if (state_ == State::kDevice) next_ = (shift_ & 1) != 0 ? State::kRead : State::kPointer;
    if (state_ == State::kPointer) {
      pointer_ = shift_;
      next_ = State::kWrite;
    }
    if (state_ == State::kWrite) memory[pointer_++ % 16] = shift_;
    return true;
  }

  void drive_next_bit() { drives_ = (memory[pointer_ % 16] >> (7 - bits_) & 1) != 0; }

  void end_read_byte() {
    if (bits_ == 8) {
      drives_ = true;
      ++pointer_;
      return;
    }
    bits_ = 0;
    if (is_acknowledged_) return drive_next_bit();
    state_ = State::kIdle;
    drives_ = true;
  }

  bool scl_ = true;
  bool sda_ = true;
  bool drives_ = true;
  State state_ = State::kIdle;
  State next_ = State::kIdle;
  int bits_ = 0;
  int stretched_ = 0;
  std::uint8_t shift_ = 0;
  bool is_acknowledged_ = false;
  std::uint8_t pointer_ = 0;
};

class BitBangI2cTest : public testing::Test {
 protected:
  std::optional<BusError> read(std::uint8_t address = kAddress) {
    return bus.transfer(address, at_three, bytes);
  }

  const std::array<std::uint8_t, 1> at_three{3};
  std::array<std::uint8_t, 4> bytes{};
  WiredMemory wires;
  BitBangI2c bus{wires};
};

TEST_F(BitBangI2cTest, reads_what_is_there) {
  wires.memory = {0, 0, 0, 0x00, 0xff, 0xa5, 0x5a};
  EXPECT_EQ(read(), std::nullopt);
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 4>{0x00, 0xff, 0xa5, 0x5a}));
  EXPECT_EQ(wires.stops, 1);
}

TEST_F(BitBangI2cTest, writes_what_it_is_given) {
  const std::uint8_t out[] = {5, 0x81, 0x7e};
  EXPECT_EQ(bus.transfer(kAddress, out, {}), std::nullopt);
  EXPECT_EQ(wires.memory[5], 0x81);
  EXPECT_EQ(wires.memory[6], 0x7e);
}

TEST_F(BitBangI2cTest, says_that_nobody_is_at_an_address) {
  EXPECT_EQ(read(0x50), BusError::kNoAcknowledge);
  EXPECT_EQ(wires.stops, 1) << "the bus is free again";
  EXPECT_EQ(read(), std::nullopt);
}

TEST_F(BitBangI2cTest, says_that_a_byte_was_not_taken) {
  wires.acknowledges = 2;
  const std::uint8_t out[] = {5, 0x81, 0x7e};
  EXPECT_EQ(bus.transfer(kAddress, out, {}), BusError::kNoAcknowledge);
}

TEST_F(BitBangI2cTest, frees_a_bus_whose_device_is_in_the_middle_of_a_byte) {
  for (int clocks = 1; clocks <= 9; ++clocks) {
    wires.held_for = clocks;
    wires.memory[3] = static_cast<std::uint8_t>(clocks);
    EXPECT_EQ(read(), std::nullopt) << clocks;
    EXPECT_EQ(bytes[0], clocks);
  }
}

TEST_F(BitBangI2cTest, fails_when_data_stays_low) {
  wires.is_sda_short = true;
  EXPECT_EQ(read(), BusError::kStuck);
}

TEST_F(BitBangI2cTest, waits_while_a_device_stretches_the_clock) {
  wires.stretch = 50;
  wires.memory[3] = 0x42;
  EXPECT_EQ(read(), std::nullopt);
  EXPECT_EQ(bytes[0], 0x42);
}

TEST_F(BitBangI2cTest, gives_up_when_the_clock_stays_low) {
  wires.is_stuck_low = true;
  EXPECT_EQ(read(), BusError::kStuck);
  EXPECT_LT(wires.changes, 2000) << "it must not wait without end";
}

}  // namespace
}  // namespace isletime::board::bit_bang_i2c_test

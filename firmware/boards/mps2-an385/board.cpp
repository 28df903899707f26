// SPDX-License-Identifier: MIT
// Arm's MPS2 board with the AN385 image, a Cortex-M3, as QEMU has it (Arm DAI0385). Constants are in flash,
// which the CPU reads as it does RAM.
#include "firmware/board.hpp"

#include <algorithm>

#include "firmware/boards/common/bit_bang_i2c.hpp"
#include "firmware/boards/common/emulated.hpp"
#include "firmware/boards/common/painted_stack.hpp"
#include "firmware/boards/common/registers.hpp"
#include "firmware/boards/mps2-an385/lan9118.hpp"

namespace isletime::board {
namespace {

constexpr std::uint32_t kTicksPerSecond = 25'000'000;
constexpr std::uintptr_t kCounter = 0x4002'8018;
constexpr std::uintptr_t kCounterPrescaler = 0x4002'801c;

// UART 0, of the CMSDK (Arm DDI0479).
constexpr std::uintptr_t kConsoleData = 0x4000'4000;
constexpr std::uintptr_t kConsoleState = 0x4000'4004;
constexpr std::uintptr_t kConsoleControl = 0x4000'4008;
constexpr std::uintptr_t kConsoleInterrupts = 0x4000'400c;
constexpr std::uintptr_t kConsoleBaudDivider = 0x4000'4010;
constexpr std::uint32_t kTransmitFull = 1U << 0;
constexpr std::uint32_t kReceiveFull = 1U << 1;
constexpr std::uint32_t kTransmitReceiveAndInterrupt = 1U << 0 | 1U << 1 | 1U << 3;
constexpr std::uint32_t kReceiveInterrupt = 1U << 1;
constexpr std::uint32_t kBaudDivider = kTicksPerSecond / 115'200;

// The I2C bus of shield 0: two bits, with a register that sets and one that clears.
constexpr std::uintptr_t kI2cSet = 0x4002'a000;
constexpr std::uintptr_t kI2cClear = 0x4002'a004;
constexpr std::uint32_t kScl = 1U << 0;
constexpr std::uint32_t kSda = 1U << 1;

// The CPU's own timer and interrupt controller (Armv7-M, B3.3 and B3.4).
constexpr std::uintptr_t kTimerControl = 0xe000'e010;
constexpr std::uintptr_t kTimerReload = 0xe000'e014;
constexpr std::uintptr_t kTimerValue = 0xe000'e018;
constexpr std::uint32_t kTimerOn = 7;  // CPU clock, interrupt, enabled
constexpr std::uint32_t kLongestTimer = 0xff'ffff;
constexpr std::uintptr_t kInterruptSetEnable = 0xe000'e100;
constexpr std::uint32_t kConsoleAndEthernet = 1U << 0 | 1U << 13;

class ShieldLines final : public I2cLines {
 public:
  I2cLevels set(I2cLevels levels) override {
    reg(kI2cClear) = (levels.scl ? 0 : kScl) | (levels.sda ? 0 : kSda);
    reg(kI2cSet) = (levels.scl ? kScl : 0) | (levels.sda ? kSda : 0);
    constexpr std::uint32_t kHalfClock = kTicksPerSecond / 200'000;
    const std::uint32_t since = ticks();
    while (ticks() - since < kHalfClock) {
    }
    const std::uint32_t lines = reg(kI2cSet);
    return {.scl = (lines & kScl) != 0, .sda = (lines & kSda) != 0};
  }
};

ShieldLines i2c_lines;
BitBangI2c i2c_bus{i2c_lines};

bool has_event() {
  return has_console_event() || lan9118::has_frame();
}

}  // namespace

void start() {
  start_emulated();
  reg(kCounterPrescaler) = 0;
  reg(kConsoleBaudDivider) = kBaudDivider;
  reg(kConsoleControl) = kTransmitReceiveAndInterrupt;
  if (!lan9118::start()) write("the LAN9118 does not answer: there is no network\n");
  reg(kInterruptSetEnable) = kConsoleAndEthernet;
}

std::string_view name() {
  return "mps2-an385";
}

std::uint32_t ticks_per_second() {
  return kTicksPerSecond;
}

std::uint32_t ticks() {
  return reg(kCounter);
}

// An interrupt that comes between the look at the events and wfi ends the wait all the same, because wfi also
// ends while interrupts are held back.
void idle(nanoseconds at_most) {
  check_stack();
  const std::int64_t wanted = std::max<std::int64_t>(0, at_most.count()) / (1'000'000'000 / kTicksPerSecond);
  if (wanted == 0) return;
  asm volatile("cpsid i" ::: "memory");
  if (!has_event()) {
    reg(kTimerReload) = static_cast<std::uint32_t>(std::min<std::int64_t>(wanted, kLongestTimer));
    reg(kTimerValue) = 0;
    reg(kTimerControl) = kTimerOn;
    asm volatile("dsb\n wfi" ::: "memory");
    reg(kTimerControl) = 0;
  }
  asm volatile("cpsie i" ::: "memory");
}

std::array<std::uint8_t, 6> mac_address() {
  return lan9118::mac_address();
}

bool is_link_up() {
  return lan9118::is_link_up();
}

bool send_frame(Bytes frame) {
  return lan9118::send(frame);
}

std::optional<Frame> receive_frame(MutableBytes buffer) {
  return lan9118::receive(buffer);
}

I2cBus* i2c() {
  return &i2c_bus;
}

void write(std::string_view text) {
  constexpr int kMostPolls = 100'000;
  for (const char character : text) {
    for (int i = 0; i < kMostPolls && (reg(kConsoleState) & kTransmitFull) != 0; ++i) {
    }
    reg(kConsoleData) = static_cast<std::uint8_t>(character);
  }
}

extern "C" void console_interrupt() {
  const std::uint32_t now = ticks();
  reg(kConsoleInterrupts) = kReceiveInterrupt;
  if ((reg(kConsoleState) & kReceiveFull) == 0) return;
  take_console_byte(static_cast<std::uint8_t>(reg(kConsoleData)), now);
}

extern "C" void timer_interrupt() {}

}  // namespace isletime::board

// SPDX-License-Identifier: MIT
// The ESP8266's CPU on QEMU's kc705 board, with a network that the chip has not. The memory is the chip's:
// see common/lx106/memory.ld for where constants live.
#include "firmware/board.hpp"

#include <algorithm>

#include "firmware/boards/common/emulated.hpp"
#include "firmware/boards/common/painted_stack.hpp"
#include "firmware/boards/common/registers.hpp"
#include "firmware/boards/kc705-lx106/fifo_lines.hpp"
#include "firmware/boards/kc705-lx106/interrupts.hpp"
#include "firmware/boards/kc705-lx106/open_eth.hpp"
#include "firmware/kit/settings.hpp"
#include "libsync/core/hex.hpp"

namespace isletime::board {
namespace {

constexpr std::uint32_t kTicksPerSecond = 40'000'000;

// A 16550, with a register in each word.
constexpr std::uintptr_t kConsole = 0x9d05'0020;
constexpr std::uintptr_t kConsoleData = kConsole;
constexpr std::uintptr_t kConsoleInterruptEnable = kConsole + 4 * 1;
constexpr std::uintptr_t kConsoleFifo = kConsole + 4 * 2;
constexpr std::uintptr_t kConsoleLineState = kConsole + 4 * 5;
constexpr std::uint32_t kReceiveInterrupt = 1U << 0;
constexpr std::uint32_t kFifoOn = 1U << 0;
constexpr std::uint32_t kDataReady = 1U << 0;
constexpr std::uint32_t kTransmitEmpty = 1U << 5;

// The CPU's interrupts: the board's first two, and that of the cycle counter's comparison.
constexpr std::uint32_t kConsoleInterrupt = 1U << 0;
constexpr std::uint32_t kEthernetInterrupt = 1U << 1;
constexpr std::uint32_t kTimerInterrupt = 1U << 6;

// QEMU does not tell the program its address, so the setting "mac" does: 12 hexadecimal digits.
constexpr std::array<std::uint8_t, 6> kDefaultMac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

std::array<std::uint8_t, 6> mac = kDefaultMac;
FifoLines i2c_lines;
BitBangI2c i2c_bus{i2c_lines};
bool has_i2c = false;

void set_timer(std::uint32_t at) {
  asm volatile("wsr %0, ccompare0\n rsync" ::"a"(at) : "memory");
}

bool has_event() {
  return has_console_event() || open_eth::has_frame();
}

}  // namespace

void start() {
  start_emulated();
  mac = parse_hex<6>(firmware::setting("mac")).value_or(kDefaultMac);
  has_i2c = i2c_lines.open();
  reg(kConsoleFifo) = kFifoOn;
  reg(kConsoleInterruptEnable) = kReceiveInterrupt;
  open_eth::start(mac);
  asm volatile("wsr %0, intenable\n rsync" ::"a"(kConsoleInterrupt | kEthernetInterrupt | kTimerInterrupt)
               : "memory");
}

std::string_view name() {
  return "kc705-lx106";
}

std::uint32_t ticks_per_second() {
  return kTicksPerSecond;
}

[[gnu::section(".iram.text")]] std::uint32_t ticks() {
  std::uint32_t count;
  asm volatile("rsr %0, ccount" : "=a"(count)::"memory");
  return count;
}

void idle(nanoseconds at_most) {
  check_stack();
  constexpr std::int64_t kLongest = std::int64_t{10} * kTicksPerSecond;
  const std::int64_t wanted =
      std::min(kLongest, std::max<std::int64_t>(0, at_most.count()) / (1'000'000'000 / kTicksPerSecond));
  if (wanted == 0) return;
  const InterruptsHeld held;
  if (has_event()) return;
  const std::uint32_t end = ticks() + static_cast<std::uint32_t>(wanted);
  set_timer(end);
  // A comparison that has been missed would come only after the counter has wrapped.
  if (static_cast<std::int32_t>(end - ticks()) <= 0) return;
  // It lets interrupts through and waits for one, without a gap between.
  asm volatile("waiti 0" ::: "memory");
}

std::array<std::uint8_t, 6> mac_address() {
  return mac;
}

bool is_link_up() {
  return open_eth::is_link_up();
}

bool send_frame(Bytes frame) {
  return open_eth::send(frame);
}

std::optional<Frame> receive_frame(MutableBytes buffer) {
  return open_eth::receive(buffer);
}

I2cBus* i2c() {
  return has_i2c ? &i2c_bus : nullptr;
}

void write(std::string_view text) {
  constexpr int kMostPolls = 100'000;
  for (const char character : text) {
    for (int i = 0; i < kMostPolls && (reg(kConsoleLineState) & kTransmitEmpty) == 0; ++i) {
    }
    reg(kConsoleData) = static_cast<std::uint8_t>(character);
  }
}

extern "C" [[gnu::section(".iram.text")]] void interrupt() {
  const std::uint32_t now = ticks();
  std::uint32_t pending;
  asm volatile("rsr %0, interrupt" : "=a"(pending));
  if ((pending & kTimerInterrupt) != 0) set_timer(now - 1);  // which also ends its request
  while ((reg(kConsoleLineState) & kDataReady) != 0) {
    take_console_byte(static_cast<std::uint8_t>(reg(kConsoleData)), now);
  }
  open_eth::interrupt(now);
}

}  // namespace isletime::board

// SPDX-License-Identifier: MIT
#include "firmware/boards/mps2-an385/lan9118.hpp"

#include <algorithm>

#include "firmware/boards/common/interrupt_ring.hpp"
#include "firmware/boards/common/registers.hpp"

namespace isletime::board::lan9118 {
namespace {

constexpr std::uintptr_t kBase = 0x4020'0000;
constexpr std::uintptr_t kRxData = kBase + 0x00;
constexpr std::uintptr_t kTxData = kBase + 0x20;
constexpr std::uintptr_t kRxStatus = kBase + 0x40;
constexpr std::uintptr_t kTxStatus = kBase + 0x48;
constexpr std::uintptr_t kInterruptConfiguration = kBase + 0x54;  // IRQ_CFG
constexpr std::uintptr_t kInterruptStatus = kBase + 0x58;
constexpr std::uintptr_t kInterruptEnable = kBase + 0x5c;
constexpr std::uintptr_t kByteTest = kBase + 0x64;
constexpr std::uintptr_t kFifoInterrupt = kBase + 0x68;
constexpr std::uintptr_t kRxConfiguration = kBase + 0x6c;
constexpr std::uintptr_t kTxConfiguration = kBase + 0x70;
constexpr std::uintptr_t kHardwareConfiguration = kBase + 0x74;
constexpr std::uintptr_t kRxFifo = kBase + 0x7c;
constexpr std::uintptr_t kTxFifo = kBase + 0x80;
constexpr std::uintptr_t kMacCommand = kBase + 0xa4;
constexpr std::uintptr_t kMacData = kBase + 0xa8;

// Registers behind the MAC's command register.
constexpr std::uint32_t kMacControl = 1;
constexpr std::uint32_t kMacAddressHigh = 2;
constexpr std::uint32_t kMacAddressLow = 3;
constexpr std::uint32_t kMiiAccess = 6;
constexpr std::uint32_t kMiiData = 7;

constexpr std::uint32_t kByteTestValue = 0x8765'4321;
constexpr std::uint32_t kBusy = 1U << 31;
constexpr std::uint32_t kMacRead = 1U << 30;
constexpr std::uint32_t kSoftReset = 1;
constexpr std::uint32_t kTxFifoSize5K = 5U << 16;
constexpr std::uint32_t kMustBeOne = 1U << 20;
constexpr std::uint32_t kTxOn = 1U << 1;
constexpr std::uint32_t kMacReceive = 1U << 2;
constexpr std::uint32_t kMacTransmit = 1U << 3;
constexpr std::uint32_t kPassAllMulticast = 1U << 19;
constexpr std::uint32_t kFullDuplex = 1U << 20;
constexpr std::uint32_t kIrqPushPull = 1U << 0;
constexpr std::uint32_t kIrqActiveHigh = 1U << 4;
constexpr std::uint32_t kIrqEnable = 1U << 8;
constexpr std::uint32_t kRxStatusLevel = 1U << 3;  // RSFL: more frames than the level in FIFO_INT
constexpr std::uint32_t kTxStatusLevelOff = 0xffU << 16 | 0xffU << 24;
constexpr std::uint32_t kRxError = 1U << 15;
constexpr std::uint32_t kRxDump = 1U << 15;
constexpr std::uint32_t kFirstSegment = 1U << 13;
constexpr std::uint32_t kLastSegment = 1U << 12;

constexpr std::uint32_t kPhy = 1;
constexpr std::uint32_t kPhyStatus = 1;
constexpr std::uint32_t kPhyLinkUp = 1U << 2;

constexpr int kMostPolls = 10'000;
constexpr std::size_t kCheckSequence = 4;
constexpr std::size_t kShortestFrame = 14;
constexpr std::size_t kLongestFrame = 1514;
constexpr std::uint32_t kCommandSpace = 8;  // two command words in the transmit FIFO

bool is_there = false;
// The counts at which the frames in the chip's memory arrived. Its status FIFO holds no more than 128.
InterruptRing<128> arrivals;
volatile std::uint32_t stamped = 0;  // how many of the frames in the chip have a stamp

// Some registers do something when they are read.
void read_away(std::uintptr_t address) {
  [[maybe_unused]] const std::uint32_t value = reg(address);
}

// Returns false if the bits are still set after many polls.
bool wait_until_clear(std::uintptr_t address, std::uint32_t bits) {
  for (int i = 0; i < kMostPolls; ++i) {
    if ((reg(address) & bits) == 0) return true;
  }
  return false;
}

bool write_mac(std::uint32_t index, std::uint32_t value) {
  reg(kMacData) = value;
  reg(kMacCommand) = kBusy | index;
  return wait_until_clear(kMacCommand, kBusy);
}

std::optional<std::uint32_t> read_mac(std::uint32_t index) {
  reg(kMacCommand) = kBusy | kMacRead | index;
  if (!wait_until_clear(kMacCommand, kBusy)) return std::nullopt;
  return reg(kMacData);
}

std::optional<std::uint32_t> read_phy(std::uint32_t index) {
  constexpr std::uint32_t kMiiBusy = 1;
  if (!write_mac(kMiiAccess, kPhy << 11 | index << 6 | kMiiBusy)) return std::nullopt;
  for (int i = 0; i < kMostPolls; ++i) {
    const auto access = read_mac(kMiiAccess);
    if (!access) return std::nullopt;
    if ((*access & kMiiBusy) == 0) return read_mac(kMiiData);
  }
  return std::nullopt;
}

std::uint32_t frames_in_chip() {
  return reg(kRxFifo) >> 16 & 0xff;
}

// The chip interrupts when more frames wait than `count`.
void interrupt_above(std::uint32_t count) {
  reg(kFifoInterrupt) = kTxStatusLevelOff | count;
}

// The interrupt must not come between, because it compares what is in the chip with what has a stamp.
std::uint32_t take_status() {
  asm volatile("cpsid i" ::: "memory");
  const std::uint32_t status = reg(kRxStatus);
  if (stamped > 0) stamped = stamped - 1;
  interrupt_above(stamped);
  asm volatile("cpsie i" ::: "memory");
  return status;
}

// Empties the receiver after something that cannot be: both FIFOs would be out of step for good.
void dump_receiver() {
  reg(kRxConfiguration) = kRxDump;
  wait_until_clear(kRxConfiguration, kRxDump);
  while (arrivals.pop()) {
  }
  stamped = 0;
  interrupt_above(0);
}

// Reads all of the words, so that the next frame follows, and keeps as many bytes as fit.
void read_frame(MutableBytes bytes, std::size_t words) {
  for (std::size_t word = 0; word < words; ++word) {
    std::uint32_t data = reg(kRxData);
    for (std::size_t at = 4 * word; at < 4 * word + 4; ++at, data >>= 8) {
      if (at < bytes.size()) bytes[at] = static_cast<std::uint8_t>(data);
    }
  }
}

void discard_sent_statuses() {
  for (std::uint32_t count = reg(kTxFifo) >> 16 & 0xff; count > 0; --count) read_away(kTxStatus);
}

}  // namespace

bool start() {
  read_away(kByteTest);  // wakes it up
  if (reg(kByteTest) != kByteTestValue) return false;
  reg(kHardwareConfiguration) = kSoftReset;
  if (!wait_until_clear(kHardwareConfiguration, kSoftReset)) return false;
  reg(kHardwareConfiguration) = kTxFifoSize5K | kMustBeOne;
  reg(kTxConfiguration) = kTxOn;
  reg(kInterruptConfiguration) = kIrqEnable | kIrqActiveHigh | kIrqPushPull;
  interrupt_above(0);
  reg(kInterruptEnable) = kRxStatusLevel;
  is_there = write_mac(kMacControl, kMacReceive | kMacTransmit | kPassAllMulticast | kFullDuplex);
  return is_there;
}

// The chip has read it from its EEPROM.
std::array<std::uint8_t, 6> mac_address() {
  const std::uint32_t low = read_mac(kMacAddressLow).value_or(0);
  const std::uint32_t high = read_mac(kMacAddressHigh).value_or(0);
  std::array<std::uint8_t, 6> address{};
  for (std::size_t i = 0; i < 4; ++i) address[i] = static_cast<std::uint8_t>(low >> (8 * i));
  for (std::size_t i = 0; i < 2; ++i) address[4 + i] = static_cast<std::uint8_t>(high >> (8 * i));
  return address;
}

bool is_link_up() {
  return is_there && (read_phy(kPhyStatus).value_or(0) & kPhyLinkUp) != 0;
}

bool send(Bytes frame) {
  if (!is_there || frame.size() < kShortestFrame || frame.size() > kLongestFrame) return false;
  discard_sent_statuses();
  const auto size = static_cast<std::uint32_t>(frame.size());
  if ((reg(kTxFifo) & 0xffff) < size + kCommandSpace) return false;
  reg(kTxData) = kFirstSegment | kLastSegment | size;
  reg(kTxData) = size;
  for (std::size_t at = 0; at < frame.size(); at += 4) {
    std::uint32_t word = 0;
    const std::size_t count = std::min<std::size_t>(4, frame.size() - at);
    for (std::size_t i = 0; i < count; ++i) word |= std::uint32_t{frame[at + i]} << (8 * i);
    reg(kTxData) = word;
  }
  return true;
}

std::optional<Frame> receive(MutableBytes buffer) {
  for (;;) {
    if (!is_there || frames_in_chip() == 0) return std::nullopt;
    const std::uint32_t status = take_status();
    const std::size_t length = status >> 16 & 0x3fff;
    const std::size_t words = (length + 3) / 4;
    const bool is_good = (status & kRxError) == 0 && length >= kShortestFrame + kCheckSequence &&
                         length <= kLongestFrame + kCheckSequence;
    const std::uint32_t arrived = arrivals.pop().value_or(ticks());
    if (length == 0) {
      dump_receiver();
      return std::nullopt;
    }
    const std::size_t size = is_good ? std::min(length - kCheckSequence, buffer.size()) : 0;
    read_frame(buffer.first(size), words);
    if (is_good) return Frame{.size = size, .ticks = arrived};
  }
}

bool has_frame() {
  return is_there && frames_in_chip() != 0;
}

// Stamps the frames that have come since the last interrupt. A frame that comes meanwhile interrupts again.
extern "C" void ethernet_interrupt() {
  const std::uint32_t now = ticks();
  reg(kInterruptStatus) = kRxStatusLevel;
  const std::uint32_t waiting = frames_in_chip();
  while (stamped < waiting) {
    arrivals.push(now);
    stamped = stamped + 1;
  }
  interrupt_above(stamped);
}

}  // namespace isletime::board::lan9118

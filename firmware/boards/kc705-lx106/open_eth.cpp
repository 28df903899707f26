// SPDX-License-Identifier: MIT
#include "firmware/boards/kc705-lx106/open_eth.hpp"

#include <algorithm>

#include "firmware/boards/common/registers.hpp"
#include "firmware/boards/kc705-lx106/interrupts.hpp"

namespace isletime::board::open_eth {
namespace {

constexpr std::uintptr_t kBase = 0x9d03'0000;
constexpr std::uintptr_t kMode = kBase + 0x00;
constexpr std::uintptr_t kInterruptSource = kBase + 0x04;
constexpr std::uintptr_t kInterruptMask = kBase + 0x08;
constexpr std::uintptr_t kTxDescriptorCount = kBase + 0x20;
constexpr std::uintptr_t kMiiCommand = kBase + 0x2c;
constexpr std::uintptr_t kMiiAddress = kBase + 0x30;
constexpr std::uintptr_t kMiiRxData = kBase + 0x38;
constexpr std::uintptr_t kMiiStatus = kBase + 0x3c;
constexpr std::uintptr_t kMacAddressLow = kBase + 0x40;
constexpr std::uintptr_t kMacAddressHigh = kBase + 0x44;
constexpr std::uintptr_t kHashLow = kBase + 0x48;
constexpr std::uintptr_t kHashHigh = kBase + 0x4c;
constexpr std::uintptr_t kDescriptors = kBase + 0x400;
constexpr std::uintptr_t kFrameMemory = 0x9d80'0000;

// MODER. Its BRO bit would reject broadcasts; with it clear, all are received.
constexpr std::uint32_t kReceiveOn = 1U << 0;
constexpr std::uint32_t kTransmitOn = 1U << 1;
constexpr std::uint32_t kFullDuplex = 1U << 10;
constexpr std::uint32_t kReset = 1U << 11;
constexpr std::uint32_t kAddCheckSequence = 1U << 13;
constexpr std::uint32_t kPad = 1U << 15;
constexpr std::uint32_t kReceiveShort = 1U << 16;

constexpr std::uint32_t kReceived = 1U << 2;
constexpr std::uint32_t kReceiveError = 1U << 3;
constexpr std::uint32_t kNoBuffer = 1U << 4;

// Descriptors: of the word with the length and flags.
constexpr std::uint32_t kReady = 1U << 15;  // to send; of a receive descriptor: empty
constexpr std::uint32_t kWrap = 1U << 13;
constexpr std::uint32_t kInterrupt = 1U << 14;
constexpr std::uint32_t kTxPad = 1U << 12;
constexpr std::uint32_t kTxCheckSequence = 1U << 11;
// Overrun, invalid symbol, dribble nibble, too long, check sequence. Short frames are only padded here.
constexpr std::uint32_t kReceiveFaults = 0x7a;

constexpr std::uint32_t kPhyStatus = 1;
constexpr std::uint32_t kPhyLinkUp = 1U << 2;

constexpr std::size_t kBufferSize = 1536;
constexpr std::size_t kReceiveBuffers = 8;
constexpr std::size_t kCheckSequence = 4;
constexpr std::size_t kShortestFrame = 14;
constexpr std::size_t kLongestFrame = 1514;
constexpr int kMostPolls = 10'000;

static_assert((1 + kReceiveBuffers) * kBufferSize <= 16 * 1024);

// The first descriptor sends, the others receive.
std::uintptr_t flags_of(std::size_t index) {
  return kDescriptors + 8 * index;
}

std::uintptr_t buffer_of(std::size_t index) {
  return kFrameMemory + kBufferSize * index;
}

std::uint32_t empty_flags(std::size_t index) {
  return kReady | kInterrupt | (index == kReceiveBuffers ? kWrap : 0);
}

// Frames since the start: those that have a stamp, and those that the main loop has read. They wrap together.
volatile std::uint32_t stamped = 0;
volatile std::uint32_t read = 0;
std::array<volatile std::uint32_t, kReceiveBuffers> arrivals;

std::size_t descriptor_of(std::uint32_t frame) {
  return 1 + frame % kReceiveBuffers;
}

bool is_full(std::uint32_t frame) {
  return (reg(flags_of(descriptor_of(frame))) & kReady) == 0;
}

void stamp_new_frames(std::uint32_t now) {
  while (stamped - read < kReceiveBuffers && is_full(stamped)) {
    arrivals[stamped % kReceiveBuffers] = now;
    stamped = stamped + 1;
  }
}

// The memory is read and written as whole words.
void read_frame(std::uintptr_t from, MutableBytes bytes) {
  std::uint32_t word = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at, word >>= 8) {
    if (at % 4 == 0) word = reg(from + at);
    bytes[at] = static_cast<std::uint8_t>(word);
  }
}

void write_frame(std::uintptr_t to, Bytes bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += 4) {
    std::uint32_t word = 0;
    const std::size_t count = std::min<std::size_t>(4, bytes.size() - at);
    for (std::size_t i = 0; i < count; ++i) word |= std::uint32_t{bytes[at + i]} << (8 * i);
    reg(to + at) = word;
  }
}

}  // namespace

void start(const std::array<std::uint8_t, 6>& mac) {
  reg(kMode) = kReset;
  reg(kMode) = 0;
  reg(kTxDescriptorCount) = 1;
  reg(kMacAddressLow) =
      std::uint32_t{mac[2]} << 24 | std::uint32_t{mac[3]} << 16 | std::uint32_t{mac[4]} << 8 | mac[5];
  reg(kMacAddressHigh) = std::uint32_t{mac[0]} << 8 | mac[1];
  // All multicast groups.
  reg(kHashLow) = 0xffff'ffff;
  reg(kHashHigh) = 0xffff'ffff;
  reg(flags_of(0)) = kWrap;
  for (std::size_t i = 1; i <= kReceiveBuffers; ++i) {
    reg(flags_of(i) + 4) = buffer_of(i);
    reg(flags_of(i)) = empty_flags(i);
  }
  reg(kInterruptSource) = 0x7f;
  reg(kInterruptMask) = kReceived | kReceiveError | kNoBuffer;
  reg(kMode) = kReceiveOn | kTransmitOn | kFullDuplex | kAddCheckSequence | kPad | kReceiveShort;
}

bool is_link_up() {
  constexpr std::uint32_t kReadStatus = 2;
  constexpr std::uint32_t kMiiBusy = 2;
  constexpr std::uint32_t kPhy = 1;  // QEMU's board has it at this address
  reg(kMiiAddress) = kPhyStatus << 8 | kPhy;
  reg(kMiiCommand) = kReadStatus;
  for (int i = 0; i < kMostPolls; ++i) {
    if ((reg(kMiiStatus) & kMiiBusy) == 0) return (reg(kMiiRxData) & kPhyLinkUp) != 0;
  }
  return false;
}

bool send(Bytes frame) {
  if (frame.size() < kShortestFrame || frame.size() > kLongestFrame) return false;
  for (int i = 0; (reg(flags_of(0)) & kReady) != 0; ++i) {
    if (i == kMostPolls) return false;
  }
  write_frame(buffer_of(0), frame);
  reg(flags_of(0) + 4) = buffer_of(0);
  reg(flags_of(0)) =
      static_cast<std::uint32_t>(frame.size()) << 16 | kReady | kWrap | kTxPad | kTxCheckSequence;
  return true;
}

std::optional<Frame> receive(MutableBytes buffer) {
  // At most once around, so that a flood does not keep the main loop here.
  for (std::size_t i = 0; i < kReceiveBuffers && is_full(read); ++i) {
    const std::size_t index = descriptor_of(read);
    const std::uint32_t flags = reg(flags_of(index));
    const std::size_t length = flags >> 16;
    const bool is_good = (flags & kReceiveFaults) == 0 && length >= kShortestFrame + kCheckSequence &&
                         length <= kLongestFrame + kCheckSequence;
    const std::size_t size = is_good ? std::min(length - kCheckSequence, buffer.size()) : 0;
    read_frame(buffer_of(index), buffer.first(size));
    const InterruptsHeld held;
    stamp_new_frames(ticks());  // if the interrupt is yet to come
    const std::uint32_t arrived = arrivals[read % kReceiveBuffers];
    reg(flags_of(index)) = empty_flags(index);
    read = read + 1;
    if (is_good) return Frame{.size = size, .ticks = arrived};
  }
  return std::nullopt;
}

bool has_frame() {
  return is_full(read);
}

void interrupt(std::uint32_t now) {
  reg(kInterruptSource) = reg(kInterruptSource);
  stamp_new_frames(now);
}

}  // namespace isletime::board::open_eth

// SPDX-License-Identifier: MIT
// The lockstep board: a program on the device's own instruction set, whose time, network, button and chips
// are the bench's (tests/firmware/bench). Only what it says it spends takes time, so hours pass in seconds
// and every run is repeatable.
#include "firmware/board.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "firmware/boards/common/bit_bang_i2c.hpp"
#include "firmware/boards/common/interrupt_ring.hpp"
#include "firmware/boards/lockstep/channel.hpp"
#include "firmware/boards/lockstep/transport.hpp"

namespace isletime::board {
namespace {

using lockstep::ask;
using lockstep::Event;
using lockstep::Request;
using lockstep::tell;

constexpr nanoseconds kLongestIdle = seconds{10};
constexpr int kHalfI2cClockUs = 5;  // 100 kHz

constexpr std::size_t kMacSize = 6;
constexpr std::size_t kMostSettings = 512;
constexpr std::size_t kMostFrame = 1514;

// These are bits of the flags in the answer to kHello.
constexpr std::uint8_t kLinkIsUp = 1;
constexpr std::uint8_t kHasI2c = 2;
constexpr std::uint8_t kComputingTakesTime = 4;

std::array<std::uint8_t, kMacSize> mac{};
std::array<char, kMostSettings> settings_text{};
std::size_t settings_size = 0;

bool is_link_up_now = false;
bool has_i2c = false;
bool is_asked_to_stop = false;

std::array<std::uint8_t, kMostFrame> received{};
std::size_t frame_size = 0;  // 0: none has arrived
std::uint32_t frame_ticks = 0;

InterruptRing<16> presses;

void keep_frame(Bytes payload) {
  frame_ticks = lockstep::load_le32(payload);
  const Bytes bytes = payload.subspan(4);
  frame_size = std::min(bytes.size(), received.size());
  std::copy_n(bytes.begin(), frame_size, received.begin());
}

std::array<std::uint64_t, 32> random_words{};
std::size_t random_used = random_words.size();

class Pins final : public I2cLines {
 public:
  // While the clock is low nobody looks at the levels, so they are not asked for: that saves three messages
  // of four.
  I2cLevels set(I2cLevels levels) override {
    const std::uint8_t payload[] = {static_cast<std::uint8_t>((levels.scl ? 1 : 0) | (levels.sda ? 2 : 0))};
    I2cLevels result = levels;
    if (levels.scl) {
      const std::uint8_t told = ask(Request::kPins, payload).payload[0];
      result = {.scl = (told & 1) != 0, .sda = (told & 2) != 0};
    } else {
      tell(Request::kDrive, payload);
    }
    lockstep::spend(lockstep::kTicksPerSecond / 1'000'000 * kHalfI2cClockUs);
    return result;
  }
};

void take(const lockstep::Answer& answer) {
  switch (static_cast<Event>(answer.kind)) {
    case Event::kTimeout:
      return;
    case Event::kFrame:
      return keep_frame(answer.payload);
    case Event::kPress:
      return presses.push(lockstep::load_le32(answer.payload));
    case Event::kLinkUp:
      is_link_up_now = true;
      return;
    case Event::kLinkDown:
      is_link_up_now = false;
      return;
    case Event::kStop:
      is_asked_to_stop = true;
      return;
  }
  lockstep::end(lockstep::kBenchLeft);
}

}  // namespace

void start() {
  lockstep::open_channel();
  std::array<std::uint8_t, 36> hello{};
  lockstep::store_le32(hello, ticks_per_second());
  const std::size_t name_size = std::min(name().size(), hello.size() - 4);
  std::copy_n(name().begin(), name_size, hello.begin() + 4);
  const Bytes told = ask(Request::kHello, Bytes{hello}.first(4 + name_size)).payload;
  is_link_up_now = (told[0] & kLinkIsUp) != 0;
  has_i2c = (told[0] & kHasI2c) != 0;
  if ((told[0] & kComputingTakesTime) != 0) lockstep::charge_computing();
  std::copy_n(told.begin() + 1, mac.size(), mac.begin());
  const Bytes text = told.subspan(1 + mac.size());
  settings_size = std::min(text.size(), settings_text.size());
  std::copy_n(text.begin(), settings_size, settings_text.begin());
}

std::string_view name() {
  return lockstep::kBoardName;
}

std::string_view settings() {
  return {settings_text.data(), settings_size};
}

std::uint32_t ticks_per_second() {
  return lockstep::kTicksPerSecond;
}

// Reading costs a microsecond, so that a loop that waits for a time reaches it.
std::uint32_t ticks() {
  lockstep::spend(lockstep::kTicksPerSecond / 1'000'000);
  return lockstep::count();
}

// Rounds up, so that what the caller waits for has come; otherwise he would wait again for less than a tick.
void idle(nanoseconds at_most) {
  if (frame_size != 0) return;
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const nanoseconds wait = std::clamp(at_most, nanoseconds{0}, kLongestIdle);
  const std::uint64_t scaled = static_cast<std::uint64_t>(wait.count()) * lockstep::kTicksPerSecond;
  const auto ticks = static_cast<std::uint32_t>((scaled + kSecond - 1) / kSecond);
  if (lockstep::pass(ticks)) return;
  std::array<std::uint8_t, 4> payload{};
  lockstep::store_le32(payload, ticks);
  take(ask(Request::kWait, payload));
}

std::array<std::uint8_t, 6> mac_address() {
  return mac;
}

bool is_link_up() {
  return is_link_up_now;
}

bool send_frame(Bytes frame) {
  if (!is_link_up_now || frame.size() > kMostFrame) return false;
  tell(Request::kFrame, frame);
  return true;
}

std::optional<Frame> receive_frame(MutableBytes buffer) {
  if (frame_size == 0) return std::nullopt;
  const std::size_t size = std::min(frame_size, buffer.size());
  std::copy_n(received.begin(), size, buffer.begin());
  frame_size = 0;
  return Frame{.size = size, .ticks = frame_ticks};
}

std::optional<std::uint32_t> take_press() {
  return presses.pop();
}

void set_led(bool is_on) {
  const std::uint8_t payload[] = {static_cast<std::uint8_t>(is_on ? 1 : 0)};
  tell(Request::kLed, payload);
}

I2cBus* i2c() {
  static Pins pins;
  static BitBangI2c bus{pins};
  return has_i2c ? &bus : nullptr;
}

void send_to_display(Bytes bytes) {
  tell(Request::kDisplay, bytes);
}

std::uint16_t light() {
  const Bytes told = ask(Request::kLight, {}).payload;
  return static_cast<std::uint16_t>(told[0] | told[1] << 8);
}

bool load(MutableBytes record) {
  const Bytes told = ask(Request::kLoad, {}).payload;
  if (told.size() != record.size()) return false;
  std::ranges::copy(told, record.begin());
  return true;
}

bool save(Bytes record) {
  return ask(Request::kSave, record).payload[0] == 1;
}

// Many at once, because an answer costs more than its bytes.
std::uint64_t random() {
  if (random_used == random_words.size()) {
    const Bytes told = ask(Request::kRandom, {}).payload;
    for (std::size_t i = 0; i < random_words.size(); ++i) random_words[i] = load_be64(told, 8 * i);
    random_used = 0;
  }
  return random_words[random_used++];
}

void write(std::string_view text) {
  tell(Request::kConsole, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

bool is_to_stop() {
  return is_asked_to_stop;
}

void stop(int status) {
  const std::uint8_t payload[] = {static_cast<std::uint8_t>(status)};
  tell(Request::kExit, payload);
  lockstep::flush();
  lockstep::end(status);
}

}  // namespace isletime::board

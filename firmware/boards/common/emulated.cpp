// SPDX-License-Identifier: MIT
#include "firmware/boards/common/emulated.hpp"

#include <algorithm>
#include <array>

#include "firmware/board.hpp"
#include "firmware/boards/common/host_files.hpp"
#include "firmware/boards/common/interrupt_ring.hpp"
#include "firmware/boards/common/record_slots.hpp"

namespace isletime::board {
namespace {

using host::File;

constexpr const char* kSavedFile = "saved.bin";
constexpr std::uint16_t kLight = 2048;  // there is no sensor: neither dark nor bright

std::array<char, 512> arguments;
std::string_view settings_text;
std::optional<File> random_source;
InterruptRing<32> presses;
volatile bool is_asked_to_stop = false;
bool is_led_on = false;

Slots read_slots(const File& file) {
  Slots slots{};
  // A file that is shorter, or none at all, reads as slots that are not whole.
  slots.fill(0xff);
  file.read(slots);
  return slots;
}

}  // namespace

void start_emulated() {
  settings_text = host::arguments(arguments);
  random_source = File::open("/dev/urandom", host::Mode::kRead);
}

void take_console_byte(std::uint8_t byte, std::uint32_t ticks) {
  if (byte == 'p') presses.push(ticks);
  if (byte == 'q') is_asked_to_stop = true;
}

bool has_console_event() {
  return !presses.is_empty() || is_asked_to_stop;
}

std::string_view settings() {
  return settings_text;
}

std::optional<std::uint32_t> take_press() {
  return presses.pop();
}

bool is_to_stop() {
  return is_asked_to_stop;
}

void set_led(bool is_on) {
  if (is_on == is_led_on) return;
  is_led_on = is_on;
  write(is_on ? "led 1\n" : "led 0\n");
}

void send_to_display(Bytes bytes) {
  write("display ");
  for (const std::uint8_t byte : bytes) {
    const char digits[] = {"0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]};
    write({digits, sizeof digits});
  }
  write("\n");
}

std::uint16_t light() {
  return kLight;
}

bool load(MutableBytes record) {
  const auto file = File::open(kSavedFile, host::Mode::kRead);
  if (!file) return false;
  const Slots slots = read_slots(*file);
  file->close();
  const auto saved = newest_record(slots);
  if (!saved || saved->size() != record.size()) return false;
  std::ranges::copy(*saved, record.begin());
  return true;
}

bool save(Bytes record) {
  if (record.size() > kSavedSize) return false;
  auto file = File::open(kSavedFile, host::Mode::kUpdate);
  if (!file) file = File::open(kSavedFile, host::Mode::kCreate);
  if (!file) return false;
  const SlotWrite next = next_slot(read_slots(*file), record);
  const bool is_written = file->seek(next.position) && file->write(next.bytes) == next.bytes.size();
  file->close();
  return is_written;
}

// On silicon a board takes these from its own generator. Without the host's this is predictable.
std::uint64_t random() {
  std::array<std::uint8_t, 8> bytes{};
  if (!random_source || random_source->read(bytes) != bytes.size()) {
    write("no /dev/urandom on the host: stopping, because replies could be forged\n");
    stop(1);
  }
  return load_be64(bytes, 0);
}

void stop(int status) {
  host::exit(status);
}

}  // namespace isletime::board

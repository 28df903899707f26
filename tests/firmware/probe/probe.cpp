// SPDX-License-Identifier: MIT
// An app that uses everything a board offers and says what it finds, for tests/firmware/probe_test.py.
#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "firmware/app.hpp"
#include "firmware/board.hpp"
#include "firmware/kit/settings.hpp"
#include "firmware/kit/uptime.hpp"
#include "firmware/net/network.hpp"
#include "libsync/core/text_writer.hpp"

namespace isletime::firmware {
namespace {

// A line on the console.
struct Line : TextWriter {
  Line() : TextWriter(room) {}
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() {
    board::write(view());
    board::write("\n");
  }

  std::array<char, 120> room;
};

std::uint64_t milliseconds(nanoseconds time) {
  return static_cast<std::uint64_t>(time / std::chrono::milliseconds{1});
}

void report_i2c() {
  I2cBus* const bus = board::i2c();
  if (bus == nullptr) {
    Line{}.text("i2c none");
    return;
  }
  constexpr std::uint8_t kRtc = 0x68;
  constexpr std::uint8_t kNobody = 0x50;
  const std::uint8_t seconds_register[] = {0};
  std::array<std::uint8_t, 7> time{};
  if (const auto error = bus->transfer(kRtc, seconds_register, time)) {
    Line{}.text("rtc ").text(describe(*error));
  } else {
    Line{}.text("rtc ").hex(Bytes{time});
  }
  const auto absent = bus->transfer(kNobody, seconds_register, time);
  Line{}.text("absent ").text(absent ? describe(*absent) : "acknowledged");
}

void report_record() {
  std::array<std::uint8_t, 8> record{};
  if (board::load(record)) {
    Line{}.text("saved ").hex(Bytes{record});
  } else {
    Line{}.text("saved nothing");
  }
  ++record[0];
  if (!board::save(record)) Line{}.text("cannot save");
}

void report_idle() {
  constexpr nanoseconds kWait = std::chrono::milliseconds{300};
  const MonoTime start = uptime();
  const MonoTime end = start + kWait;
  unsigned parts = 0;
  for (; uptime() < end; ++parts) board::idle(end - uptime());
  Line{}.text("idle ").number(milliseconds(uptime() - start)).text(" ms in ").number(parts).text(" parts");
}

void report_start() {
  Line{}.text("board ").text(board::name());
  Line{}.text("mac ").hex(Bytes{board::mac_address()});
  Line{}.text("zone ").text(setting("zone"));
  Line{}.text("random ").number(board::random());
  board::set_led(true);
  const std::uint8_t frame[] = {0x0c, 0x01};
  board::send_to_display(frame);
}

void report_network(unsigned& generation) {
  if (net::generation() == generation || !net::is_up()) return;
  generation = net::generation();
  Line{}.text("address ").address(net::address());
}

void report_press(std::uint32_t ticks) {
  const MonoTime at = uptime_at(ticks);
  Line{}
      .text("press ")
      .number(milliseconds(at.time_since_epoch()))
      .text(" seen after ")
      .number(static_cast<std::uint64_t>((uptime() - at) / std::chrono::microseconds{1}))
      .text(" us");
}

// Returns each frame to its sender, and says its size and for how long it waited.
void echo_frames() {
  static std::array<std::uint8_t, 1514> frame;
  constexpr std::size_t kAddressSize = 6;
  const auto ours = board::mac_address();
  bool was_up = false;
  Line{}.text("ready");
  while (!board::is_to_stop()) {
    if (board::is_link_up() != was_up) {
      was_up = !was_up;
      Line{}.text(was_up ? "link up" : "link down");
    }
    while (const auto received = board::receive_frame(frame)) {
      const nanoseconds waited = uptime() - uptime_at(received->ticks);
      std::copy_n(frame.begin() + kAddressSize, kAddressSize, frame.begin());
      std::copy(ours.begin(), ours.end(), frame.begin() + kAddressSize);
      if (!board::send_frame(Bytes{frame}.first(received->size))) Line{}.text("cannot send");
      Line{}
          .text("frame of ")
          .number(received->size)
          .text(" after ")
          .number(static_cast<std::uint64_t>(waited / std::chrono::microseconds{1}))
          .text(" us");
    }
    board::idle(std::chrono::milliseconds{100});
  }
}

// Reads an odd address where there is nothing, which a fault handler must report.
void provoke_fault() {
  constexpr std::uintptr_t kNothingThere = 0xe100'0001;
  [[maybe_unused]] const std::uint32_t word = *reinterpret_cast<volatile std::uint32_t*>(kNothingThere);
}

}  // namespace

int run() {
  report_start();
  report_i2c();
  report_record();
  report_idle();
  if (setting("fault") == "1") provoke_fault();
  if (setting("frames") == "1") {
    echo_frames();
    return 0;
  }
  net::start();
  unsigned generation = net::generation();
  while (!board::is_to_stop()) {
    net::poll();
    report_network(generation);
    if (const auto press = board::take_press()) report_press(*press);
    board::idle(net::until_next_timer());
  }
  return 0;
}

}  // namespace isletime::firmware

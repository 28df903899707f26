// SPDX-License-Identifier: MIT
#include "firmware/boards/lockstep/channel.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "firmware/boards/lockstep/transport.hpp"

namespace isletime::lockstep {
namespace {

constexpr std::size_t kHeaderSize = 7;  // of either direction

// The size is also the alignment, as read_some() asks for.
constexpr std::size_t kBufferSize = 2048;
alignas(kBufferSize) std::array<std::uint8_t, kBufferSize> incoming;
std::array<std::uint8_t, kBufferSize> outgoing;
std::size_t waiting = 0;

std::uint32_t last_count = 0;
std::uint32_t spent = 0;           // since last_count
std::uint32_t spent_and_told = 0;  // as much of it as messages in `outgoing` have stated
std::uint32_t quiet_until = 0;     // a count: until then nothing comes from the bench

bool is_computing_charged = false;
std::uint32_t charged_until = 0;  // by emulated_ticks()

void charge() {
  if (is_computing_charged) spend(emulated_ticks() - charged_until);
}

void charge_from_now_on() {
  charged_until = emulated_ticks();
}

void store_le16(MutableBytes bytes, std::size_t value) {
  bytes[0] = static_cast<std::uint8_t>(value & 0xff);
  bytes[1] = static_cast<std::uint8_t>(value >> 8 & 0xff);
}

void receive_up_to(std::size_t& have, std::size_t wanted) {
  while (have < wanted) have += read_some(MutableBytes{incoming}.subspan(have));
}

void put(Request kind, Bytes payload) {
  const Bytes kept = payload.first(std::min(payload.size(), kBufferSize - kHeaderSize));
  if (waiting + kHeaderSize + kept.size() > kBufferSize) flush();
  const MutableBytes message = MutableBytes{outgoing}.subspan(waiting, kHeaderSize + kept.size());
  message[0] = static_cast<std::uint8_t>(kind);
  store_le32(message.subspan(1, 4), spent - spent_and_told);
  store_le16(message.subspan(5, 2), kept.size());
  std::copy(kept.begin(), kept.end(), message.begin() + kHeaderSize);
  waiting += message.size();
  spent_and_told = spent;
  // A frame may be answered at once.
  if (kind == Request::kFrame || kind == Request::kWait) quiet_until = last_count;
}

Answer receive() {
  std::size_t have = 0;
  receive_up_to(have, kHeaderSize);
  const std::size_t size = incoming[5] | std::size_t{incoming[6]} << 8;
  if (size > kBufferSize - kHeaderSize) end(kBenchLeft);
  receive_up_to(have, kHeaderSize + size);
  last_count = load_le32(incoming);
  spent = 0;
  spent_and_told = 0;
  return {.kind = static_cast<char>(incoming[4]), .payload = Bytes{incoming}.subspan(kHeaderSize, size)};
}

}  // namespace

std::uint32_t load_le32(Bytes bytes) {
  return std::uint32_t{bytes[0]} | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16 |
         std::uint32_t{bytes[3]} << 24;
}

void store_le32(MutableBytes bytes, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(value >> 8 * i & 0xff);
}

void open_channel() {
  open_transport();
}

void charge_computing() {
  is_computing_charged = true;
  charge_from_now_on();
}

void spend(std::uint32_t ticks) {
  spent += ticks;
}

bool pass(std::uint32_t ticks) {
  const std::uint32_t now = count();
  // Counts wrap, and a program that computes for long may be past the time.
  if (static_cast<std::int32_t>(quiet_until - now) <= 0 || quiet_until - now < ticks) return false;
  spend(ticks);
  return true;
}

std::uint32_t count() {
  charge();
  charge_from_now_on();
  return last_count + spent;
}

void flush() {
  write_all(Bytes{outgoing}.first(waiting));
  waiting = 0;
}

void tell(Request kind, Bytes payload) {
  charge();
  put(kind, payload);
  charge_from_now_on();
}

Answer ask(Request kind, Bytes payload) {
  charge();
  put(kind, payload);
  flush();
  const Answer answer = receive();
  if (kind == Request::kWait && answer.kind == static_cast<char>(Event::kTimeout)) {
    quiet_until = last_count + load_le32(answer.payload);
  }
  charge_from_now_on();
  return answer;
}

}  // namespace isletime::lockstep

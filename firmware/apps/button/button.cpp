// SPDX-License-Identifier: MIT
#include "firmware/apps/button/button.hpp"

#include <algorithm>
#include <array>

#include "firmware/apps/button/press_message.hpp"
#include "firmware/board.hpp"
#include "firmware/kit/settings.hpp"
#include "firmware/kit/uptime.hpp"
#include "firmware/net/network.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/text_writer.hpp"

namespace isletime::firmware {
namespace {

constexpr std::uint16_t kWebPort = 80;
constexpr std::uint32_t kLastPort = 0xffff;

DeviceClock::Config clock_config(const DeviceMemory& memory) {
  // On a field without internet the hub's own clock is the reference that all buttons share, whatever it
  // says.
  DeviceClock::Config config = memory.clock_config({.may_follow_island = nullptr});
  config.latest = WallTime::max();
  return config;
}

std::uint32_t random_word() {
  return static_cast<std::uint32_t>(board::random());
}

}  // namespace

struct Button::Callbacks {
  static Button& button(void* context) { return *static_cast<Button*>(context); }

  static void broadcast(void* context, const net::Arrival& arrival) {
    button(context).following_.on_broadcast(arrival);
  }

  static void answer(void* context, int status, std::string_view) {
    Button& self = button(context);
    const MonoTime now = uptime();
    if (status == 0) {
      self.presses_.on_failure(now, random_word());
    } else {
      self.presses_.on_status(status, now, random_word());
    }
    std::array<char, 80> line;
    board::write(TextWriter{line}
                     .text("delivery: status ")
                     .number(static_cast<std::uint64_t>(status))
                     .text(", ")
                     .number(self.presses_.waiting())
                     .text(" waiting\n")
                     .view());
  }
};

Button::Button()
    : name_("button"),
      boot_(board::random()),
      web_port_(static_cast<std::uint16_t>(number_setting("web-port", kWebPort, kLastPort))),
      clock_(clock_config(memory_)),
      following_(clock_) {
  net::start(name_.c_str());
}

nanoseconds Button::turn() {
  net::poll();
  take_presses();
  const MonoTime now = uptime();
  follow_network(now);
  deliver(now);
  show(now);
  memory_.keep(clock_, now);
  if (status_.is_due(clock_, RtcState::kNone, now)) report(now);
  return until_next(uptime());
}

void Button::follow_network(MonoTime now) {
  following_.turn(now);
  if (generation_ == net::generation()) return;
  generation_ = net::generation();
  web_.reset();
  if (presses_.is_under_way()) presses_.on_failure(now, random_word());
  broadcasts_.open(kNtpPort, Callbacks::broadcast, this);
}

void Button::take_presses() {
  while (const auto ticks = board::take_press()) {
    switch (presses_.on_press(uptime_at(*ticks))) {
      case PressUse::kQueued:
        board::write("press: queued\n");
        break;
      case PressUse::kLost:
        board::write("press: lost, because the queue is full\n");
        break;
      case PressUse::kBounce:
        board::write("press: too soon after another\n");
        break;
    }
  }
}

void Button::deliver(MonoTime now) {
  const auto& hub = following_.hub();
  if (!net::is_up() || !hub || web_.is_busy()) return;
  const auto press = presses_.poll(clock_, now);
  if (!press) return;
  const PressMessage message{name_.text(), boot_, *press};
  const Endpoint web{.address = *hub, .port = web_port_};
  if (!web_.post_json(web, "/api/press", message.text(), Callbacks::answer, this)) {
    presses_.on_failure(now, random_word());
  }
}

LedState Button::led_state(MonoTime now) const {
  if (presses_.is_error(now)) return LedState::kError;
  const auto time = clock_.at(now);
  if (time && time->is_reliable) return LedState::kGood;
  return net::is_up() ? LedState::kUnset : LedState::kJoining;
}

void Button::show(MonoTime now) {
  const bool is_on = led_at(led_state(now), now, clock_.wall(now)).is_on;
  if (is_on == is_led_on_) return;
  is_led_on_ = is_on;
  board::set_led(is_on);
}

void Button::report(MonoTime now) {
  std::array<char, kStatusReportSize> line;
  TextWriter text{line};
  write_status(text, name_, following_, clock_, now);
  text.text(", presses: ").number(presses_.waiting()).text(" waiting, ");
  text.number(presses_.acknowledged()).text(" delivered\n");
  board::write(text.view());
}

nanoseconds Button::until_next(MonoTime now) const {
  const LedState state = led_state(now);
  MonoTime wake = std::min(status_.next(), now + led_at(state, now, clock_.wall(now)).lasts);
  wake = std::min(wake, following_.next_wakeup());
  const bool can_deliver = net::is_up() && following_.hub() && !web_.is_busy() && clock_.wall(now);
  if (can_deliver) wake = std::min(wake, presses_.next_wakeup().value_or(wake));
  return net::until(wake, now);
}

}  // namespace isletime::firmware

// SPDX-License-Identifier: MIT
#include "firmware/apps/charger/charger.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "firmware/board.hpp"
#include "firmware/kit/rtc_clock.hpp"
#include "firmware/kit/rtc_config.hpp"
#include "firmware/kit/settings.hpp"
#include "firmware/kit/uptime.hpp"
#include "firmware/net/network.hpp"
#include "libsync/core/hex.hpp"
#include "libsync/core/rfc3339.hpp"
#include "libsync/core/text_writer.hpp"
#include "libsync/drivers/rtc_policy.hpp"

namespace isletime::firmware {
namespace {

constexpr std::uint16_t kNtpPort = 123;
constexpr std::uint16_t kWebPort = 80;
constexpr seconds kBetweenReports{60};
constexpr std::uint32_t kDay = 86'400;
constexpr std::uint32_t kUsualMeterInterval = 900;
// A back end's time is left alone up to 5 s of difference, so a charger's clock that only it sets may be off
// by that, the resolution of its time and the drift until the next heartbeat.
constexpr std::uint32_t kUsualReliableWithin = 10;
constexpr std::uint32_t kMostReliableWithin = 3600;

DeviceClock::Config clock_config(const DeviceMemory& memory) {
  DeviceClock::Config config = memory.clock_config();
  config.reliable_within = {
      seconds{number_setting("reliable-within", kUsualReliableWithin, kMostReliableWithin)}};
  return config;
}

std::optional<SignedSetting> signed_setting() {
  const std::string_view text = setting("key");
  if (text.empty()) return std::nullopt;
  const auto key = parse_hex<SignedSetting::kKeySize>(text);
  if (key) return SignedSetting{*key, board::random()};
  board::write("key: not 32 hexadecimal digits; nobody can set this clock\n");
  return std::nullopt;
}

void write_time(TextWriter& out, WallTime time) {
  const rfc3339::Written written = format_rfc3339(time);
  out.text({written.data(), written.size()});
}

}  // namespace

Charger::Charger()
    : name_("charger"),
      clock_(clock_config(memory_)),
      following_(clock_),
      rtc_(rtc_config(), memory_.rtc()),
      stamps_(seconds{number_setting("meter", kUsualMeterInterval, kDay)}),
      ocpp_(name_.text(), clock_),
      pages_({clock_, following_, rtc_, ocpp_, meter_, recent_}, signed_setting(), !setting("key").empty()) {
  net::start(name_.c_str());
  if (!pages_.listen(kWebPort)) board::write("HTTP: its port cannot be opened\n");
}

// The battery clock is first, because a write of it is due at an instant.
nanoseconds Charger::turn() {
  rtc_.poll(rtc_clock_of(clock_));
  net::poll();
  if (generation_ != net::generation()) {
    generation_ = net::generation();
    const auto take = [](void* context, const net::Arrival& arrival) {
      static_cast<NtpFollowing*>(context)->on_broadcast(arrival);
    };
    broadcasts_.open(kNtpPort, take, &following_);
  }
  following_.turn(uptime());
  take_pulses();
  stamp(uptime());
  ocpp_.turn(uptime());
  memory_.keep(clock_, rtc_, uptime());
  report_changes(uptime());
  return until_next(uptime());
}

void Charger::take_pulses() {
  while (const auto ticks = board::take_press()) meter_.on_edge(uptime_at(*ticks));
}

void Charger::stamp(MonoTime now) {
  const auto stamp = stamps_.poll(clock_.wall(now));
  if (!stamp) return;
  const auto time = clock_.at(now);
  const MeterReading reading{
      .at = stamp->at, .watt_hours = meter_.watt_hours(), .is_reliable = time && time->is_reliable};
  recent_.add(reading);
  if (ocpp_.is_configured()) ocpp_.client().add(reading, stamp->missed);
  std::array<char, 144> line{};
  TextWriter text{line};
  text.text("stamp: ");
  write_time(text, stamp->at);
  text.text(", ")
      .number(reading.watt_hours)
      .text(reading.is_reliable ? " Wh, reliable" : " Wh, not reliable");
  if (stamp->missed > 0) text.text(", ").number(stamp->missed).text(" missed before");
  if (stamp->is_after_restart) text.text(", after the clock was set far back");
  board::write(text.text("\n").view());
}

void Charger::report_changes(MonoTime now) {
  const auto time = clock_.at(now);
  const bool is_reliable = time && time->is_reliable;
  if (was_reliable_ == is_reliable && last_rtc_state_ == rtc_.state() && now < next_report_) return;
  was_reliable_ = is_reliable;
  last_rtc_state_ = rtc_.state();
  next_report_ = now + kBetweenReports;
  report(now);
}

void Charger::report(MonoTime now) {
  std::array<char, 288> line{};
  TextWriter text{line};
  text.text(name_.text()).text(": ");
  if (const auto& hub = following_.hub()) text.text("hub ").address(*hub).text(", ");
  if (const auto time = clock_.at(now)) {
    write_time(text, time->time);
    text.text(" +/- ").seconds(time->bound.value).text(" s, by ").text(name_of(time->source));
    text.text(time->is_reliable ? ", reliable" : ", not reliable");
  } else {
    text.text("time unknown");
  }
  text.text("; RTC: ")
      .text(describe(rtc_.state()))
      .text(", ")
      .number(rtc_.writes())
      .text(" writes; stamps: ");
  text.number(ocpp_.client().waiting()).text(" waiting, ").number(ocpp_.client().delivered());
  board::write(text.text(" delivered\n").view());
}

nanoseconds Charger::until_next(MonoTime now) const {
  const MonoTime wake = std::min({rtc_.next_wakeup(), following_.next_wakeup(), ocpp_.next_wakeup(now),
                                  next_report_, now + stamps_.until_next(clock_.wall(now))});
  return std::max(std::min(elapsed(now, wake), net::until_next_timer()), nanoseconds::zero());
}

}  // namespace isletime::firmware

// SPDX-License-Identifier: MIT
#include "firmware/apps/charger/charger.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "firmware/board.hpp"
#include "firmware/kit/device_key.hpp"
#include "firmware/kit/rtc_clock.hpp"
#include "firmware/kit/rtc_config.hpp"
#include "firmware/kit/settings.hpp"
#include "firmware/kit/uptime.hpp"
#include "firmware/net/network.hpp"
#include "libsync/core/ntp_packet.hpp"
#include "libsync/core/rfc3339.hpp"
#include "libsync/core/text_writer.hpp"
#include "libsync/drivers/rtc_policy.hpp"

namespace isletime::firmware {
namespace {

constexpr std::uint16_t kWebPort = 80;
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
  if (status_.is_due(clock_, rtc_.state(), uptime())) report(uptime());
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
  const rfc3339::Written at = format_rfc3339(stamp->at);
  text.text("stamp: ").text({at.data(), at.size()}).text(", ").number(reading.watt_hours);
  text.text(reading.is_reliable ? " Wh, reliable" : " Wh, not reliable");
  if (stamp->missed > 0) text.text(", ").number(stamp->missed).text(" missed before");
  if (stamp->is_after_restart) text.text(", after the clock was set far back");
  board::write(text.text("\n").view());
}

void Charger::report(MonoTime now) {
  std::array<char, kStatusReportSize> line{};
  TextWriter text{line};
  write_status(text, name_, following_, clock_, now);
  write_status(text, rtc_).text("; stamps: ");
  text.number(ocpp_.client().waiting()).text(" waiting, ").number(ocpp_.client().delivered());
  board::write(text.text(" delivered\n").view());
}

nanoseconds Charger::until_next(MonoTime now) const {
  return net::until(std::min({rtc_.next_wakeup(), following_.next_wakeup(), ocpp_.next_wakeup(now),
                              status_.next(), now + stamps_.until_next(clock_.wall(now))}),
                    now);
}

}  // namespace isletime::firmware

// SPDX-License-Identifier: MIT
#include "firmware/apps/clock/clock.hpp"

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
#include "libsync/core/text_writer.hpp"

namespace isletime::firmware {
namespace {

constexpr std::uint16_t kWebPort = 80;
// The number by which clients name the device's key in NTP.
constexpr std::uint32_t kKeyId = 1;

PosixZone zone_setting() {
  const std::string_view text = setting("zone");
  if (text.empty()) return {};
  const auto zone = parse_posix_tz(text);
  if (zone) return *zone;
  board::write("zone: not a POSIX time zone such as CET-1CEST,M3.5.0,M10.5.0/3; UTC is shown\n");
  return {};
}

NightHours night_setting() {
  const std::string_view text = setting("night");
  if (text.empty()) return {};
  const auto night = parse_night_hours(text);
  if (!night) board::write("night: not two hours such as 22-05; it is from 22 to 5\n");
  return night.value_or(NightHours{});
}

std::optional<CmacKey> ntp_key(const std::optional<DeviceKey>& key) {
  if (!key) return std::nullopt;
  return CmacKey{kKeyId, Aes128Cmac{*key}};
}

}  // namespace

Clock::Clock()
    : name_("clock"),
      zone_(zone_setting()),
      clock_(memory_.clock_config()),
      following_(clock_),
      rtc_(rtc_config(), memory_.rtc()),
      display_(zone_, night_setting()),
      server_(clock_, following_, ntp_key(key_setting())),
      web_(clock_, following_, zone_, name_.text(), signed_setting()) {
  net::start(name_.c_str());
  if (!server_.open(kNtpPort)) board::write("NTP: its port cannot be opened\n");
  if (!web_.listen(kWebPort)) board::write("HTTP: its port cannot be opened\n");
}

// The display comes between all that may take a few milliseconds.
nanoseconds Clock::turn() {
  display_.turn(clock_, uptime());
  net::poll();
  following_.turn(uptime());
  display_.turn(clock_, uptime());
  rtc_.poll(rtc_clock_of(clock_));
  memory_.keep(clock_, rtc_, uptime());
  if (status_.is_due(clock_, rtc_.state(), uptime())) report(uptime());
  return until_next(uptime());
}

void Clock::report(MonoTime now) {
  std::array<char, kStatusReportSize> line;
  TextWriter text{line};
  write_status(text, name_, following_, clock_, now);
  write_status(text, rtc_).text("; NTP: ");
  text.number(server_.replies()).text(" replies, ").number(server_.refusals()).text(" refused\n");
  board::write(text.view());
  display_.report();
}

nanoseconds Clock::until_next(MonoTime now) const {
  return net::until(
      std::min({display_.next_wakeup(), following_.next_wakeup(), rtc_.next_wakeup(), status_.next()}), now);
}

}  // namespace isletime::firmware

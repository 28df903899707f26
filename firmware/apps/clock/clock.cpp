// SPDX-License-Identifier: MIT
#include "firmware/apps/clock/clock.hpp"

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

namespace isletime::firmware {
namespace {

using Key = std::array<std::uint8_t, Aes128Cmac::kKeySize>;

constexpr std::uint16_t kNtpPort = 123;
constexpr std::uint16_t kWebPort = 80;
constexpr seconds kBetweenReports{60};
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

std::optional<Key> key_setting() {
  const std::string_view text = setting("key");
  if (text.empty()) return std::nullopt;
  const auto key = parse_hex<Aes128Cmac::kKeySize>(text);
  if (!key) board::write("key: not 32 hexadecimal digits; nobody can set this clock\n");
  return key;
}

std::optional<SignedSetting> signed_setting(const std::optional<Key>& key) {
  if (!key) return std::nullopt;
  return SignedSetting{*key, board::random()};
}

std::optional<CmacKey> ntp_key(const std::optional<Key>& key) {
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
      web_(clock_, following_, zone_, name_.text(), signed_setting(key_setting())) {
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
  report_changes(uptime());
  return until_next(uptime());
}

void Clock::report_changes(MonoTime now) {
  Reported present;
  present.rtc = rtc_.state();
  if (const auto time = clock_.at(now)) {
    present.is_set = true;
    present.is_reliable = time->is_reliable;
    present.source = time->source;
  }
  if (present == reported_ && now < next_report_) return;
  reported_ = present;
  next_report_ = now + kBetweenReports;
  report(now);
}

void Clock::report(MonoTime now) {
  std::array<char, 288> line;
  TextWriter text{line};
  text.text(name_.text()).text(": ");
  if (const auto& hub = following_.hub()) text.text("hub ").address(*hub).text(", ");
  if (const auto time = clock_.at(now)) {
    const rfc3339::Written written = format_rfc3339(time->time);
    text.text({written.data(), written.size()}).text(" +/- ").seconds(time->bound.value).text(" s, by ");
    text.text(name_of(time->source)).text(time->is_reliable ? ", reliable" : ", not reliable");
  } else {
    text.text("time unknown");
  }
  text.text("; RTC: ").text(describe(rtc_.state())).text(", ").number(rtc_.writes()).text(" writes; NTP: ");
  text.number(server_.replies()).text(" replies, ").number(server_.refusals()).text(" refused\n");
  board::write(text.view());
  display_.report();
}

nanoseconds Clock::until_next(MonoTime now) const {
  const MonoTime wake =
      std::min({display_.next_wakeup(), following_.next_wakeup(), rtc_.next_wakeup(), next_report_});
  return std::max(std::min(elapsed(now, wake), net::until_next_timer()), nanoseconds::zero());
}

}  // namespace isletime::firmware

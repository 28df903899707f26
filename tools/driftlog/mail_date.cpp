// SPDX-License-Identifier: MIT
#include "tools/driftlog/mail_date.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "libsync/core/text_reader.hpp"

namespace isletime::driftlog {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
// The days of the week, beginning with that of 1970-01-01, a Thursday.
constexpr std::array<std::string_view, 7> kDays{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};

std::optional<seconds> parse_zone(std::string_view text) {
  if (text == "GMT" || text == "UTC" || text == "Z") return seconds{0};
  TextReader reader{text};
  const char sign = reader.take_if("+-");
  const std::uint32_t hours = reader.digits(2);
  reader.take_if(":");
  const std::uint32_t minutes = reader.digits(2);
  if (sign == 0 || reader.failed() || !reader.at_end() || hours > 14 || minutes > 59) return std::nullopt;
  const seconds zone{hours * 3600 + minutes * 60};
  return sign == '-' ? -zone : zone;
}

}  // namespace

std::optional<MailDate> parse_mail_date(std::string_view text) {
  const auto comma = text.find(", ");
  if (comma != 3) return std::nullopt;
  text.remove_prefix(comma + 2);
  // "06 Nov 1994 08:49:37 GMT"
  constexpr std::size_t kTimeSize = 20;
  constexpr std::size_t kMonthAt = 3;
  if (text.size() < kTimeSize + 2 || text[kTimeSize] != ' ') return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(kMonthAt, 3));
  const auto zone = parse_zone(text.substr(kTimeSize + 1));
  if (month == kMonths.end() || !zone) return std::nullopt;
  TextReader day{text.substr(0, kMonthAt)};
  TextReader rest{text.substr(kMonthAt + 3, kTimeSize - kMonthAt - 3)};
  CivilTime local;
  local.date.day = static_cast<std::uint8_t>(day.digits(2));
  day.expect(" ");
  local.date.month = static_cast<std::uint8_t>(month - kMonths.begin() + 1);
  rest.expect(" ");
  local.date.year = static_cast<std::int32_t>(rest.digits(4));
  rest.expect(" ");
  local.hour = static_cast<std::uint8_t>(rest.digits(2));
  rest.expect(":");
  local.minute = static_cast<std::uint8_t>(rest.digits(2));
  rest.expect(":");
  local.second = static_cast<std::uint8_t>(rest.digits(2));
  if (day.failed() || rest.failed() || !rest.at_end() || !is_valid(local)) return std::nullopt;
  if (local.date.year < 1970 || local.date.year > 2199) return std::nullopt;
  return MailDate{local, *zone};
}

std::string format_mail_date(const MailDate& date) {
  const CivilTime& local = date.local;
  const auto days = days_since_epoch(local.date);
  const auto minutes = std::abs(date.zone.count()) / 60;
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} {}{:02}{:02}",
                     kDays[static_cast<std::size_t>(days % 7)], local.date.day,
                     kMonths[local.date.month - std::size_t{1}], local.date.year, local.hour, local.minute,
                     local.second, date.zone < seconds{0} ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace isletime::driftlog

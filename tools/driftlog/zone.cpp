// SPDX-License-Identifier: MIT
#include "tools/driftlog/zone.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <optional>

#include <time.h>

#include "tools/common/local_time.hpp"

namespace isletime::driftlog {
namespace {

using namespace std::chrono_literals;

std::optional<int> two_digits(std::string_view text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (text.size() != 2 || failure != std::errc{} || stop != end || value < 0) return std::nullopt;
  return value;
}

// Parses "+02:00", "+0200" and "+02".
std::optional<seconds> parse_offset(std::string_view text) {
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto hours = two_digits(text.substr(1, 2));
  std::string_view rest = text.substr(3);
  if (rest.starts_with(':')) rest.remove_prefix(1);
  const auto minutes = text.size() == 3 ? std::optional{0} : two_digits(rest);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const seconds offset{*hours * 3600 + *minutes * 60};
  return text[0] == '-' ? -offset : offset;
}

// Returns whether the system has a zone of this name: a file that begins as tzfile(5) says.
bool is_name(const std::string& text) {
  if (text.empty() || text.front() == '/' || text.find("..") != std::string::npos) return false;
  std::ifstream file("/usr/share/zoneinfo/" + text, std::ios::binary);
  std::array<char, 4> magic{};
  return file.read(magic.data(), magic.size()) && std::string_view{magic.data(), magic.size()} == "TZif";
}

}  // namespace

Result<Zone, std::string> Zone::parse(std::string_view text) {
  if (text == "Z" || text == "z" || text == "UTC") return Zone{seconds::zero()};
  if (const auto offset = parse_offset(text)) return Zone{*offset};
  if (const std::string name{text}; is_name(name)) return Zone{name};
  return Unexpected{
      std::string{"is neither UTC, an offset such as +02:00, nor a zone that this system knows, "
                  "such as Europe/Berlin"}};
}

Result<WallTime, const char*> Zone::utc(WallTime local) const {
  if (const auto* offset = std::get_if<seconds>(&zone_)) return local - *offset;
  const auto& name = std::get<std::string>(zone_);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): a command that reads files has one thread.
  const char* now = std::getenv("TZ");
  if (now == nullptr || name != now) {
    setenv("TZ", name.c_str(), 1);
    tzset();
  }
  const nanoseconds since = local.time_since_epoch();
  const nanoseconds fraction = subsecond(since);
  const auto utc = utc_times_of(seconds{(since - fraction) / 1s}).all;
  if (utc.empty()) return Unexpected{"never comes in this zone, as clocks were put forward"};
  if (utc.size() > 1) return Unexpected{"comes twice in this zone, as clocks were put back"};
  return WallTime{utc.front() + fraction};
}

}  // namespace isletime::driftlog

// SPDX-License-Identifier: MIT
#include "tools/syncweb/pages/plain_page.hpp"

#include <array>
#include <chrono>

#include <fmt/format.h>

#include "libsync/core/civil_time.hpp"
#include "libsync/record/json_value.hpp"
#include "tools/common/duration_text.hpp"
#include "tools/syncweb/access/small_page.hpp"
#include "tools/syncweb/hub/hub_status.hpp"
#include "tools/syncweb/pages/pages.hpp"
#include "tools/syncweb/phone/zone.hpp"

namespace isletime::syncweb {
namespace {

constexpr JsonLimits kOfHub{.size = std::size_t{1} << 18U, .depth = 8};
constexpr std::size_t kMostActivity = 20;

constexpr std::string_view kStart = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The hub’s time – isletime</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header>
<a class="brand" href="/"><img src="/icon.svg" alt="" width="28" height="28">isletime</a>
<nav aria-label="Pages"><a href="/plain" aria-current="page">Time</a><a href="/presses">Presses</a></nav>
</header>
<main>
)";

constexpr std::string_view kPinForm = R"(<section aria-labelledby="pin">
<h2 id="pin">PIN</h2>
<form method="post" action="/login">
<label for="pin-field">PIN of this hub, to change something</label>
<div class="buttons"><input id="pin-field" name="pin" type="password" inputmode="numeric" required>
<input type="hidden" name="next" value="/plain"><button>Unlock</button></div>
</form>
</section>
)";

std::string paragraph(std::string_view text) {
  return fmt::format("<p>{}</p>\n", html_escaped(text));
}

std::string section(std::string_view id, std::string_view title, std::string_view content) {
  return fmt::format("<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n{2}</section>\n", id, title,
                     content);
}

std::string list_section(std::string_view id, std::string_view title, std::string_view items) {
  if (items.empty()) return {};
  return section(id, title, fmt::format("<ul class=\"rows\">\n{}</ul>\n", items));
}

const JsonValue::Array* array_of(const JsonValue& object, std::string_view name) {
  const JsonValue* member = object.find(name);
  return member == nullptr ? nullptr : member->array();
}

std::string_view state_of(const HubPicture& hub, const HubTime& time) {
  if (!hub.is_connected()) return "The time service does not run";
  if (!time.is_synchronised) return "Not set";
  return time.is_reliable ? "Reliable" : "Not reliable";
}

struct SourceWords {
  std::string_view start;
  std::string_view words;
};

constexpr std::array kSourceWords{
    SourceWords{"phone:", "the phone "},     SourceWords{"manual:", "hand, from "},
    SourceWords{"ntp:", "the time server "}, SourceWords{"rtc:", "the battery clock "},
    SourceWords{"http:", "the web server "},
};

std::string source_words(std::string_view source) {
  if (source == "manual") return "hand";
  for (const SourceWords& row : kSourceWords) {
    if (source.starts_with(row.start))
      return std::string{row.words} + std::string{source.substr(row.start.size())};
  }
  return std::string{source};
}

std::string quality_of(const HubTime& time) {
  if (!time.bound) return "This is the island’s own time. How far it is from the world’s is not known.";
  std::string words = fmt::format("Right to within {}.", bound_words(time.bound->value));
  if (time.age) words += fmt::format(" Set {} by {}.", age_words(*time.age), source_words(time.source));
  if (!time.is_reliable) words += " That is too old or too wide to rely on.";
  return words;
}

std::string clock_of(const CivilTime& time) {
  return fmt::format("{:02}:{:02}:{:02}", time.hour, time.minute, time.second);
}

std::string date_of(const CivilDate& date) {
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

// In the hub's zone, if a phone has told it and this machine knows it.
std::string time_of(const Site& site, const HubTime& time) {
  const CivilTime utc = to_civil_time(time.time);
  const auto& zone = site.settings.zone();
  const auto offset = zone ? local_offset(zone->zone.name, time.time) : std::nullopt;
  const CivilTime local = offset ? to_civil_time(time.time + offset->utc_offset) : utc;
  return fmt::format(
      "<p class=\"clock\">{}</p>\n<p id=\"date\">{}, {}</p>\n<p class=\"soft\">{} {} UTC</p>\n",
      clock_of(local), date_of(local.date), offset ? html_escaped(zone->zone.name) : "UTC", date_of(utc.date),
      clock_of(utc));
}

std::string hub_section(const Site& site, const HubTime& time) {
  const HubPicture& hub = site.hub;
  std::string out =
      "<section id=\"hub\" aria-labelledby=\"hub-title\">\n<h1 id=\"hub-title\">The hub’s time</h1>\n";
  out += fmt::format("<p id=\"state\">{}</p>\n", state_of(hub, time));
  if (!hub.is_connected()) {
    out += paragraph("Its program for the time, sntpd, does not answer.");
  } else if (!time.is_synchronised) {
    out +=
        paragraph("Nobody has told the hub the time since it started. A phone with JavaScript can set it.");
  } else {
    out += time_of(site, time) + paragraph(quality_of(time));
  }
  return out + "</section>\n";
}

std::string warnings_section(const HubPicture& hub) {
  const auto status = parse_json(hub.status(), kOfHub);
  const auto* warnings = status ? array_of(*status, "warnings") : nullptr;
  if (warnings == nullptr) return {};
  std::string items;
  for (const JsonValue& warning : *warnings) {
    if (const std::string* text = warning.text())
      items += fmt::format("<li><span>{}</span></li>\n", html_escaped(*text));
  }
  return list_section("warnings", "Warnings", items);
}

std::string sources_section(const HubPicture& hub) {
  const auto sources = parse_json(hub.sources(), kOfHub);
  if (!sources) return {};
  const auto* rows = sources->array() != nullptr ? sources->array() : array_of(*sources, "sources");
  if (rows == nullptr) return {};
  std::string items;
  for (const JsonValue& row : *rows) {
    items += fmt::format("<li><strong>{}</strong><span class=\"soft\">{}</span></li>\n",
                         html_escaped(plain_text_in(row, "source")),
                         html_escaped(plain_text_in(row, "standing_text")));
  }
  return list_section("sources", "Time sources", items);
}

// "2026-02-03T04:05:06.123456789Z" becomes "2026-02-03 04:05:06 UTC".
std::string short_time(const std::string& time) {
  constexpr std::size_t kDate = 10;
  constexpr std::size_t kUpToSeconds = 19;
  if (time.size() < kUpToSeconds) return time;
  return time.substr(0, kDate) + ' ' + time.substr(kDate + 1, kUpToSeconds - kDate - 1) + " UTC";
}

std::string activity_section(const HubPicture& hub) {
  std::string items;
  const auto& lines = hub.activity();
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (static_cast<std::size_t>(line - lines.rbegin()) == kMostActivity) break;
    const auto entry = parse_json(*line, kOfHub);
    if (!entry) continue;
    items += fmt::format("<li><span>{}</span><span class=\"soft\">{}</span></li>\n",
                         html_escaped(plain_text_in(*entry, "text")),
                         html_escaped(short_time(plain_text_in(*entry, "time"))));
  }
  return list_section("activity", "What happened", items);
}

// Rounds up to a multiple of the step.
std::int64_t steps(nanoseconds duration, nanoseconds step) {
  return (duration + step - nanoseconds{1}) / step;
}

}  // namespace

std::string bound_words(nanoseconds bound) {
  using namespace std::chrono;
  const auto tenths = [&](nanoseconds unit) {
    const std::int64_t count = steps(bound, unit / 10);
    return fmt::format("{}.{}", count / 10, count % 10);
  };
  if (bound < milliseconds{10}) return tenths(milliseconds{1}) + " ms";
  if (bound < seconds{1}) return fmt::format("{} ms", steps(bound, milliseconds{1}));
  if (bound < seconds{10}) return tenths(seconds{1}) + " s";
  if (bound < seconds{100}) return fmt::format("{} s", steps(bound, seconds{1}));
  if (bound < minutes{100}) return fmt::format("{} min", steps(bound, minutes{1}));
  if (bound < hours{48}) return fmt::format("{} h", steps(bound, hours{1}));
  return fmt::format("{} days", steps(bound, hours{24}));
}

std::string age_words(nanoseconds age) {
  using namespace std::chrono;
  if (age < seconds{5}) return "just now";
  if (age < minutes{2}) return fmt::format("{} s ago", age / seconds{1});
  return duration_text(age) + " ago";
}

Outcome answer_plain_page(Site& site, const Request& request, Instant now) {
  const bool is_still = request.parameter("still") != nullptr;
  const HubTime time = site.hub.at(now);
  std::string html{kStart};
  html += hub_section(site, time);
  html += warnings_section(site.hub) + sources_section(site.hub) + activity_section(site.hub);
  if (site.options.pin_file) html += kPinForm;
  html += "</main>\n<footer><p>";
  html += is_still ? "<a href=\"/plain\">Load again every 10 s</a>"
                   : "This page loads again every 10 s. <a href=\"/plain?still\">Stop that</a>";
  html += ". All of it needs <a href=\"/\">JavaScript</a>.</p></footer>\n</body>\n</html>\n";
  std::vector<Field> headers;
  if (!is_still) headers.push_back({"Refresh", "10"});
  return page_response(std::move(html), std::move(headers));
}

}  // namespace isletime::syncweb

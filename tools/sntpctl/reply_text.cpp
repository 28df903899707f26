// SPDX-License-Identifier: MIT
#include "tools/sntpctl/reply_text.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "libsync/record/decimal_seconds.hpp"
#include "libsync/record/plain_text.hpp"
#include "libsync/record/sample_record.hpp"
#include "tools/common/duration_text.hpp"
#include "tools/common/table.hpp"

namespace isletime::sntpctl {
namespace {

constexpr const char* kAbsent = "-";

// Converts an object's members to cells of a table.
class Fields {
 public:
  explicit Fields(const JsonValue& object) : object_(object) {}

  std::string text(const char* name) const {
    const JsonValue* value = object_.find(name);
    if (value == nullptr) return kAbsent;
    if (const auto* words = value->text()) return made_plain(*words);
    if (const auto* number = value->number()) return number->text;
    return kAbsent;
  }
  bool flag(const char* name) const {
    const JsonValue* value = object_.find(name);
    return value != nullptr && value->flag().value_or(false);
  }
  std::optional<nanoseconds> duration(const char* name) const {
    const JsonValue* value = object_.find(name);
    const auto* number = value == nullptr ? nullptr : value->number();
    const auto parsed = parse_decimal_seconds(number == nullptr ? "" : number->text);
    return parsed ? std::optional{*parsed} : std::nullopt;
  }
  std::string seconds(const char* name) const {
    const auto value = duration(name);
    return value ? seconds_text(*value) : kAbsent;
  }
  std::string signed_seconds(const char* name) const {
    const auto value = duration(name);
    if (!value) return kAbsent;
    return fmt::format("{}{}", *value < nanoseconds::zero() ? "" : "+", seconds_text(*value));
  }
  std::string roughly(const char* name) const {
    const auto value = duration(name);
    return value && *value >= nanoseconds::zero() ? duration_text(*value) : kAbsent;
  }
  std::string numbers(const char* name) const {
    std::string out;
    const JsonValue* value = object_.find(name);
    const auto* array = value == nullptr ? nullptr : value->array();
    if (array == nullptr) return kAbsent;
    for (const JsonValue& item : *array) {
      if (const auto* number = item.number()) out += (out.empty() ? "" : " ") + number->text;
    }
    return out.empty() ? kAbsent : out;
  }
  // The last eight polls in octal, as ntpq shows them.
  std::string octal(const char* name) const {
    const std::string digits = text(name);
    unsigned value = 0;
    const auto [stop, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return failure == std::errc{} ? fmt::format("{:03o}", value) : kAbsent;
  }

 private:
  const JsonValue& object_;
};

const JsonValue::Array& items_of(const JsonValue& reply, const char* name) {
  static const JsonValue::Array kNone;
  const JsonValue* value = reply.find(name);
  const auto* array = value == nullptr ? nullptr : value->array();
  return array == nullptr ? kNone : *array;
}

std::string headline(const Fields& status, bool shows_colours) {
  if (!status.flag("synchronised")) {
    return coloured("not synchronised", Colour::kBad, shows_colours);
  }
  const bool reliable = status.flag("reliable");
  const std::string what =
      status.text("kind") == "free-run" ? "follows nobody" : "follows " + status.text("source");
  return coloured(fmt::format("{}, {}", what, reliable ? "reliable" : "not reliable"),
                  reliable ? Colour::kGood : Colour::kDoubtful, shows_colours);
}

std::string leap_text(const std::string& leap) {
  if (leap == "0") return "none announced";
  if (leap == "1") return "the day's last minute has 61 s";
  if (leap == "2") return "the day's last minute has 59 s";
  return "unsynchronised";
}

// Returns "ds3231, 24.25 C, 0.312000 ppm, written 2 times, 0 repairs".
std::string rtc_text(const Fields& rtc) {
  const std::string chip = rtc.text("chip");
  std::string out = chip.empty() ? "has not answered yet" : chip;
  if (rtc.text("temperature_c") != kAbsent) out += fmt::format(", {} C", rtc.text("temperature_c"));
  if (rtc.text("frequency_ppm") != kAbsent) out += fmt::format(", {} ppm", rtc.text("frequency_ppm"));
  return out + fmt::format(", {} writes, {} repairs, {} failures", rtc.text("writes"), rtc.text("repairs"),
                           rtc.text("failures"));
}

std::string status_text(const JsonValue& reply, bool shows_colours) {
  const Fields status(reply);
  std::string out = headline(status, shows_colours) + '\n';
  const auto row = [&out](const char* name, const std::string& value, const char* remark = "") {
    out += fmt::format("  {:<16} {}{}\n", name, value, value == kAbsent ? "" : remark);
  };
  row("time", status.text("time"));
  if (status.duration("ahead_s").value_or(nanoseconds::zero()) != nanoseconds::zero())
    row("ahead", status.signed_seconds("ahead_s"), " s, of this machine's clock");
  row("error bound", status.seconds("bound_s"), " s");
  row("reliable for", status.roughly("reliable_for_s"), ", if no source is heard again");
  row("last sync", status.roughly("age_s"), " ago");
  row("offset", status.signed_seconds("offset_s"), " s, still to be corrected");
  row("frequency", status.text("frequency_ppm"), " ppm");
  row("frequency error", status.text("frequency_error_ppm"), " ppm");
  row("rate error", status.text("rate_error_ppm"),
      status.text("rate_error_from") == "measured" ? " ppm, as measured" : " ppm, by experiment");
  row("stratum", status.text("stratum"));
  row("refid", status.text("refid"));
  row("leap", leap_text(status.text("leap")));
  row("root delay", status.seconds("root_delay_s"), " s");
  row("root dispersion", status.seconds("root_dispersion_s"), " s");
  row("requests", fmt::format("{} answered, {} refused", status.text("answered"), status.text("refused")));
  if (const JsonValue* rtc = reply.find("rtc")) row("battery clock", rtc_text(Fields(*rtc)));
  row("up", status.roughly("uptime_s"));
  row("version", status.text("version"));
  for (const JsonValue& warning : items_of(reply, "warnings")) {
    const std::string words = warning.text() == nullptr ? kAbsent : made_plain(*warning.text());
    out += coloured("warning: " + words, Colour::kDoubtful, shows_colours) + '\n';
  }
  return out;
}

Colour colour_of(const std::string& tally) {
  if (tally == "*" || tally == "+") return Colour::kGood;
  if (tally == "x") return Colour::kBad;
  return Colour::kNone;
}

std::string sources_text(const JsonValue& reply, bool shows_colours) {
  Table table({{""},
               {"source"},
               {"tier"},
               {"st", Align::kRight},
               {"reach", Align::kRight},
               {"poll", Align::kRight},
               {"age", Align::kRight},
               {"offset_s", Align::kRight},
               {"bound_s", Align::kRight},
               {"why"}});
  const auto& sources = items_of(reply, "sources");
  if (sources.empty()) return "no sources\n";
  for (const JsonValue& item : sources) {
    const Fields source(item);
    const std::string error = source.text("last_error");
    std::string why = fmt::format("{}: {}", source.text("standing"), source.text("standing_text"));
    if (error != kAbsent) why += fmt::format(" (last error: {})", error);
    const std::string broadcasts = source.text("broadcasts");
    if (broadcasts != kAbsent)
      why +=
          fmt::format(" (broadcasts: {} taken, {} refused)", broadcasts, source.text("broadcasts_refused"));
    const std::string tally = source.text("tally");
    table.add({tally, source.text("source"), source.text("tier"), source.text("stratum"),
               source.octal("reach"), source.roughly("poll_s"), source.roughly("age_s"),
               source.signed_seconds("offset_s"), source.seconds("uncertainty_s"), why},
              colour_of(tally));
  }
  return table.text(shows_colours);
}

std::string clients_text(const JsonValue& reply, bool shows_colours) {
  Table table({{"address"},
               {"requests", Align::kRight},
               {"refused", Align::kRight},
               {"limited", Align::kRight},
               {"last seen", Align::kRight},
               {"interval", Align::kRight},
               {"versions", Align::kRight}});
  const auto& clients = items_of(reply, "clients");
  if (clients.empty()) return "no clients\n";
  for (const JsonValue& item : clients) {
    const Fields client(item);
    table.add({client.text("address"), client.text("requests"), client.text("refused"),
               client.text("limited"), client.roughly("last_seen_s"), client.roughly("interval_s"),
               client.numbers("versions")});
  }
  const std::string left_out = Fields(reply).text("left_out");
  const bool is_all = left_out == "0" || left_out == kAbsent;
  return table.text(shows_colours) + (is_all ? "" : fmt::format("and {} more\n", left_out));
}

std::string activity_text(const JsonValue& reply) {
  std::string out;
  for (const JsonValue& item : items_of(reply, "lines")) {
    const Fields line(item);
    out += fmt::format("{}  {}: {}\n", line.text("time"), line.text("event"), line.text("text"));
  }
  return out;
}

}  // namespace

std::string reply_text(Command command, const JsonValue& reply, bool shows_colours) {
  switch (command) {
    case Command::kStatus:
      return status_text(reply, shows_colours);
    case Command::kSources:
      return sources_text(reply, shows_colours);
    case Command::kClients:
      return clients_text(reply, shows_colours);
    case Command::kActivity:
      return activity_text(reply);
    case Command::kFeed:
    case Command::kSet:
    case Command::kSetRateError:
    case Command::kReload:
    case Command::kKeygen:
      return Fields(reply).text("message") + '\n';
  }
  return "";
}

}  // namespace isletime::sntpctl

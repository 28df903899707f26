// SPDX-License-Identifier: MIT
#include "tools/sntpd/control/view_json.hpp"

#include <algorithm>
#include <vector>

#include "libsync/posix/control_socket.hpp"
#include "libsync/record/json_writer.hpp"

namespace isletime::sntpd {
namespace {

constexpr int kPpmDecimals = 6;

// T is Offset, Delay or Dispersion.
template <class T>
std::optional<nanoseconds> value_of(const std::optional<T>& quantity) {
  return quantity ? std::optional{quantity->value} : std::nullopt;
}

void add_count(JsonWriter& json, std::string_view name, std::optional<std::uint8_t> value) {
  if (value) json.count(name, *value);
}

std::vector<std::string> quoted(std::span<const std::string> texts) {
  std::vector<std::string> out(texts.size());
  std::transform(texts.begin(), texts.end(), out.begin(), json_quoted);
  return out;
}

template <class View>
std::vector<std::string> objects_of(std::span<const View> views, std::string (*write)(const View&)) {
  std::vector<std::string> out(views.size());
  std::transform(views.begin(), views.end(), out.begin(), write);
  return out;
}

std::string source_object(const SourceView& source) {
  JsonWriter json;
  json.text("source", source.source)
      .text("kind", source.kind)
      .text("tier", source.tier)
      .text("standing", source.standing)
      .text("standing_text", source.standing_text)
      .text("tally", std::string_view{&source.tally, 1});
  add_count(json, "reach", source.reach);
  json.seconds("poll_s", source.poll)
      .seconds("age_s", source.age)
      .seconds("offset_s", value_of(source.offset))
      .seconds("uncertainty_s", value_of(source.uncertainty))
      .seconds("delay_s", value_of(source.delay))
      .seconds("deviation_s", value_of(source.deviation));
  add_count(json, "stratum", source.stratum);
  json.text("refid", source.refid)
      .text("last_error", source.last_error)
      .number("frequency_ppm", source.frequency_ppm, kPpmDecimals);
  if (source.broadcasts) {
    json.count("broadcasts", source.broadcasts->taken)
        .count("broadcasts_refused", source.broadcasts->refused);
    if (!source.broadcasts->refusal.empty()) json.text("broadcast_refusal", source.broadcasts->refusal);
  }
  return json.object();
}

// Returns the numbers of the bits that are set.
std::vector<std::string> numbers_of(std::uint8_t bits) {
  std::vector<std::string> numbers;
  for (unsigned bit = 0; bit < 8; ++bit) {
    if ((bits >> bit & 1U) != 0) numbers.push_back(std::to_string(bit));
  }
  return numbers;
}

std::string client_object(const ClientView& client) {
  JsonWriter json;
  json.text("address", client.address)
      .count("requests", client.requests)
      .count("refused", client.refused)
      .count("limited", client.limited)
      .seconds("last_seen_s", client.last_seen)
      .seconds("interval_s", client.interval);
  add_count(json, "version", client.version);
  json.raw("versions", json_array(numbers_of(client.versions)));
  return json.object();
}

void add_rate_error(JsonWriter& json, const std::optional<RateError>& error) {
  if (!error) return;
  json.number("rate_error_ppm", static_cast<double>(error->value.scaled) / 65536, kPpmDecimals)
      .text("rate_error_from", error->is_measured ? "measured" : "experiment");
}

std::string rtc_object(const StatusView::Rtc& rtc) {
  return JsonWriter{}
      .text("source", rtc.source)
      .text("chip", rtc.chip)
      .text("trouble", rtc.trouble)
      .number("temperature_c", rtc.temperature_c, 2)
      .number("frequency_ppm", rtc.frequency_ppm, kPpmDecimals)
      .count("repairs", rtc.repairs)
      .count("writes", rtc.writes)
      .count("failures", rtc.failures)
      .object();
}

}  // namespace

std::string status_json(const StatusView& status) {
  JsonWriter json;
  json.text("reply", "status")
      .time("time", status.time)
      .seconds("ahead_s", status.ahead)
      .number("ahead_rate_ppm", status.ahead_rate_ppm, kPpmDecimals)
      .flag("synchronised", status.synchronised)
      .flag("reliable", status.reliable)
      .seconds("reliable_for_s", status.reliable_for)
      .text("source", status.source)
      .text("kind", status.kind)
      .seconds("age_s", status.age)
      .seconds("bound_s", value_of(status.bound))
      .seconds("offset_s", value_of(status.offset))
      .number("frequency_ppm", status.frequency_ppm, kPpmDecimals)
      .number("frequency_error_ppm", status.frequency_error_ppm, kPpmDecimals);
  add_rate_error(json, status.rate_error);
  json.count("stratum", status.stratum)
      .count("leap", static_cast<std::uint8_t>(status.leap))
      .text("refid", status.refid)
      .seconds("root_delay_s", status.root_delay.value)
      .seconds("root_dispersion_s", status.root_dispersion.value)
      .raw("warnings", json_array(quoted(status.warnings)))
      .seconds("uptime_s", status.uptime)
      .count("answered", status.answered)
      .count("refused", status.refused)
      .count("limited", status.limited)
      .text("version", status.version);
  if (status.rtc) json.raw("rtc", rtc_object(*status.rtc));
  return json.object();
}

std::string rate_error_json(const WindowView& view) {
  JsonWriter json;
  json.text("reply", "set-rate-error").text("verdict", view.rate_error.is_measured ? "kept" : "done");
  add_rate_error(json, view.rate_error);
  return json.seconds("tolerance_s", view.tolerance.value)
      .seconds("window_s", view.window)
      .text("message", view.message)
      .object();
}

std::string sources_json(WallTime time, std::span<const SourceView> sources) {
  return JsonWriter{}
      .text("reply", "sources")
      .time("time", time)
      .raw("sources", json_array(objects_of(sources, source_object)))
      .object();
}

std::string clients_json(WallTime time, std::span<const ClientView> clients) {
  const auto shown = clients.first(std::min(clients.size(), kMostClientsShown));
  return JsonWriter{}
      .text("reply", "clients")
      .time("time", time)
      .raw("clients", json_array(objects_of(shown, client_object)))
      .count("left_out", clients.size() - shown.size())
      .object();
}

std::string activity_json(std::span<const std::string> lines) {
  constexpr std::size_t kRoomForTheRest = 100;
  std::size_t room = kLargestControlReply - kRoomForTheRest;
  std::vector<std::string> shown;
  for (auto line = lines.rbegin(); line != lines.rend() && line->size() < room; ++line) {
    room -= line->size() + 1;
    shown.push_back(*line);
  }
  std::reverse(shown.begin(), shown.end());
  return JsonWriter{}.text("reply", "activity").raw("lines", json_array(shown)).object();
}

std::string done_json(std::string_view request, std::string_view verdict, std::string_view message) {
  return JsonWriter{}.text("reply", request).text("verdict", verdict).text("message", message).object();
}

std::string error_json(std::string_view name, std::string_view message) {
  return JsonWriter{}.text("error", name).text("message", message).object();
}

}  // namespace isletime::sntpd

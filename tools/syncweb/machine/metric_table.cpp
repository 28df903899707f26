// SPDX-License-Identifier: MIT
#include "tools/syncweb/machine/metric_table.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "libsync/record/sample_record.hpp"
#include "tools/syncweb/hub/hub_status.hpp"

namespace isletime::syncweb {
namespace {

using Samples = std::vector<MetricSample>;

Samples only(std::string value) {
  return {{{}, std::move(value)}};
}

Samples flag(bool value) {
  return only(value ? "1" : "0");
}

Samples duration(std::optional<nanoseconds> value) {
  return value ? only(seconds_text(*value)) : Samples{};
}

Samples number(std::optional<double> value) {
  return value ? only(fmt::format("{}", *value)) : Samples{};
}

std::optional<double> ratio_of(std::optional<double> ppm) {
  return ppm ? std::optional{*ppm / 1e6} : std::nullopt;
}

bool is_set(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  return value != nullptr && value->flag().value_or(false);
}

// The values that mean something only of a clock that somebody vouches for.
const JsonValue& served(const MetricsInput& input) {
  static const JsonValue kNone;
  return is_set(input.status, "synchronised") ? input.status : kNone;
}

std::string count_text(std::optional<double> count) {
  return fmt::format("{}", static_cast<std::uint64_t>(std::clamp(count.value_or(0), 0.0, 1e15)));
}

// A sample for each source that has a value.
Samples of_sources(const MetricsInput& input, std::optional<std::string> (*value)(const JsonValue& source)) {
  Samples samples;
  const auto* sources = input.sources.array();
  if (sources == nullptr) return samples;
  for (const JsonValue& source : *sources) {
    const std::string name = plain_text_in(source, "source");
    // A sample of the same labels may occur once only.
    const bool is_known = std::any_of(samples.begin(), samples.end(), [&](const MetricSample& sample) {
      return sample.labels.front().value == name;
    });
    auto text = value(source);
    if (text && !is_known)
      samples.push_back({{{"source", name}, {"kind", plain_text_in(source, "kind")}}, *std::move(text)});
  }
  return samples;
}

std::optional<std::string> seconds_text_of(const JsonValue& source, std::string_view name) {
  const auto value = seconds_of(source, name);
  return value ? std::optional{seconds_text(*value)} : std::nullopt;
}

std::optional<std::string> reach_of_source(const JsonValue& source) {
  const auto reach = number_of(source, "reach");
  if (!reach || *reach < 0 || *reach > 255) return std::nullopt;
  return fmt::format("{}", std::popcount(static_cast<unsigned>(*reach)));
}

// The tally codes of ntpq: the system peer, and those that are combined with it.
std::optional<std::string> selection_of_source(const JsonValue& source) {
  const std::string tally = plain_text_in(source, "tally");
  return tally == "*" || tally == "+" ? "1" : "0";
}

// The battery clock, if one is configured, with its name.
Samples of_rtc(const MetricsInput& input, std::string (*value)(const JsonValue& rtc)) {
  const JsonValue* rtc = input.status.find("rtc");
  if (rtc == nullptr || rtc->object() == nullptr) return {};
  std::string text = value(*rtc);
  if (text.empty()) return {};
  return {
      {{{"source", plain_text_in(*rtc, "source")}, {"chip", plain_text_in(*rtc, "chip")}}, std::move(text)}};
}

std::string text_or_none(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : "";
}

using In = const MetricsInput&;
constexpr auto kGauge = MetricType::kGauge;
constexpr auto kCounter = MetricType::kCounter;
constexpr auto kInfo = MetricType::kInfo;

constexpr std::array kMetrics{
    Metric{"isletime_build", kInfo, "", "The versions of sntpd, if it is reached, and of syncweb.",
           [](In in) {
             MetricSample sample{{{"syncweb", ISLETIME_VERSION}}, "1"};
             if (in.is_connected) sample.labels.push_back({"sntpd", plain_text_in(in.status, "version")});
             return Samples{std::move(sample)};
           }},
    Metric{"isletime_sntpd_up", kGauge, "", "1 if syncweb has a connection to sntpd, otherwise 0.",
           [](In in) { return flag(in.is_connected); }},
    Metric{"isletime_synchronised", kGauge, "", "1 if a source vouches for the hub's clock, otherwise 0.",
           [](In in) { return flag(in.hub.is_synchronised); }},
    Metric{"isletime_reliable", kGauge, "",
           "1 if the hub's clock is off by no more than it was told to allow, otherwise 0.",
           [](In in) { return flag(in.hub.is_reliable); }},
    Metric{"isletime_bound_seconds", kGauge, "seconds", "The hub's clock is off by at most this.",
           [](In in) { return duration(in.hub.bound ? std::optional{in.hub.bound->value} : std::nullopt); }},
    Metric{
        "isletime_offset_seconds", kGauge, "seconds",
        "What is still to be corrected of the hub's clock; positive if the clock is behind.",
        [](In in) { return duration(in.hub.offset ? std::optional{in.hub.offset->value} : std::nullopt); }},
    Metric{"isletime_age_seconds", kGauge, "seconds", "Time since the hub's clock was last set or checked.",
           [](In in) { return duration(in.hub.age); }},
    Metric{"isletime_ahead_seconds", kGauge, "seconds",
           "How far the time that is served is ahead of the machine's clock (sntpd --no-clock).",
           [](In in) { return duration(seconds_of(in.status, "ahead_s")); }},
    Metric{"isletime_frequency_ratios", kGauge, "ratios",
           "The frequency error of the machine's clock that is corrected; positive if the clock is slow.",
           [](In in) { return number(ratio_of(number_of(in.status, "frequency_ppm"))); }},
    Metric{"isletime_frequency_error_ratios", kGauge, "ratios",
           "One standard deviation of isletime_frequency_ratios.",
           [](In in) { return number(ratio_of(number_of(in.status, "frequency_error_ppm"))); }},
    Metric{"isletime_rate_error_ratios", kGauge, "ratios",
           "The rate by which the bound grows, as measured or found by an experiment.",
           [](In in) { return number(ratio_of(number_of(in.status, "rate_error_ppm"))); }},
    Metric{"isletime_stratum", kGauge, "", "The stratum that is served; 16 while the hub is unsynchronised.",
           [](In in) {
             if (!in.is_connected) return Samples{};
             return only(in.hub.is_synchronised ? count_text(number_of(in.status, "stratum")) : "16");
           }},
    Metric{"isletime_root_delay_seconds", kGauge, "seconds", "Round trip to the reference clock.",
           [](In in) { return duration(seconds_of(served(in), "root_delay_s")); }},
    Metric{"isletime_root_dispersion_seconds", kGauge, "seconds",
           "Dispersion to the reference clock, when sntpd last stated it.",
           [](In in) { return duration(seconds_of(served(in), "root_dispersion_s")); }},
    Metric{"isletime_warnings", kGauge, "", "The number of warnings that sntpd has at the moment.",
           [](In in) {
             const JsonValue* warnings = in.status.find("warnings");
             if (warnings == nullptr || warnings->array() == nullptr) return Samples{};
             return only(std::to_string(warnings->array()->size()));
           }},
    Metric{"isletime_source_offset_seconds", kGauge, "seconds",
           "The source's time less the hub's, as last estimated.",
           [](In in) {
             return of_sources(in, [](const JsonValue& s) { return seconds_text_of(s, "offset_s"); });
           }},
    Metric{"isletime_source_bound_seconds", kGauge, "seconds",
           "isletime_source_offset_seconds is off by at most this.",
           [](In in) {
             return of_sources(in, [](const JsonValue& s) { return seconds_text_of(s, "uncertainty_s"); });
           }},
    Metric{"isletime_source_reach", kGauge, "",
           "How many of the last eight polls the source has answered; only of servers that are asked.",
           [](In in) { return of_sources(in, reach_of_source); }},
    Metric{"isletime_source_selected", kGauge, "",
           "1 if the source is used for the hub's clock, otherwise 0.",
           [](In in) { return of_sources(in, selection_of_source); }},
    Metric{"isletime_clients", kGauge, "",
           "Clients that have asked for the time, as far as they are remembered.",
           [](In in) { return in.clients ? only(std::to_string(*in.clients)) : Samples{}; }},
    Metric{"isletime_requests", kCounter, "", "NTP requests, by whether they were answered or refused.",
           [](In in) {
             if (!in.is_connected) return Samples{};
             return Samples{{{{"outcome", "answered"}}, count_text(number_of(in.status, "answered"))},
                            {{{"outcome", "refused"}}, count_text(number_of(in.status, "refused"))}};
           }},
    Metric{"isletime_requests_limited", kCounter, "",
           "NTP requests beyond their clients' limits, answered or not.",
           [](In in) {
             return in.is_connected ? only(count_text(number_of(in.status, "limited"))) : Samples{};
           }},
    Metric{"isletime_rtc_temperature_celsius", kGauge, "celsius", "The temperature of the battery clock.",
           [](In in) {
             return of_rtc(
                 in, [](const JsonValue& rtc) { return text_or_none(number_of(rtc, "temperature_c")); });
           }},
    Metric{"isletime_rtc_frequency_ratios", kGauge, "ratios",
           "The drift of the battery clock; positive if it is slow.",
           [](In in) {
             return of_rtc(in, [](const JsonValue& rtc) {
               return text_or_none(ratio_of(number_of(rtc, "frequency_ppm")));
             });
           }},
    Metric{"isletime_rtc_writes", kCounter, "", "How often the battery clock was set.",
           [](In in) {
             return of_rtc(in, [](const JsonValue& rtc) { return count_text(number_of(rtc, "writes")); });
           }},
    Metric{"isletime_rtc_repairs", kCounter, "", "How often registers of the battery clock were repaired.",
           [](In in) {
             return of_rtc(in, [](const JsonValue& rtc) { return count_text(number_of(rtc, "repairs")); });
           }},
    Metric{"isletime_rtc_failures", kCounter, "", "How often the battery clock's bus failed.",
           [](In in) {
             return of_rtc(in, [](const JsonValue& rtc) { return count_text(number_of(rtc, "failures")); });
           }},
    Metric{"isletime_presses", kCounter, "",
           "Presses of buttons that were stored since syncweb was started, each counted once.",
           [](In in) { return only(std::to_string(in.presses)); }},
    Metric{"isletime_presses_repeated", kCounter, "", "Presses that came again after they were stored.",
           [](In in) { return only(std::to_string(in.repeated_presses)); }},
    Metric{"isletime_uptime_seconds", kGauge, "seconds", "Time since sntpd was started.",
           [](In in) { return duration(seconds_of(in.status, "uptime_s")); }},
    Metric{"isletime_web_uptime_seconds", kGauge, "seconds", "Time since syncweb was started.",
           [](In in) { return duration(in.uptime); }},
};

}  // namespace

std::string_view to_string(MetricType type) {
  switch (type) {
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kCounter:
      return "counter";
    case MetricType::kInfo:
      return "info";
  }
  return "";
}

std::span<const Metric> metrics() {
  return kMetrics;
}

}  // namespace isletime::syncweb

// SPDX-License-Identifier: MIT
#include "tools/syncweb/machine/metrics.hpp"

#include <fmt/format.h>

#include "libsync/posix/control_socket.hpp"

namespace isletime::syncweb {
namespace {

constexpr std::size_t kDepthOfStates = 6;

std::string_view suffix_of(MetricType type) {
  switch (type) {
    case MetricType::kGauge:
      return "";
    case MetricType::kCounter:
      return "_total";
    case MetricType::kInfo:
      return "_info";
  }
  return "";
}

// OpenMetrics escapes these three in label values.
std::string escaped_label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string labels_text(const std::vector<Label>& labels) {
  std::string out;
  for (const Label& label : labels)
    out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", label.name, escaped_label(label.value));
  return out.empty() ? out : '{' + out + '}';
}

void append_family(std::string& out, const Metric& metric, const std::vector<MetricSample>& samples) {
  out += fmt::format("# TYPE {} {}\n", metric.name, to_string(metric.type));
  if (!metric.unit.empty()) out += fmt::format("# UNIT {} {}\n", metric.name, metric.unit);
  out += fmt::format("# HELP {} {}\n", metric.name, metric.help);
  for (const MetricSample& sample : samples)
    out += fmt::format("{}{}{} {}\n", metric.name, suffix_of(metric.type), labels_text(sample.labels),
                       sample.value);
}

JsonValue parse_state(const std::string& json) {
  auto value = parse_json(json, {kLargestControlReply, kDepthOfStates});
  return value ? *std::move(value) : JsonValue{};
}

}  // namespace

std::string metrics_text(const MetricsInput& input) {
  std::string out;
  for (const Metric& metric : metrics()) {
    const auto samples = metric.read(input);
    if (!samples.empty()) append_family(out, metric, samples);
  }
  return out + "# EOF\n";
}

Outcome answer_metrics(Site& site, const Request&, Instant now) {
  const HubTime hub = site.hub.at(now);
  const JsonValue status = parse_state(site.hub.status());
  const JsonValue sources = parse_state(site.hub.sources());
  return Response{
      Status::kOk,
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
      metrics_text({.is_connected = site.hub.is_connected(),
                    .hub = hub,
                    .status = status,
                    .sources = sources,
                    .clients = site.hub.client_count(),
                    .presses = site.presses.presses_received(),
                    .repeated_presses = site.presses.presses_repeated(),
                    .uptime = site.started ? std::optional{elapsed(*site.started, now.mono)} : std::nullopt}),
      {{"Cache-Control", "no-store"}}};
}

}  // namespace isletime::syncweb

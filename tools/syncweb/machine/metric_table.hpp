// SPDX-License-Identifier: MIT
// The metrics that GET /metrics tells, one row of one table each, in the terms of OpenMetrics 1.0. Names and
// meanings do not change between versions; docs/monitoring and syncweb(8) list them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libsync/record/json_value.hpp"
#include "tools/syncweb/hub/hub_picture.hpp"

namespace isletime::syncweb {

enum class MetricType : std::uint8_t { kGauge, kCounter, kInfo };
std::string_view to_string(MetricType type);  // as in the metadata: "gauge"

struct Label {
  std::string_view name;
  std::string value;
};

struct MetricSample {
  std::vector<Label> labels;
  std::string value;  // a number of OpenMetrics
};

// The facts from which all metrics follow.
struct MetricsInput {
  bool is_connected;  // to sntpd
  const HubTime& hub;
  const JsonValue& status;   // of sntpd; null if not connected
  const JsonValue& sources;  // an array, or null
  std::optional<std::uint64_t> clients;
  // Presses of buttons since the start, and those of them that had come before.
  std::uint64_t presses = 0;
  std::uint64_t repeated_presses = 0;
  std::optional<nanoseconds> uptime;  // of syncweb
};

struct Metric {
  std::string_view name;  // of the family: its samples have the suffix of the type
  MetricType type;
  std::string_view unit;  // the name ends with it; empty if there is none
  std::string_view help;
  std::vector<MetricSample> (*read)(const MetricsInput& input);
};

std::span<const Metric> metrics();

}  // namespace isletime::syncweb

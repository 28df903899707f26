// SPDX-License-Identifier: MIT
// GET /metrics: the hub's state for Prometheus and others, in the text format of OpenMetrics 1.0
// (github.com/prometheus/OpenMetrics). The rows are in metric_table.
#pragma once

#include <string>

#include "tools/syncweb/machine/metric_table.hpp"
#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

std::string metrics_text(const MetricsInput& input);
Outcome answer_metrics(Site& site, const Request& request, Instant now);

}  // namespace isletime::syncweb

// SPDX-License-Identifier: MIT
// The options of driftlog plot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libsync/analysis/drift_fit.hpp"
#include "tools/driftlog/fit_rows.hpp"

namespace isletime::driftlog {

enum class Picture : std::uint8_t { kSvg, kPng, kText };

struct PlotOptions {
  std::vector<std::string> files;  // "-" is stdin
  ReadOptions reading;
  analysis::FitQuestion question;
  std::optional<std::string> output;  // a file; nothing means stdout
  Picture picture = Picture::kSvg;
};

}  // namespace isletime::driftlog

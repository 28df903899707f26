// SPDX-License-Identifier: MIT
// What driftlog plot is to draw, and where to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libsync/analysis/drift_fit.hpp"
#include "tools/driftlog/fit_columns.hpp"

namespace isletime::driftlog {

enum class Picture : std::uint8_t { kSvg, kPng, kText };

struct PlotOptions {
  std::vector<std::string> files;  // "-": stdin
  ColumnNames columns;
  analysis::FitQuestion question;
  std::optional<std::string> output;  // a file; absent: stdout
  Picture picture = Picture::kSvg;
};

}  // namespace isletime::driftlog

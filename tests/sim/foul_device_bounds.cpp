// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "tests/sim/scenarios.hpp"

namespace isletime::sim {
namespace {

struct Row {
  int number;
  double rms;  // us
};

// The measured errors plus 15 %.
constexpr std::array kRows{
    Row{90, 28.6},  Row{91, 19.0},  Row{92, 25.2},  Row{93, 95.3},  Row{94, 7.1},   Row{95, 19.8},
    Row{96, 138},   Row{98, 24.9},  Row{99, 168},   Row{100, 93.3}, Row{101, 533},  Row{102, 950},
    Row{103, 197},  Row{104, 568},  Row{105, 631},  Row{106, 16.0}, Row{110, 96.1}, Row{111, 110},
    Row{112, 97.2}, Row{113, 131},  Row{114, 130},  Row{115, 128},  Row{116, 1706}, Row{123, 99.3},
    Row{117, 7384}, Row{118, 119},  Row{119, 51.6}, Row{120, 2941}, Row{122, 397},  Row{130, 9090},
    Row{131, 27.9}, Row{136, 16.0},
};

}  // namespace

void set_device_bounds(std::vector<Scenario>& scenarios) {
  for (Scenario& scenario : scenarios) {
    const auto row = std::find_if(kRows.begin(), kRows.end(),
                                  [&](const Row& candidate) { return candidate.number == scenario.number; });
    if (row != kRows.end()) scenario.device = Bounds{.rms = row->rms * kMicrosecond};
  }
}

}  // namespace isletime::sim

// SPDX-License-Identifier: MIT
// cell [--pairs N] [--first-seed N] [--only WORDS] [--without-common-view]: pairs of devices in a radio cell,
// whose exchanges and broadcasts are delayed by 1 ms, exponential queues of 2 ms on average and 5 % spikes of
// up to 50 ms; their oscillators are off by 40 ppm to either side and wander by 1e-8 per sqrt(s). Prints how
// well two devices agree, and how two clients do that set their clocks at every reply. Exit status 1: a
// figure exceeds its bound; 2: usage.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "tests/sim/cell.hpp"

namespace isletime::sim {
namespace {

using namespace std::chrono_literals;

constexpr double kMicrosecond = 1e6;  // in a second
// A press's bound shall hold in this share of the presses.
constexpr double kBoundHolds = 0.999;
constexpr Seconds kCommonView{100e-6};
constexpr double kLost = 0.01;
constexpr int kSeldom = 10;

struct Case {
  const char* name;
  CellModel model;
  Span span;
  Seconds apart;  // the bound of the 99 % quantile
  int more = 1;   // times as many pairs, where each is read in one minute only
};

struct Options {
  int pairs = 20;
  int first_seed = 1;
  std::string_view only{};  // the rows whose name starts so
  bool has_common_view = true;
};

CellModel wi_fi() {
  CellModel model;
  model.link.base = Seconds{1e-3};
  for (Queue* queue : {&model.link.outward, &model.link.homeward}) {
    queue->mean = Seconds{2e-3};
    queue->spike_chance = 0.05;
    queue->spike_most = Seconds{50e-3};
  }
  return model;
}

CellModel broadcasting(nanoseconds interval, double loss) {
  CellModel model = wi_fi();
  model.broadcast_interval = interval;
  model.broadcast_loss = loss;
  return model;
}

CellModel until(nanoseconds end) {
  CellModel model = wi_fi();
  model.hub_until = end;
  return model;
}

bool run(const Case& row, const Options& options) {
  const Seeds seeds{.first = options.first_seed, .count = row.more * options.pairs};
  const CellResult result = run_cell(row.model, {row.span}, seeds).front();
  const bool is_good = result.apart_p99 <= row.apart && result.bound_holds >= kBoundHolds;
  std::printf("%-46s %8.0f us (at most %5.0f)  %8.0f us  1:%-6.0f %8.0f us %8.0f us  %7.3f %%  %6.0f%s\n",
              row.name, result.apart_p99.count() * kMicrosecond, row.apart.count() * kMicrosecond,
              result.simple_apart_p99.count() * kMicrosecond, result.simple_apart_p99 / result.apart_p99,
              result.error_p99.count() * kMicrosecond, result.bound_median.count() * kMicrosecond,
              result.bound_holds * 100, result.packets_per_device, is_good ? "" : "  EXCEEDED");
  return is_good;
}

bool run_all(const Options& options) {
  CellModel hourly = wi_fi();
  hourly.simple_interval = 1h;
  const auto often = options.has_common_view ? broadcasting(4s, 0.0) : wi_fi();
  const Case cases[]{
      {"exchanges, after 5 minutes", wi_fi(), {5min, 10min}, Seconds{1e-3}},
      {"exchanges, later", wi_fi(), {10min, 4h}, Seconds{1e-3}},
      {"exchanges; the simple client asks hourly", hourly, {2h, 6h}, Seconds{1e-3}},
      // The walk alone makes 1.6 ms of these.
      {"5 minutes with the hub, then 30 without", until(5min), {34min, 35min}, Seconds{3e-3}, kSeldom},
      {"8 minutes with the hub, then 30 without", until(8min), {37min, 38min}, Seconds{3e-3}, kSeldom},
      {"15 minutes with the hub, then 30 without", until(15min), {44min, 45min}, Seconds{3e-3}},
      {"30 minutes with the hub, then 30 without", until(30min), {59min, 1h}, Seconds{3e-3}},
      {"3 hours with the hub, then 30 minutes without", until(3h), {3h + 29min, 3h + 30min}, Seconds{3e-3}},
      {"broadcasts every 4 s", often, {10min, 4h}, kCommonView},
      {"broadcasts every 8 s", broadcasting(8s, 0.0), {15min, 4h}, kCommonView},
      {"broadcasts every 16 s", broadcasting(16s, 0.0), {30min, 4h}, kCommonView},
      {"broadcasts every 4 s, 1 % lost by each", broadcasting(4s, kLost), {10min, 4h}, kCommonView},
      {"broadcasts every 8 s, 1 % lost by each", broadcasting(8s, kLost), {15min, 4h}, Seconds{150e-6}},
      {"broadcasts every 16 s, 1 % lost by each", broadcasting(16s, kLost), {30min, 4h}, Seconds{200e-6}},
      {"broadcasts every 64 s are of no use", broadcasting(64s, 0.0), {10min, 4h}, Seconds{1e-3}},
  };
  std::printf("%-46s %-24s  %-11s  %-8s %-11s %-11s  %-9s  %s\n", "99 % quantiles", "apart", "simple ones",
              "ratio", "error", "bound", "holds", "packets");
  bool all_good = true;
  for (const Case& each : cases) {
    if (std::string_view{each.name}.starts_with(options.only)) all_good &= run(each, options);
  }
  return all_good;
}

// Returns one if it is no number.
int number(std::string_view text) {
  int value = 1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::max(value, 1);
}

}  // namespace
}  // namespace isletime::sim

int main(int argc, char** argv) {
  isletime::sim::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    const bool has_value = i + 1 < argc;
    if (option == "--without-common-view") {
      options.has_common_view = false;
    } else if (option == "--pairs" && has_value) {
      options.pairs = isletime::sim::number(argv[++i]);
    } else if (option == "--first-seed" && has_value) {
      options.first_seed = isletime::sim::number(argv[++i]);
    } else if (option == "--only" && has_value) {
      options.only = argv[++i];
    } else {
      std::fputs("usage: cell [--pairs N] [--first-seed N] [--only WORDS] [--without-common-view]\n", stderr);
      return 2;
    }
  }
  return isletime::sim::run_all(options) ? 0 : 1;
}

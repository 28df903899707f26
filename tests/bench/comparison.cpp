// SPDX-License-Identifier: MIT
#include "tests/bench/comparison.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "tests/bench/memory.hpp"
#include "tests/bench/probe_runs.hpp"
#include "tests/bench/saturation.hpp"
#include "tests/bench/stamp_errors.hpp"
#include "tests/bench/statistics.hpp"

namespace isletime::bench {
namespace {

using namespace std::chrono_literals;

struct Pair {
  Server ours;
  Server peers;
};

template <class Result>
struct Rounds {
  std::vector<Result> ours;
  std::vector<Result> peers;

  // `figure`: a member of Result, or a function of one.
  template <class Figure>
  Row row(std::string what, int decimals, Figure figure) const {
    return {std::move(what), median_of(ours, figure), median_of(peers, figure), decimals, {}};
  }

 private:
  template <class Figure>
  static double median_of(const std::vector<Result>& results, Figure figure) {
    std::vector<double> values(results.size());
    std::transform(results.begin(), results.end(), values.begin(),
                   [&](const Result& result) { return std::invoke(figure, result); });
    return median(std::move(values));
  }
};

template <class Measure>
auto in_turns(const Pair& servers, int rounds, Measure measure) {
  Rounds<decltype(measure(servers.ours))> results;
  for (int round = 0; round < rounds; ++round) {
    results.ours.push_back(measure(servers.ours));
    results.peers.push_back(measure(servers.peers));
  }
  return results;
}

void doubt_below(double least, const Row& row, const char* why, Comparison& out) {
  const double worst = std::min(row.ours, row.peers);
  if (worst < least) out.doubts.push_back(fmt::format("{}: {:.1f}: {}", row.what, worst, why));
}

void doubt_above(double most, const Row& row, const char* why, Comparison& out) {
  const double worst = std::max(row.ours, row.peers);
  if (worst > most) out.doubts.push_back(fmt::format("{}: {:.1f}: {}", row.what, worst, why));
}

void compare_throughput(const Pair& servers, unsigned core, Comparison& out) {
  const auto rounds = in_turns(servers, 11, [&](const Server& s) { return saturate(s, core, 1s); });
  out.rows.push_back(
      with_ratio_at_least(1.15, rounds.row("replies/s of one core", 0, &Saturation::replies_per_second)));
  out.rows.push_back(rounds.row("server's CPU time a reply, us", 3, &Saturation::cpu_us_per_reply));
  const Row busy = rounds.row("server's core busy, %", 1, &Saturation::core_busy_percent);
  const Row shared = rounds.row("server's core taken by others, %", 1, &Saturation::core_shared_percent);
  const Row idle = rounds.row("client's looks that found no reply, %", 1, &Saturation::idle_looks_percent);
  out.rows.insert(out.rows.end(), {busy, shared, idle});
  doubt_below(95, busy, "the server was not at its limit", out);
  doubt_above(5, shared, "the machine is not quiet", out);
  doubt_below(5, idle, "the client was at its limit", out);
}

struct Pace {
  std::uint32_t requests_per_second;
  std::uint32_t sample_every;
};

auto measure_stamps_in_turns(const Pair& servers, const Pace& pace, Comparison& out) {
  auto rounds = in_turns(servers, 7, [&](const Server& s) {
    return measure_stamps(s, pace.requests_per_second, pace.sample_every, 1s);
  });
  const Row sent = rounds.row("requests/s sent", 0, &StampErrors::requests_per_second);
  doubt_below(0.98 * pace.requests_per_second, sent, "the client could not keep the pace", out);
  return rounds;
}

void compare_stamps(const Pair& servers, Comparison& out) {
  const auto loaded = measure_stamps_in_turns(servers, {100'000, 100}, out);
  out.rows.push_back(with_ratio_at_most(
      1, loaded.row("stamp error at 100000 requests/s, median, ns", 0, &StampErrors::median_ns)));
  out.rows.push_back(loaded.row("stamp error at 100000 requests/s, p99, ns", 0, &StampErrors::p99_ns));
  const auto idle = measure_stamps_in_turns(servers, {200, 1}, out);
  out.rows.push_back(idle.row("stamp error at 200 requests/s, median, ns", 0, &StampErrors::median_ns));
  out.rows.push_back(idle.row("stamp error at 200 requests/s, p99, ns", 0, &StampErrors::p99_ns));
}

void compare_memory(const Pair& servers, Comparison& out) {
  const auto memory = in_turns(servers, 1, [](const Server& s) { return memory_of(s.pid); });
  out.rows.push_back(with_ours_at_most(2048, memory.row("memory at rest, PSS, kB", 0, &Memory::pss_kb)));
  out.rows.push_back(with_ours_at_most(5120, memory.row("memory at rest, RSS, kB", 0, &Memory::rss_kb)));
}

void compare_probes(const Pair& servers, Comparison& out) {
  const auto wall = in_turns(servers, 21, one_shot_wall_ms);
  const auto error = in_turns(servers, 21, probe_error_us);
  out.rows.push_back(with_both_at_most(5, wall.row("ntpprobe asking it once, wall, ms", 2, std::identity{})));
  out.rows.push_back(
      with_both_at_most(0.5, error.row("ntpprobe asking it 8 times, error, us", 3, std::identity{})));
}

}  // namespace

Comparison compare(const Server& ours, const Server& peers, unsigned core) {
  const Pair servers{ours, peers};
  Comparison comparison;
  compare_throughput(servers, core, comparison);
  compare_stamps(servers, comparison);
  compare_probes(servers, comparison);
  compare_memory(servers, comparison);
  return comparison;
}

}  // namespace isletime::bench

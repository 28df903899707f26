// SPDX-License-Identifier: MIT
#include "tests/bench/comparison.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "tests/bench/load_socket.hpp"
#include "tests/bench/memory.hpp"
#include "tests/bench/probe_runs.hpp"
#include "tests/bench/saturation.hpp"
#include "tests/bench/stamp_errors.hpp"
#include "tests/bench/statistics.hpp"

namespace isletime::bench {
namespace {

using namespace std::chrono_literals;

template <class Result>
struct Rounds {
  std::vector<Result> ours;
  std::vector<Result> peers;

  // `figure` is a member or a member function of Result.
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
auto in_turns(const Servers& servers, int rounds, Measure measure) {
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

using Saturations = Rounds<Saturation>;

// Adds reasons to doubt the figures of these rounds, if there are any.
void examine(const Saturations& rounds, const std::string& of_what, Comparison& out) {
  const auto row = [&](const char* what, auto figure) {
    return rounds.row(fmt::format("{}, {}, %", of_what, what), 1, figure);
  };
  const Row busy = row("server's core busy", &Saturation::core_busy_percent);
  const Row shared = row("server's core taken by others", &Saturation::core_shared_percent);
  const Row idle = row("client had nothing to do", &Saturation::client_idle_percent);
  doubt_below(95, busy, "the server was not at its limit", out);
  doubt_above(5, shared, "the machine is not quiet", out);
  doubt_below(5, idle, "the client was at its limit", out);
}

// Returns how many replies per second sntpd gives.
double compare_throughput(const Servers& servers, Comparison& out) {
  const auto rounds =
      in_turns(servers, 11, [&](const Server& s) { return saturate(s, servers.core, nullptr, 1s); });
  const Row replies = rounds.row("replies/s of one core", 0, &Saturation::replies_per_second);
  out.rows.push_back(with_ratio_at_least(1.18, replies));
  out.rows.push_back(rounds.row("server's CPU time a reply, us", 3, &Saturation::cpu_us_per_reply));
  examine(rounds, "replies", out);
  return replies.ours;
}

void compare_signed_throughput(const Servers& servers, Comparison& out) {
  const auto rounds =
      in_turns(servers, 7, [&](const Server& s) { return saturate(s, servers.core, &servers.key, 1s); });
  out.rows.push_back(with_ratio_at_least(
      1.1, rounds.row("replies/s of one core, AES128-CMAC", 0, &Saturation::replies_per_second)));
  examine(rounds, "signed replies", out);
}

void compare_workers(const Servers& servers, Comparison& out) {
  const Servers ours{servers.ours_with_two_workers, servers.ours, {}, servers.core, servers.key};
  const auto rounds =
      in_turns(ours, 7, [&](const Server& s) { return saturate(s, servers.core, nullptr, 1s); });
  out.rows.push_back(with_ratio_at_least(
      1.3, rounds.row("replies/s of two workers and of one, sntpd", 0, &Saturation::replies_per_second)));
}

auto measure_stamps_in_turns(const Servers& servers, const Pace& pace, Comparison& out) {
  auto rounds = in_turns(servers, 7, [&](const Server& s) { return measure_stamps(s, pace, 1s); });
  const Row sent = rounds.row("requests/s sent", 0, &StampErrors::requests_per_second);
  doubt_below(0.98 * pace.requests_per_second, sent, "the client could not keep the pace", out);
  return rounds;
}

void compare_stamps(const Servers& servers, const Pace& pace, double most, Comparison& out) {
  const auto rounds = measure_stamps_in_turns(servers, pace, out);
  const auto row = [&](const char* figure, auto member) {
    return rounds.row(fmt::format("stamp error at {}/s, {}, ns", pace.requests_per_second, figure), 0,
                      member);
  };
  out.rows.push_back(with_ratio_at_most(most, row("median", &StampErrors::median_ns)));
  out.rows.push_back(with_ratio_at_most(most, row("p99", &StampErrors::p99_ns)));
}

void compare_overloaded(const Servers& servers, double answered_per_second, Comparison& out) {
  const Pace pace{static_cast<std::uint32_t>(2 * answered_per_second), LoadSocket::kLongestBurst, 27};
  const auto rounds = measure_stamps_in_turns(servers, pace, out);
  out.rows.push_back(with_ratio_at_least(
      1, rounds.row("replies/s asked for twice as many", 0, &StampErrors::replies_per_second)));
  out.rows.push_back(
      with_ratio_at_most(1, rounds.row("  stamp error then, median, ns", 0, &StampErrors::median_ns)));
  out.rows.push_back(
      with_ratio_at_most(1, rounds.row("  stamp error then, p99, ns", 0, &StampErrors::p99_ns)));
}

void compare_memory(const Servers& servers, Comparison& out) {
  const auto memory = in_turns(servers, 1, [](const Server& s) { return memory_of(s.pid); });
  out.rows.push_back(with_ours_at_most(2048, memory.row("memory at rest, PSS, kB", 0, &Memory::pss_kb)));
  out.rows.push_back(with_ours_at_most(5120, memory.row("memory at rest, RSS, kB", 0, &Memory::rss_kb)));
}

void compare_probes(const Servers& servers, Comparison& out) {
  const auto wall = in_turns(servers, 21, one_shot_wall_ms);
  const auto error = in_turns(servers, 21, probe_error_us);
  out.rows.push_back(with_both_at_most(5, wall.row("ntpprobe asking it once, wall, ms", 2, std::identity{})));
  out.rows.push_back(
      with_both_at_most(0.5, error.row("ntpprobe asking it 8 times, error, us", 3, std::identity{})));
}

}  // namespace

Comparison compare(const Servers& servers) {
  Comparison comparison;
  const double answered_per_second = compare_throughput(servers, comparison);
  compare_signed_throughput(servers, comparison);
  compare_workers(servers, comparison);
  compare_overloaded(servers, answered_per_second, comparison);
  compare_stamps(servers, {100'000, 1, 100}, 1.0 / 3, comparison);
  compare_stamps(servers, {200, 1, 1}, 0.5, comparison);
  compare_probes(servers, comparison);
  compare_memory(servers, comparison);
  return comparison;
}

}  // namespace isletime::bench

// SPDX-License-Identifier: MIT
#include <chrono>

#include "tests/sim/scenarios.hpp"

namespace isletime::sim {
namespace {

using namespace std::chrono_literals;

// From one server alone the edges of its ticks cannot be determined, so the bound must contain a tick.
Scenario coarse() {
  auto s = foul_day(130, "server with a tick of 15.6 ms", local_area(), chrony_had(8517, 12'127, 12'167));
  s.server.tick = 15'600us;
  return at_most(1.1, s);
}

Scenario smearing() {
  auto s = foul_day(131, "server smears a leap second", local_area(), chrony_had(405, 908, 7531));
  s.server = {.wrong_from = 8h, .drift = 11.6 * kPpm, .drifts_until = 20h};
  s.surprises = {{.at = 8h}, {.at = 20h}};
  s.judged_by_server = true;
  return s;
}

Scenario one_of_three(int number, std::string_view name, Episode episode, Chrony chrony) {
  auto s = foul_day(number, name, wide_area(), chrony);
  s.further = {{.link = wide_area()}, {.link = wide_area()}};
  s.link.episodes = {episode};
  return s;
}

Scenario unequal_asymmetries() {
  auto s = foul_day(135, "three, asymmetric by 0, 5, 6 ms", wide_area(), chrony_had(1148, 2250, 2372));
  LinkModel five = wide_area();
  five.episodes = {{.outward = 5 * kMillisecond}};
  LinkModel six = wide_area();
  six.episodes = {{.homeward = 6 * kMillisecond}};
  s.further = {{.link = five}, {.link = six}};
  return s;
}

Scenario plain_lan(int number, std::string_view name, std::size_t further) {
  auto s = foul_day(number, name, local_area(), chrony_had(82, 234, 268));
  for (std::size_t i = 0; i < further; ++i) s.further.push_back({.link = local_area()});
  return s;
}

}  // namespace

std::vector<Scenario> foul_server_scenarios() {
  return {
      coarse(),
      smearing(),
      one_of_three(132, "one of three one way +20 ms", {.homeward = 20 * kMillisecond}, chrony_had(548)),
      one_of_three(133, "the same for 1 h of 4",
                   {.from = 3h, .until = 4h, .period = 4h, .homeward = 20 * kMillisecond}, chrony_had(548)),
      one_of_three(134, "the same from 12 h on", {.from = 12h, .homeward = 20 * kMillisecond},
                   chrony_had(548)),
      unequal_asymmetries(),
      plain_lan(136, "LAN, nothing else", 0),
      plain_lan(137, "LAN, three servers", 2),
  };
}

}  // namespace isletime::sim

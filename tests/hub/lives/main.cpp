// SPDX-License-Identifier: MIT
// hub_lives FIRST [COUNT]: lives the lives of hubs with these seeds, and prints the story of each in which
// the hub's time was beyond its bounds. Exits 1 if there was one.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/hub/lives/life.hpp"

using isletime::hub_play::Life;

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("usage: hub_lives FIRST [COUNT]\n", stderr);
    return 2;
  }
  const std::uint64_t first = std::strtoull(arguments[1], nullptr, 10);
  const std::uint64_t lives = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1;
  std::uint64_t faults = 0;
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  for (std::uint64_t seed = first; seed < first + lives; ++seed) {
    Life life(seed);
    if (!life.run()) continue;
    ++faults;
    std::printf("seed %" PRIu64 "\n", seed);
    for (const std::string& line : life.story()) std::printf("  %s\n", line.c_str());
  }
  std::printf("%" PRIu64 " lives, %" PRIu64 " of them with a fault\n", lives, faults);
  return faults == 0 ? 0 : 1;
}

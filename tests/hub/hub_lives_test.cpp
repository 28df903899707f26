// SPDX-License-Identifier: MIT
// Some of the random lives of hubs; hub_lives lives as many as one likes.
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "tests/hub/lives/life.hpp"

namespace isletime::hub_lives_test {
namespace {

constexpr std::uint64_t kLives = 200;

TEST(HubLives, KeepTheHubsTimeWithinItsBounds) {
  for (std::uint64_t seed = 1; seed <= kLives; ++seed) {
    hub_play::Life life(seed);
    if (!life.run()) continue;
    std::string story;
    for (const std::string& line : life.story()) story += line + '\n';
    ADD_FAILURE() << "seed " << seed << '\n' << story;
  }
}

}  // namespace
}  // namespace isletime::hub_lives_test

// SPDX-License-Identifier: MIT
// Every state that a hub saves is read back at the next start, whatever has happened to its clock before.
#include <random>

#include <gtest/gtest.h>

#include "tests/hub/hub_play.hpp"
#include "tools/sntpd/storing/saved_state.hpp"

namespace isletime::sntpd::hub_saves_test {
namespace {

using namespace std::chrono_literals;
using namespace hub_play;

class Life {
 public:
  explicit Life(std::uint32_t seed) : random_(seed), play_(steps_allowed(), {.crystal = 40e-6}) {
    play_.add_server();
    play_.add_server();
  }

  void live() {
    constexpr int kEvents = 60;
    for (int event = 0; event < kEvents && !::testing::Test::HasFailure(); ++event) {
      do_something();
      expect_readable();
    }
  }

 private:
  HubConfig steps_allowed() { return draw(2) == 0 ? ordinary() : without_steps(); }
  int draw(int below) { return std::uniform_int_distribution<int>{0, below - 1}(random_); }
  // Returns a time of either sign, from microseconds to hours.
  nanoseconds some_time() {
    const double exponent = std::uniform_real_distribution<double>{-6.0, 4.0}(random_);
    return rounded(Seconds{(draw(2) == 0 ? -1 : 1) * std::pow(10.0, exponent)});
  }

  void do_something() {
    switch (draw(9)) {
      case 0:
        play_.servers.front().off = some_time();
        break;
      case 1:
        play_.jump(some_time());
        break;
      case 2:
        play_.steer_by_others(1e-6 * draw(100'000));
        break;
      case 3:
        play_.feed("phone:192.0.2.4", some_time() / 1000);
        break;
      case 4:
        play_.set(some_time() / 1000);
        break;
      case 5:
        play_.machine.crystal = 1e-6 * (draw(2000) - 1000);
        break;
      case 6:
        play_.stop();
        expect_readable();
        play_.start_again();
        play_.add_server();
        break;
      default:
        for (Server& server : play_.servers) play_.ask_often(server, draw(6));
        play_.pass(magnitude(some_time()));
        break;
    }
  }

  void expect_readable() {
    if (!play_.saved) return;
    const std::string text = format_saved_state(*play_.saved);
    const auto read = parse_saved_state(text, std::nullopt, std::nullopt);
    ASSERT_TRUE(read) << to_string(read.error()) << ": " << text;
    EXPECT_EQ(read->last_good_time, play_.saved->last_good_time);
    EXPECT_EQ(read->sync.has_value(), play_.saved->sync.has_value());
  }

  std::mt19937 random_;
  HubPlay play_;
};

TEST(HubSaves, EveryStateThatIsSavedIsReadBack) {
  constexpr std::uint32_t kLives = 40;
  for (std::uint32_t seed = 0; seed < kLives; ++seed) {
    SCOPED_TRACE(seed);
    Life{seed}.live();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace isletime::sntpd::hub_saves_test

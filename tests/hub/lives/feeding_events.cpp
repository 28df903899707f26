// SPDX-License-Identifier: MIT
// Programs and people tell a hub the time in its life. Nobody is wrong by more than they say, but for a
// person who corrects it at once.
#include <array>

#include <fmt/format.h>

#include "tests/hub/lives/life.hpp"

namespace isletime::hub_play {
namespace {

constexpr std::array<const char*, 7> kSources{"phone:192.0.2.4", "phone:192.0.2.5", "ocpp:station",
                                              "http:portal",     "camera:front",    "ntp:192.0.2.9",
                                              "rtc:/dev/i2c-3"};

std::string text_of(const Hub::Reply& reply) {
  return reply.name + ", " + reply.text;
}

}  // namespace

void Life::be_fed() {
  const char* source = chance_.one_of<const char*>(kSources);
  const nanoseconds bound = chance_.between(1ms, 3s);
  const nanoseconds off = chance_.within(bound * 99 / 100);
  tell(fmt::format("{} says it is within {:.6f} s, and is off by {:.6f} s", source, Seconds{bound}.count(),
                   Seconds{off}.count()));
  tell(text_of(play_->feed(play_->sample(source, off, bound), chance_.one_in(2))));
}

// The sample is taken some time before it is fed.
void Life::be_fed_late() {
  const char* source = chance_.one_of<const char*>(kSources);
  const nanoseconds bound = chance_.between(1ms, 3s);
  play_->notice();
  const SampleRecord sample = play_->sample(source, chance_.within(bound * 99 / 100), bound);
  const nanoseconds age = chance_.between(10ms, 100s);
  tell(fmt::format("{} takes a sample that is within {:.6f} s, and feeds it {:.3f} s later", source,
                   Seconds{bound}.count(), Seconds{age}.count()));
  pass_in_parts(age);
  tell(text_of(play_->feed(sample)));
}

void Life::be_set() {
  const nanoseconds bound = chance_.between(50ms, 5s);
  const nanoseconds off = chance_.within(bound * 99 / 100);
  tell(fmt::format("a person sets it within {:.6f} s, off by {:.6f} s", Seconds{bound}.count(),
                   Seconds{off}.count()));
  tell(text_of(play_->set(off, bound)));
}

void Life::be_set_wrongly_at_first() {
  const nanoseconds wrong = chance_.of_either_sign(1s, 24h * 1000);
  const Hub::Reply reply = play_->set(wrong, 500ms);
  tell(fmt::format("a person sets it wrongly by {:.3f} s: ", Seconds{wrong}.count()) + text_of(reply));
  const Hub::Reply again = play_->set(0s, 500ms);
  tell("and at once right: " + text_of(again));
  if (reply.is_accepted && !again.is_accepted) fault_ = "a person's later word does not count";
}

}  // namespace isletime::hub_play

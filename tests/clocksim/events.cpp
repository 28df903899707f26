// SPDX-License-Identifier: MIT
#include "tests/clocksim/events.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

#include "tests/clocksim/settings.hpp"

namespace isletime::clocksim {
namespace {

constexpr std::array<std::pair<std::string_view, Quantity>, 10> kQuantities{{
    {"frequency", Quantity::kFrequency},
    {"phase", Quantity::kPhase},
    {"steering", Quantity::kSteering},
    {"up", Quantity::kUp},
    {"down", Quantity::kDown},
    {"both", Quantity::kBoth},
    {"loss", Quantity::kLoss},
    {"error", Quantity::kError},
    {"tick", Quantity::kTick},
    {"garbled", Quantity::kGarbled},
}};

constexpr std::array<std::pair<std::string_view, double Event::*>, 7> kOptions{{
    {"at", &Event::at},
    {"for", &Event::length},
    {"each", &Event::each},
    {"over", &Event::over},
    {"tau", &Event::tau},
    {"exponential", &Event::exponential},
    {"share", &Event::share},
}};

[[noreturn]] void refuse_word(std::string_view word) {
  refuse(("CLOCKSIM_EVENTS: \"" + std::string{word} + '"').c_str());
}

// Removes the part before the separator from the front of the text and returns it.
std::string_view cut(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto front = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return front;
}

struct Pair {
  std::string_view name;
  double value;
};

Pair parse_pair(std::string_view word) {
  std::string_view rest = word;
  const auto name = cut(rest, '=');
  const std::string number{rest};
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  if (number.empty() || *end != '\0') refuse_word(word);
  return {name, value};
}

void set_option(Event& event, const Pair& option) {
  for (const auto& [name, member] : kOptions) {
    if (name != option.name) continue;
    event.*member = option.value;
    return;
  }
  if (option.name == "server") {
    event.server = static_cast<int>(option.value);
  } else if (option.name == "random") {
    event.is_random = option.value != 0;
  } else {
    refuse_word(option.name);
  }
}

Quantity quantity_of(std::string_view name) {
  for (const auto& [known, quantity] : kQuantities) {
    if (known == name) return quantity;
  }
  refuse_word(name);
}

// Returns how long the event has lasted, or a negative value if it is not in progress.
double lasted(const Event& event, double now) {
  if (now < event.at) return -1;
  const double since = event.each > 0 ? std::fmod(now - event.at, event.each) : now - event.at;
  return since < event.length ? since : -1;
}

// Returns whether the event began within the second before `now`.
bool has_just_begun(const Event& event, double now) {
  const double since = lasted(event, now);
  return since >= 0 && since < 1;
}

// Returns the share of its value that the event has reached.
double level(const Event& event, double now) {
  if (event.tau > 0) return event.level;
  const double since = lasted(event, now);
  if (since < 0) return 0;
  return since < event.over ? since / event.over : 1;
}

bool concerns(const Event& event, int server) {
  return event.server == 0 || event.server == server;
}

}  // namespace

Events::Events(std::string_view text) {
  while (!text.empty()) {
    std::string_view words = cut(text, ';');
    bool is_first = true;
    while (!words.empty()) {
      const auto word = cut(words, ' ');
      if (word.empty()) continue;
      const Pair pair = parse_pair(word);
      if (is_first) {
        Event event;
        event.quantity = quantity_of(pair.name);
        event.value = pair.value;
        events_.push_back(event);
      } else {
        set_option(events_.back(), pair);
      }
      is_first = false;
    }
    if (!events_.empty() && events_.back().is_random && events_.back().each <= 0) refuse_word("random");
  }
}

void Events::tick(double now) {
  for (Event& event : events_) {
    if (event.tau <= 0) continue;
    const double target = lasted(event, now) >= 0 ? 1 : 0;
    event.level += (target - event.level) * -std::expm1(-1 / event.tau);
  }
}

double Events::value(Quantity quantity, double now, int server) const {
  double sum = 0;
  for (const Event& event : events_) {
    if (event.quantity == quantity && concerns(event, server)) sum += event.value * level(event, now);
  }
  return sum;
}

double Events::delay(Quantity quantity, double now, int server, Random& random) const {
  double sum = 0;
  for (const Event& event : events_) {
    if (event.quantity != quantity && event.quantity != Quantity::kBoth) continue;
    const double share = concerns(event, server) ? level(event, now) : 0;
    if (share == 0 || (event.share < 1 && !random.chance(event.share))) continue;
    sum += share * (event.value + random.exponential(event.exponential));
  }
  return sum;
}

std::optional<double> Events::foreign_rate(double now) const {
  std::optional<double> rate;
  for (const Event& event : events_) {
    if (event.quantity == Quantity::kSteering && has_just_begun(event, now)) rate = event.value;
  }
  return rate;
}

double Events::phase_step(double now, Random& random) const {
  double sum = 0;
  for (const Event& event : events_) {
    const bool is_due = event.is_random ? random.chance(1 / event.each) : has_just_begun(event, now);
    if (event.quantity != Quantity::kPhase || now < event.at || !is_due) continue;
    sum += event.is_random && random.chance(0.5) ? -event.value : event.value;
  }
  return sum;
}

}  // namespace isletime::clocksim

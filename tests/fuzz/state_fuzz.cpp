// SPDX-License-Identifier: MIT
// The input is the text of a state file, in which the rest follows a correct digest, since few inputs would
// have one by chance. A state that is read can be written and read again as the same.
#include <algorithm>
#include <cmath>
#include <string>

#include "libsync/posix/digest.hpp"
#include "tests/fuzz/harness.hpp"
#include "tools/sntpd/storing/saved_rtc.hpp"
#include "tools/sntpd/storing/saved_state.hpp"

using namespace isletime;
using namespace isletime::sntpd;
using isletime::fuzz::require;

namespace {

void check_frequency(const Frequency& frequency) {
  require(frequency.deviation >= 0, "a deviation is not negative");
  require(std::abs(frequency.value) <= 500e-6, "a frequency is one that a clock can have");
}

void check(std::string_view text, const std::optional<std::string>& machine) {
  const auto state = parse_saved_state(text, std::nullopt, machine);
  if (!state) {
    require(to_string(state.error())[0] != '\0', "a fault has a name");
    return;
  }
  require(state->sources.size() <= kMostSavedSources, "sources are few");
  if (state->frequency) check_frequency(*state->frequency);
  for (const SavedSource& source : state->sources) check_frequency(source.frequency);

  const auto again = parse_saved_state(format_saved_state(*state), state->saved_at, machine);
  require(again.has_value(), "what was read can be written and read");
  require(again->saved_at == state->saved_at && again->last_good_time == state->last_good_time,
          "times stay the same");
  require(again->boot.has_value() == state->boot.has_value(), "the boot stays");
  if (state->boot) {
    require(again->boot->uptime == state->boot->uptime && again->boot->asleep == state->boot->asleep &&
                again->boot->raw == state->boot->raw,
            "its clocks stay the same");
  }
  require(again->frequency.has_value() == state->frequency.has_value(), "a frequency stays");
  require(again->rate_error == state->rate_error, "what an experiment found stays the same");
  if (state->frequency) require(*again->frequency == *state->frequency, "a frequency stays the same");
  require(again->rtc.has_value() == state->rtc.has_value(), "a battery clock stays");
  if (state->rtc)
    require(rtc_object(*again->rtc) == rtc_object(*state->rtc), "a battery clock stays the same");
  require(
      std::equal(again->sources.begin(), again->sources.end(), state->sources.begin(), state->sources.end(),
                 [](const SavedSource& a, const SavedSource& b) {
                   return a.source == b.source && a.frequency == b.frequency;
                 }),
      "sources stay the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const std::string digested = R"({"digest":")" + digest(text) + R"(",)" + std::string{text};
  for (const auto& machine : {std::optional<std::string>{}, std::optional<std::string>{"0123456789abcdef"}}) {
    check(text, machine);
    check(digested, machine);
  }
  return 0;
}

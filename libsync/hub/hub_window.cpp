// SPDX-License-Identifier: MIT
// The rate error that an experiment has found for this machine's clock. Until the rate is measured by a
// source, it determines how long a sync makes the clock reliable.
#include <chrono>

#include <fmt/format.h>

#include "libsync/hub/fractions.hpp"
#include "libsync/hub/hub.hpp"

namespace isletime {
namespace {

// "2 h 40 min"
std::string length_text(nanoseconds length) {
  const auto whole = std::chrono::floor<std::chrono::minutes>(length).count();
  if (whole < 60) return fmt::format("{} min", whole);
  return whole % 60 == 0 ? fmt::format("{} h", whole / 60)
                         : fmt::format("{} h {} min", whole / 60, whole % 60);
}

}  // namespace

void Hub::expect(const std::optional<Ppm>& rate_error) {
  if (rate_error) timekeeper_.expect({rate_error->scaled + to_ppm(kChangeOfFrequency).scaled});
}

WindowView Hub::window_view() const {
  const RateError error = timekeeper_.rate_error().value_or(RateError{});
  WindowView view{error, timekeeper_.tolerance(), timekeeper_.window(SourceKind::kPhone, {}), ""};
  const double ppm = static_cast<double>(error.value.scaled) / 65536;
  view.message =
      error.is_measured
          ? fmt::format("it is kept for the next start; until then the measured {:.4g} ppm apply", ppm)
          : fmt::format("a phone's sync now counts for up to {} (tolerance {:g} s, {:.4g} ppm)",
                        length_text(view.window), std::chrono::duration<double>{view.tolerance.value}.count(),
                        ppm);
  return view;
}

WindowView Hub::set_rate_error(Ppm rate_error, Instant now) {
  saved_.rate_error = rate_error;
  expect(saved_.rate_error);
  // The time of a clock that no source has set is not saved; then the caller saves the rate error alone.
  if (timekeeper_.standing(now.mono).ever_set) save(now);
  WindowView view = window_view();
  note(Event::kRateErrorSet,
       fmt::format("an experiment found this machine's clock to be wrong by up to {:.4g} ppm: {}",
                   static_cast<double>(rate_error.scaled) / 65536, view.message));
  return view;
}

}  // namespace isletime

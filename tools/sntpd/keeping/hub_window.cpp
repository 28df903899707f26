// SPDX-License-Identifier: MIT
// What the hub makes of an experiment with this machine's clock: how long a sync makes it reliable, until
// the rate that it is steered by is measured.
#include <chrono>

#include <fmt/format.h>

#include "tools/common/build_time.hpp"
#include "tools/sntpd/keeping/hub.hpp"

namespace isletime::sntpd {
namespace {

// "2 h 40 min"
std::string length_text(nanoseconds length) {
  const auto whole = std::chrono::floor<std::chrono::minutes>(length).count();
  if (whole < 60) return fmt::format("{} min", whole);
  return whole % 60 == 0 ? fmt::format("{} h", whole / 60)
                         : fmt::format("{} h {} min", whole / 60, whole % 60);
}

}  // namespace

WindowView Hub::window_view() const {
  const RateError error = *timekeeper_.rate_error();
  WindowView view{error, timekeeper_.tolerance(), timekeeper_.window(SourceKind::kPhone, {}), ""};
  const double ppm = static_cast<double>(error.value.scaled) / 65536;
  view.message =
      error.is_measured
          ? fmt::format("it is kept for the next start: until then counts what is measured, {:.4g} ppm", ppm)
          : fmt::format("a phone's sync now counts for up to {} (tolerance {:g} s, {:.4g} ppm)",
                        length_text(view.window), std::chrono::duration<double>{view.tolerance.value}.count(),
                        ppm);
  return view;
}

WindowView Hub::set_rate_error(const SetRateError& request) {
  saved_.rate_error = request.rate_error;
  expect(saved_.rate_error);
  // A clock that nobody has set is none to remember the time of.
  const bool is_set = timekeeper_.standing(mono_now()).ever_set;
  if (is_set) save();
  if (!is_set) memory_.keep(request.rate_error, build_time());
  WindowView view = window_view();
  note(Event::kRateErrorSet,
       fmt::format("an experiment found this machine's clock to be wrong by up to {:.4g} ppm: {}",
                   static_cast<double>(request.rate_error.scaled) / 65536, view.message));
  return view;
}

}  // namespace isletime::sntpd

// SPDX-License-Identifier: MIT
#include "firmware/apps/clock/display.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "firmware/board.hpp"
#include "firmware/kit/uptime.hpp"
#include "libsync/core/text_writer.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime::firmware {
namespace {

constexpr nanoseconds kBetweenMeasurements = std::chrono::milliseconds{200};

}  // namespace

void Display::turn(const DeviceClock& clock, MonoTime now) {
  // When the clock is set, its picture is of no use any more, but it was not late.
  const bool is_set = clock.settings() != settings_;
  const bool is_due = now >= due_;
  if (now >= next_measurement_) {
    dimmer_.on_light(board::light());
    next_measurement_ = now + kBetweenMeasurements;
  }
  const MonoTime was_due = due_;
  if (is_set || is_due) draw(clock, now);
  send(now);
  if (!is_due || is_set || was_due == MonoTime{}) return;
  ++pictures_;
  const nanoseconds late = elapsed(was_due, uptime());
  latest_ = std::max(latest_, late);
  if (late > kDeadline) ++missed_;
}

void Display::draw(const DeviceClock& clock, MonoTime now) {
  settings_ = clock.settings();
  std::optional<FaceTime> shown;
  if (const auto time = clock.at(now))
    shown = FaceTime{local_time(zone_, time->time).civil, time->is_reliable};
  const Face face = draw_face(shown, night_);
  picture_ = face.picture;
  due_ = MonoTime{saturated_sum(now.time_since_epoch(), face.holds_for)};
}

void Display::send(MonoTime now) {
  while (const auto frame = chain_.next(picture_, dimmer_.level(), now)) {
    board::send_to_display(*frame);
  }
}

MonoTime Display::next_wakeup() const {
  return std::min({due_, next_measurement_, chain_.next_refresh()});
}

void Display::report() {
  std::array<char, 96> line;
  board::write(TextWriter{line}
                   .text("display: ")
                   .number(pictures_)
                   .text(" pictures, at most ")
                   .seconds(latest_)
                   .text(" s late, ")
                   .number(missed_)
                   .text(" missed\n")
                   .view());
  pictures_ = 0;
  missed_ = 0;
  latest_ = {};
}

}  // namespace isletime::firmware

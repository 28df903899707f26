// SPDX-License-Identifier: MIT
// One point a minute of how well the hub's clock was known, for six hours, so that a page can draw it. Points
// are kept by monotonic time: if the clock is set, the earlier ones move with it. A hub that nothing vouches
// for leaves a gap.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "libsync/core/time_types.hpp"
#include "libsync/policy/instant.hpp"
#include "tools/syncweb/hub/hub_picture.hpp"

namespace isletime::syncweb {

class History {
 public:
  static constexpr nanoseconds kStep = std::chrono::minutes{1};
  static constexpr std::size_t kMostPoints = 360;

  // Takes a point if one is due. Returns it as JSON, or nothing if none was taken.
  std::optional<std::string> step(const HubTime& hub, MonoTime now);
  // {"step_s":60,"points":[{"unix":1770091506.000000000,"offset_s":...,"bound_s":...,"reliable":true}]}
  std::string json(const HubTime& hub, MonoTime now) const;

 private:
  struct Point {
    MonoTime at;
    std::optional<Offset> offset;
    std::optional<Dispersion> bound;
    bool is_reliable;
  };
  static std::string json_of(const Point& point, const HubTime& hub, MonoTime now);

  std::deque<Point> points_;
  std::optional<MonoTime> next_;
};

}  // namespace isletime::syncweb

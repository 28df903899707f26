// SPDX-License-Identifier: MIT
#include "tools/syncweb/machine/history.hpp"

#include <algorithm>
#include <vector>

#include "libsync/policy/saturated.hpp"
#include "libsync/record/json_writer.hpp"

namespace isletime::syncweb {

std::optional<std::string> History::step(const HubTime& hub, MonoTime now) {
  while (!points_.empty() && elapsed(points_.front().at, now) > kStep * kMostPoints) points_.pop_front();
  if (!hub.is_synchronised || (next_ && now < *next_)) return std::nullopt;
  next_ = now + kStep;
  points_.push_back({now, hub.offset, hub.bound, hub.is_reliable});
  if (points_.size() > kMostPoints) points_.pop_front();
  return json_of(points_.back(), hub, now);
}

std::string History::json(const HubTime& hub, MonoTime now) const {
  std::vector<std::string> points;
  if (hub.is_synchronised) {
    points.reserve(points_.size());
    for (const Point& point : points_) points.push_back(json_of(point, hub, now));
  }
  return JsonWriter{}
      .count("step_s", static_cast<std::uint64_t>(kStep / seconds{1}))
      .raw("points", json_array(points))
      .object();
}

std::string History::json_of(const Point& point, const HubTime& hub, MonoTime now) {
  const nanoseconds unix_time = saturated_difference(hub.time.time_since_epoch(), elapsed(point.at, now));
  JsonWriter json;
  json.seconds("unix", unix_time);
  if (point.offset) json.seconds("offset_s", point.offset->value);
  if (point.bound) json.seconds("bound_s", point.bound->value);
  return json.flag("reliable", point.is_reliable).object();
}

}  // namespace isletime::syncweb

// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/position.hpp"

#include "tools/syncweb/phone/phone_json.hpp"

namespace isletime::syncweb {

Result<Position, Refusal> parse_position(const JsonValue& object) {
  constexpr double kMostLatitude = 90;
  constexpr double kMostLongitude = 180;
  constexpr double kHalfTheEarth = 20'100'000;  // metres; a less accurate position says nothing
  const auto latitude = number_member(object, "latitude", -kMostLatitude, kMostLatitude);
  if (!latitude) return Unexpected{latitude.error()};
  const auto longitude = number_member(object, "longitude", -kMostLongitude, kMostLongitude);
  if (!longitude) return Unexpected{longitude.error()};
  const auto accuracy = number_member(object, "accuracy_m", 0, kHalfTheEarth);
  if (!accuracy) return Unexpected{accuracy.error()};
  return Position{*latitude, *longitude, *accuracy};
}

void add_position(JsonWriter& json, const Position& position) {
  constexpr int kDegreeDecimals = 7;  // about a centimetre
  json.number("latitude", position.latitude, kDegreeDecimals)
      .number("longitude", position.longitude, kDegreeDecimals)
      .number("accuracy_m", position.accuracy_m, 1);
}

}  // namespace isletime::syncweb

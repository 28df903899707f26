// SPDX-License-Identifier: MIT
// A position on Earth as JSON, from phones and to those who ask: {"latitude":52.5,"longitude":13.4,
// "accuracy_m":12.0}.
#pragma once

#include "libsync/core/result.hpp"
#include "libsync/record/json_value.hpp"
#include "libsync/record/json_writer.hpp"
#include "tools/syncweb/phone/refusal.hpp"
#include "tools/syncweb/phone/settings.hpp"

namespace isletime::syncweb {

Result<Position, Refusal> parse_position(const JsonValue& object);
void add_position(JsonWriter& json, const Position& position);

}  // namespace isletime::syncweb

// SPDX-License-Identifier: MIT
#include "tools/syncweb/phone/last_sync.hpp"

#include "libsync/record/json_writer.hpp"

namespace isletime::syncweb {

std::string to_json(const PhoneSync& sync, MonoTime now) {
  JsonWriter json;
  json.text("source", sync.source)
      .text("by", to_string(sync.by))
      .text("verdict", sync.verdict)
      .seconds("age_s", elapsed(sync.at, now))
      .seconds("offset_s", sync.offset.value)
      .seconds("bound_s", sync.bound.value);
  if (sync.delay) json.seconds("delay_s", sync.delay->value);
  return json.object();
}

}  // namespace isletime::syncweb

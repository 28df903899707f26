// SPDX-License-Identifier: MIT
// The messages of OCPP 1.6 over WebSocket (OCPP-J) that a charge point needs to keep its time and to report
// its meter. Whatever a back end sends is checked before it is used, and nothing of it is copied.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "firmware/apps/charger/json_text.hpp"
#include "libsync/core/ip_address.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/policy/device_clock.hpp"

namespace isletime::firmware {

// OCPP-J 1.6, section 4.2: the message type numbers.
enum class OcppKind : std::uint8_t { kCall = 2, kResult = 3, kError = 4 };

struct OcppMessage {
  OcppKind kind;
  std::string_view id;               // 1 to 36 printable characters, without quotes and backslashes
  std::optional<JsonValue> payload;  // of a result: an object
};
std::optional<OcppMessage> parse_ocpp(std::string_view text);

// A back end's time, and the step in which it is told.
struct CurrentTime {
  WallTime time;
  nanoseconds resolution;
};
// Reads the member "currentTime". Digits that are all zero count as absent: many write ".000" always.
std::optional<CurrentTime> current_time_of(const JsonValue& payload);

// The time of a back end, as it is to be reported to the device's clock.
struct BackendTime {
  WallTime claimed;
  Dispersion bound;
  MonoTime at;
};
// It was told at any instant between the request and the reply, and may have been truncated or rounded.
BackendTime locate(const CurrentTime& told, MonoTime sent, MonoTime arrived);

enum class BootStatus : std::uint8_t { kAccepted, kPending, kRejected };
struct BootReply {
  BootStatus status;
  std::optional<seconds> interval;  // nothing if the charge point may choose
};
std::optional<BootReply> boot_reply_of(const JsonValue& payload);

// A reading of the meter at an aligned instant.
struct MeterReading {
  WallTime at;
  std::uint32_t watt_hours;
  bool is_reliable;  // the clock was, at that instant
};

// Each returns the text within `out`, or an empty one if it does not fit.
std::string_view write_boot(std::span<char> out, std::uint32_t id, std::string_view serial);
std::string_view write_heartbeat(std::span<char> out, std::uint32_t id);
// A reading by a clock that was not reliable has the context "Other": it is not proven to be clock-aligned.
std::string_view write_meter_values(std::span<char> out, std::uint32_t id, const MeterReading& reading);
// Says of the charge point's clock whether it is reliable, how far it may be off, and by whom it is set.
std::string_view write_clock_status(std::span<char> out, std::uint32_t id,
                                    const std::optional<DeviceTime>& time);
std::string_view write_missed_stamps(std::span<char> out, std::uint32_t id, std::uint32_t count);
// The answer to a call of the back end: this charge point implements none.
std::string_view write_not_implemented(std::span<char> out, std::string_view id);

// "192.0.2.7:8180/ocpp/" as the setting "backend" has it; the views are into the setting.
struct Backend {
  Endpoint endpoint;
  std::string_view host;  // with the port
  std::string_view path;  // from its slash on; at least that
};
std::optional<Backend> parse_backend(std::string_view text);

}  // namespace isletime::firmware

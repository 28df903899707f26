// SPDX-License-Identifier: MIT
#include "firmware/apps/charger/ocpp_message.hpp"

#include <algorithm>

#include "libsync/core/rfc3339.hpp"
#include "libsync/core/text_reader.hpp"
#include "libsync/core/text_writer.hpp"
#include "libsync/policy/saturated.hpp"

namespace isletime::firmware {
namespace {

constexpr std::size_t kLongestId = 36;

bool is_plain_id(std::string_view id) {
  if (id.empty() || id.size() > kLongestId) return false;
  return std::all_of(id.begin(), id.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// Returns the step of the last digit after the point, or a second.
nanoseconds resolution_of(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return seconds{1};
  constexpr int kMostDigits = 9;
  nanoseconds step = seconds{1};
  bool is_zero = true;
  text.remove_prefix(point + 1);
  for (int i = 0; i < kMostDigits && !text.empty() && text.front() >= '0' && text.front() <= '9'; ++i) {
    step /= 10;
    is_zero = is_zero && text.front() == '0';
    text.remove_prefix(1);
  }
  return is_zero ? seconds{1} : step;
}

void write_time_to_the_millisecond(TextWriter& out, WallTime time) {
  constexpr std::size_t kToTheMillisecond = 23;
  const auto text = format_rfc3339(time);
  out.text({text.data(), kToTheMillisecond}).text("Z");
}

TextWriter& begin_call(TextWriter& out, std::uint32_t id, std::string_view action) {
  return out.text("[2,\"").number(id).text("\",\"").text(action).text("\",");
}

std::string_view finish(const TextWriter& out) {
  return out.is_whole() ? out.view() : std::string_view{};
}

// StatusNotification of the charge point itself; its status is not that of its clock.
TextWriter& begin_status(TextWriter& out, std::uint32_t id, std::string_view error) {
  begin_call(out, id, "StatusNotification");
  return out.text(R"({"connectorId":0,"status":"Available","errorCode":")").text(error).text(R"(","info":")");
}

// The info has room for 50 characters.
void write_bound(TextWriter& out, const DeviceTime& time) {
  constexpr nanoseconds kMostSaid = seconds{999'999'999};
  const nanoseconds bound = std::min(time.bound.value, kMostSaid);
  const auto rounded_up =
      (bound + std::chrono::milliseconds{1} - nanoseconds{1}) / std::chrono::milliseconds{1};
  constexpr int kThousand = 1000;
  out.text("clock +/- ").number(static_cast<std::uint64_t>(rounded_up / kThousand)).text(".");
  out.digits(static_cast<std::uint64_t>(rounded_up % kThousand), 3).text(" s by ").text(name_of(time.source));
}

}  // namespace

std::optional<OcppMessage> parse_ocpp(std::string_view text) {
  const auto message = JsonValue::parse(text);
  const auto type = message ? message->element(0) : std::nullopt;
  const auto number = type ? type->whole_number() : std::nullopt;
  const auto id_value = number ? message->element(1) : std::nullopt;
  const auto id = id_value ? id_value->plain_string() : std::nullopt;
  if (!id || !is_plain_id(*id)) return std::nullopt;
  if (*number == static_cast<std::uint32_t>(OcppKind::kCall)) return OcppMessage{OcppKind::kCall, *id, {}};
  if (*number == static_cast<std::uint32_t>(OcppKind::kError)) return OcppMessage{OcppKind::kError, *id, {}};
  const auto payload = message->element(2);
  if (*number != static_cast<std::uint32_t>(OcppKind::kResult) || !payload || !payload->is_object())
    return std::nullopt;
  return OcppMessage{OcppKind::kResult, *id, payload};
}

std::optional<CurrentTime> current_time_of(const JsonValue& payload) {
  const auto member = payload.member("currentTime");
  const auto text = member ? member->plain_string() : std::nullopt;
  if (!text) return std::nullopt;
  const auto time = parse_rfc3339(*text);
  if (!time) return std::nullopt;
  return CurrentTime{*time, resolution_of(*text)};
}

BackendTime locate(const CurrentTime& told, MonoTime sent, MonoTime arrived) {
  const nanoseconds half = (elapsed(sent, arrived) + nanoseconds{1}) / 2;
  return {.claimed = WallTime{saturated_sum(told.time.time_since_epoch(), told.resolution / 2)},
          .bound = {saturated_sum(half, told.resolution)},
          .at = arrived - half};
}

std::optional<BootReply> boot_reply_of(const JsonValue& payload) {
  const auto member = payload.member("status");
  const auto word = member ? member->plain_string() : std::nullopt;
  if (!word) return std::nullopt;
  BootReply reply{};
  if (*word == "Accepted") {
    reply.status = BootStatus::kAccepted;
  } else if (*word == "Pending") {
    reply.status = BootStatus::kPending;
  } else if (*word == "Rejected") {
    reply.status = BootStatus::kRejected;
  } else {
    return std::nullopt;
  }
  const auto interval = payload.member("interval");
  const auto number = interval ? interval->whole_number() : std::nullopt;
  if (number && *number > 0) reply.interval = seconds{*number};
  return reply;
}

std::string_view write_boot(std::span<char> out, std::uint32_t id, std::string_view serial) {
  TextWriter writer{out};
  begin_call(writer, id, "BootNotification");
  writer.text(R"({"chargePointVendor":"isletime","chargePointModel":"charger","chargePointSerialNumber":")");
  constexpr std::size_t kMostSerial = 25;
  return finish(writer.text(serial.substr(0, kMostSerial)).text("\"}]"));
}

std::string_view write_heartbeat(std::span<char> out, std::uint32_t id) {
  TextWriter writer{out};
  return finish(begin_call(writer, id, "Heartbeat").text("{}]"));
}

std::string_view write_meter_values(std::span<char> out, std::uint32_t id, const MeterReading& reading) {
  TextWriter writer{out};
  begin_call(writer, id, "MeterValues").text(R"({"connectorId":1,"meterValue":[{"timestamp":")");
  write_time_to_the_millisecond(writer, reading.at);
  writer.text(R"(","sampledValue":[{"value":")").number(reading.watt_hours).text(R"(","context":")");
  writer.text(reading.is_reliable ? "Sample.Clock" : "Other");
  return finish(writer.text(R"(","measurand":"Energy.Active.Import.Register","unit":"Wh"}]}]}])"));
}

std::string_view write_clock_status(std::span<char> out, std::uint32_t id,
                                    const std::optional<DeviceTime>& time) {
  TextWriter writer{out};
  const bool is_reliable = time && time->is_reliable;
  begin_status(writer, id, is_reliable ? "NoError" : "OtherError");
  if (time) {
    write_bound(writer, *time);
    writer.text(R"(","timestamp":")");
    write_time_to_the_millisecond(writer, time->time);
  } else {
    writer.text("clock unset");
  }
  writer.text(R"(","vendorId":"isletime","vendorErrorCode":")");
  return finish(writer.text(is_reliable ? "ClockReliable" : "ClockNotReliable").text("\"}]"));
}

std::string_view write_missed_stamps(std::span<char> out, std::uint32_t id, std::uint32_t count) {
  TextWriter writer{out};
  begin_status(writer, id, "OtherError").number(count).text(" clock-aligned stamps missed");
  return finish(writer.text(R"(","vendorId":"isletime","vendorErrorCode":"StampsMissed"}])"));
}

std::string_view write_not_implemented(std::span<char> out, std::string_view id) {
  TextWriter writer{out};
  return finish(writer.text("[4,\"").text(id).text(R"(","NotImplemented","",{}])"));
}

std::optional<Backend> parse_backend(std::string_view text) {
  TextReader reader{text};
  std::uint32_t address = 0;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) reader.expect(".");
    const std::uint32_t part = reader.number(3);
    if (part > 0xff) return std::nullopt;
    address = address << 8 | part;
  }
  reader.expect(":");
  const std::uint32_t port = reader.number(5);
  if (reader.failed() || port == 0 || port > 0xffff) return std::nullopt;
  const std::size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const std::string_view path = slash == std::string_view::npos ? "/" : text.substr(slash);
  if (slash == std::string_view::npos ? !reader.at_end() : reader.take_if("/") == 0) return std::nullopt;
  return Backend{{IpAddress::v4(address), static_cast<std::uint16_t>(port)}, host, path};
}

}  // namespace isletime::firmware

// SPDX-License-Identifier: MIT
#include "firmware/apps/charger/ocpp_client.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "firmware/net/http_head.hpp"

namespace isletime::firmware {

void OcppClient::on_opened(MonoTime now) {
  is_open_ = true;
  is_accepted_ = false;
  pending_.reset();
  told_reliable_.reset();
  next_boot_ = next_status_ = next_reading_ = now;
}

void OcppClient::on_closed() {
  is_open_ = false;
  is_accepted_ = false;
  pending_.reset();
}

void OcppClient::miss(std::uint32_t count) {
  constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
  missed_ = count > kMost - missed_ ? kMost : missed_ + count;
}

void OcppClient::drop_oldest() {
  first_ = (first_ + 1) % kMostReadings;
  --count_;
  reading_id_ = 0;
  refusals_ = 0;
}

void OcppClient::add(const MeterReading& reading, std::uint32_t missed_before) {
  miss(missed_before);
  if (count_ == kMostReadings) {
    drop_oldest();
    miss(1);
  }
  readings_[(first_ + count_) % kMostReadings] = reading;
  ++count_;
}

bool OcppClient::has_news(const std::optional<DeviceTime>& time) const {
  return missed_ > 0 || told_reliable_ != (time && time->is_reliable);
}

std::optional<OcppClient::Request> OcppClient::due(const std::optional<DeviceTime>& time,
                                                   MonoTime now) const {
  if (!is_open_ || pending_) return std::nullopt;
  if (!is_accepted_) return now >= next_boot_ ? std::optional{Request::kBoot} : std::nullopt;
  if (now >= next_status_ && told_reliable_ != (time && time->is_reliable)) return Request::kClockStatus;
  if (now >= next_status_ && missed_ > 0) return Request::kMissedStamps;
  if (now >= next_reading_ && count_ > 0) return Request::kMeterValues;
  return now >= next_heartbeat_ ? std::optional{Request::kHeartbeat} : std::nullopt;
}

MonoTime OcppClient::next_wakeup(const std::optional<DeviceTime>& time) const {
  if (!is_open_) return MonoTime::max();
  if (pending_) return pending_->sent + kPatience + std::chrono::milliseconds{1};
  if (!is_accepted_) return next_boot_;
  MonoTime next = next_heartbeat_;
  if (has_news(time)) next = std::min(next, next_status_);
  if (count_ > 0) next = std::min(next, next_reading_);
  return next;
}

std::string_view OcppClient::next_message(std::span<char> out, const std::optional<DeviceTime>& time,
                                          MonoTime now) {
  const auto request = due(time, now);
  if (!request) return {};
  const bool is_reading = *request == Request::kMeterValues;
  const std::uint32_t id = is_reading && reading_id_ != 0 ? reading_id_ : ++last_id_;
  if (is_reading) reading_id_ = id;
  pending_ = Pending{.request = *request,
                     .id = id,
                     .sent = now,
                     .said_reliable = time && time->is_reliable,
                     .said_missed = missed_};
  switch (*request) {
    case Request::kBoot:
      return write_boot(out, id, serial_);
    case Request::kHeartbeat:
      return write_heartbeat(out, id);
    case Request::kClockStatus:
      return write_clock_status(out, id, time);
    case Request::kMissedStamps:
      return write_missed_stamps(out, id, missed_);
    case Request::kMeterValues:
      return write_meter_values(out, id, readings_[first_]);
  }
  return {};
}

OcppClient::Outcome OcppClient::on_message(std::string_view text, std::span<char> out, MonoTime now) {
  const auto message = parse_ocpp(text);
  if (!message) {
    ++garbled_;
    return {};
  }
  if (message->kind == OcppKind::kCall) return {{}, write_not_implemented(out, message->id)};
  if (!pending_ || net::number_of(message->id) != pending_->id) {
    ++garbled_;
    return {};
  }
  const Pending pending = *pending_;
  pending_.reset();
  if (message->kind == OcppKind::kError) {
    take_error(pending, now);
    return {};
  }
  take_result(pending, *message->payload, now);
  const bool tells_time = pending.request == Request::kBoot || pending.request == Request::kHeartbeat;
  const auto told = tells_time ? current_time_of(*message->payload) : std::nullopt;
  if (!told) return {};
  return {locate(*told, pending.sent, now), {}};
}

void OcppClient::take_result(const Pending& pending, const JsonValue& payload, MonoTime now) {
  switch (pending.request) {
    case Request::kBoot: {
      const auto reply = boot_reply_of(payload);
      is_accepted_ = reply && reply->status == BootStatus::kAccepted;
      const auto interval = reply ? reply->interval : std::nullopt;
      if (is_accepted_) interval_ = std::min(interval.value_or(kUsualInterval), kLongestInterval);
      next_heartbeat_ = now + interval_;
      next_boot_ = now + std::min(interval.value_or(kBootAgain), kLongestInterval);
      break;
    }
    case Request::kHeartbeat:
      next_heartbeat_ = now + interval_;
      break;
    case Request::kClockStatus:
      told_reliable_ = pending.said_reliable;
      next_status_ = now + kBetweenStatuses;
      break;
    case Request::kMissedStamps:
      missed_ -= std::min(missed_, pending.said_missed);
      next_status_ = now + kBetweenStatuses;
      break;
    case Request::kMeterValues:
      if (pending.id != reading_id_) break;
      ++delivered_;
      drop_oldest();
      break;
  }
}

// Only readings are worth a repetition.
void OcppClient::take_error(const Pending& pending, MonoTime now) {
  switch (pending.request) {
    case Request::kBoot:
      next_boot_ = now + kBootAgain;
      break;
    case Request::kHeartbeat:
      next_heartbeat_ = now + interval_;
      break;
    case Request::kClockStatus:
      told_reliable_ = pending.said_reliable;
      next_status_ = now + kBetweenStatuses;
      break;
    case Request::kMissedStamps:
      missed_ -= std::min(missed_, pending.said_missed);
      next_status_ = now + kBetweenStatuses;
      break;
    case Request::kMeterValues:
      if (pending.id != reading_id_) break;
      next_reading_ = now + kAfterRefusal;
      if (++refusals_ < kMostRefusals) break;
      ++refused_;
      drop_oldest();
      break;
  }
}

}  // namespace isletime::firmware

// SPDX-License-Identifier: MIT
#include "firmware/kit/device_memory.hpp"

#include "firmware/board.hpp"
#include "firmware/kit/build_time.hpp"
#include "firmware/kit/settings.hpp"
#include "libsync/drivers/rtc_policy.hpp"

namespace isletime::firmware {

DeviceClock::Config DeviceMemory::clock_config(DeviceClock::Config config) const {
  config.built = build_time();
  config.latest = build_time() + kLongestUse;
  if (setting("island") == "yes") config.may_follow_island = nullptr;
  if (saved_.rate) {
    config.saved_rate = saved_.rate->rate;
    config.saved_rate_error = saved_.rate->error;
  }
  return config;
}

void DeviceMemory::keep(const DeviceClock& clock, MonoTime now) {
  if (take_rate(clock, now)) store();
}

void DeviceMemory::keep(const DeviceClock& clock, RtcRunner& rtc, MonoTime now) {
  const bool is_rate_due = take_rate(clock, now);
  const bool is_rtc_due = rtc.take_worth_saving();
  if (!is_rate_due && !is_rtc_due) return;
  const auto before = saved_.rtc;
  if (is_rtc_due) saved_.rtc = rtc.saved();
  if (store() || !is_rtc_due) return;
  saved_.rtc = before;
  rtc.on_not_saved();
}

// Telling a rate and its error takes about a millisecond on an ESP8266, so it is not done in every turn.
bool DeviceMemory::take_rate(const DeviceClock& clock, MonoTime now) {
  constexpr nanoseconds kBetweenLooks = seconds{10};
  if (now < next_look_) return false;
  next_look_ = now + kBetweenLooks;
  if (!clock.is_rate_known(now)) return false;
  const LearnedRate learned{clock.rate(now), clock.rate_error(now)};
  if (!rate_keeper_.is_due(learned, now)) return false;
  saved_.rate = learned;
  rate_keeper_.on_stored(learned, now);
  return true;
}

bool DeviceMemory::store() const {
  const bool is_stored = save_record(saved_);
  if (!is_stored) board::write("what was learned of the clocks cannot be stored\n");
  return is_stored;
}

}  // namespace isletime::firmware

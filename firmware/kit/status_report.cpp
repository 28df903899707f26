// SPDX-License-Identifier: MIT
#include "firmware/kit/status_report.hpp"

#include "firmware/kit/rtc_config.hpp"
#include "libsync/core/rfc3339.hpp"

namespace isletime::firmware {
namespace {

constexpr seconds kBetweenReports{60};

}  // namespace

bool StatusReport::is_due(const DeviceClock& clock, RtcState rtc, MonoTime now) {
  Reported present;
  present.rtc = rtc;
  if (const auto time = clock.at(now)) {
    present.is_set = true;
    present.is_reliable = time->is_reliable;
    present.source = time->source;
  }
  if (present == reported_ && now < next_) return false;
  reported_ = present;
  next_ = now + kBetweenReports;
  return true;
}

TextWriter& write_status(TextWriter& out, const DeviceName& name, const NtpFollowing& following,
                         const DeviceClock& clock, MonoTime now) {
  out.text(name.text()).text(": ");
  if (const auto& hub = following.hub()) out.text("hub ").address(*hub).text(", ");
  const auto time = clock.at(now);
  if (!time) return out.text("time unknown");
  const rfc3339::Written written = format_rfc3339(time->time);
  out.text({written.data(), written.size()}).text(" +/- ").seconds(time->bound.value).text(" s, by ");
  return out.text(name_of(time->source)).text(time->is_reliable ? ", reliable" : ", not reliable");
}

TextWriter& write_status(TextWriter& out, const RtcRunner& rtc) {
  return out.text("; RTC: ").text(describe(rtc.state())).text(", ").number(rtc.writes()).text(" writes");
}

}  // namespace isletime::firmware

// SPDX-License-Identifier: MIT
// The charger's HTTP interface:
//   GET /: a page with one button, which sets the clock by the phone that shows it
//   GET /time: the time with its bound and whether it is reliable, in syncweb's form; see syncweb(8)
//   GET /stamps: the last readings of the meter, "TIME,WATT_HOURS,reliable" or "...,unreliable" a line
//   GET /status: the battery clock, the back end and the meter
//   GET /nonce, POST /set: "nonce=NONCE&time=UNIX_MILLISECONDS"; with the setting "key" it needs "&mac=MAC",
//     as the clock's does, and the page's button is of no use
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/apps/charger/energy_meter.hpp"
#include "firmware/apps/charger/ocpp_link.hpp"
#include "firmware/apps/charger/phone_setting.hpp"
#include "firmware/apps/charger/stamp_list.hpp"
#include "firmware/kit/http_pages.hpp"
#include "firmware/kit/ntp_following.hpp"
#include "firmware/kit/rtc_runner.hpp"
#include "firmware/net/http_server.hpp"
#include "libsync/policy/device_clock.hpp"
#include "libsync/policy/signed_setting.hpp"

namespace isletime::firmware {

class Pages {
 public:
  // The parts of the charger that the pages show; all must outlive them.
  struct Subjects {
    DeviceClock& clock;
    const NtpFollowing& following;
    const RtcRunner& rtc;
    const OcppLink& ocpp;
    const EnergyMeter& meter;
    const StampList& stamps;
  };
  // With `is_locked` and no `signed_setting`, nobody can set the clock.
  Pages(const Subjects& subjects, const std::optional<SignedSetting>& signed_setting, bool is_locked)
      : on_(subjects), signed_setting_(signed_setting), is_locked_(is_locked) {}
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  bool listen(std::uint16_t port);

 private:
  using Reply = net::HttpReply;
  static const std::array<Route<Pages>, 6> kRoutes;

  Reply answer(const net::HttpRequest& request);
  Reply answer_root(const net::HttpRequest& request);
  Reply answer_time(const net::HttpRequest& request);
  Reply answer_stamps(const net::HttpRequest& request);
  Reply answer_status(const net::HttpRequest& request);
  Reply answer_nonce(const net::HttpRequest& request);
  Reply answer_set(const net::HttpRequest& request);

  Subjects on_;
  std::optional<SignedSetting> signed_setting_;
  bool is_locked_;
  PhoneSetting phone_;
  net::HttpServer server_;
  std::array<char, 768> text_{};  // of the reply under way
};

}  // namespace isletime::firmware

// SPDX-License-Identifier: MIT
// The clock's HTTP interface: the time in syncweb's forms, and setting it with a signature.
//   GET /time, GET /?getTimeNDate, GET /.well-known/time (each also HEAD): see syncweb(8)
//   GET /nonce: 32 hexadecimal digits, for half a minute
//   POST /set: "nonce=NONCE&time=UNIX_MILLISECONDS&mac=MAC", with the key of the setting "key":
//     N=$(curl -sf $C/nonce) B="nonce=$N&time=$(date +%s%3N)" &&
//     curl -f -d "$B&mac=$(printf %s "$B" | openssl mac -cipher AES-128-CBC -macopt hexkey:$K CMAC)" $C/set
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/kit/http_pages.hpp"
#include "firmware/kit/ntp_following.hpp"
#include "firmware/net/http_server.hpp"
#include "libsync/core/posix_tz.hpp"
#include "libsync/policy/device_clock.hpp"
#include "libsync/policy/signed_setting.hpp"
#include "libsync/policy/time_forms.hpp"

namespace isletime::firmware {

class Web {
 public:
  // Clock, following and name must outlive it. Without `setting` nobody can set the clock.
  Web(DeviceClock& clock, const NtpFollowing& following, const PosixZone& zone, std::string_view name,
      std::optional<SignedSetting> setting)
      : clock_(clock), following_(following), zone_(zone), name_(name), setting_(setting) {}
  Web(const Web&) = delete;
  Web& operator=(const Web&) = delete;

  bool listen(std::uint16_t port);

 private:
  using Reply = net::HttpReply;
  static const std::array<Route<Web>, 5> kRoutes;

  Reply answer(const net::HttpRequest& request);
  Reply answer_root(const net::HttpRequest& request);
  Reply answer_time(const net::HttpRequest& request);
  Reply answer_well_known(const net::HttpRequest& request);
  Reply answer_nonce(const net::HttpRequest& request);
  Reply answer_set(const net::HttpRequest& request);

  DeviceClock& clock_;
  const NtpFollowing& following_;
  PosixZone zone_;
  std::string_view name_;
  std::optional<SignedSetting> setting_;
  net::HttpServer server_;
  std::array<char, kTimeFormSize> text_{};  // of the reply under way
};

}  // namespace isletime::firmware

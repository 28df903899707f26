// SPDX-License-Identifier: MIT
// The common parts of the devices' HTTP interfaces: a table of routes, and the replies about the time and its
// setting, in syncweb's form.
#pragma once

#include <span>
#include <string_view>

#include "firmware/kit/ntp_following.hpp"
#include "firmware/net/http_server.hpp"
#include "libsync/policy/device_clock.hpp"
#include "libsync/policy/signed_setting.hpp"

namespace isletime::firmware {

namespace http_status {
inline constexpr int kOk = 200;
inline constexpr int kNoContent = 204;
inline constexpr int kBadRequest = 400;
inline constexpr int kForbidden = 403;
inline constexpr int kNotFound = 404;
inline constexpr int kMethodNotAllowed = 405;
inline constexpr int kConflict = 409;
inline constexpr int kTooManyRequests = 429;
inline constexpr int kUnavailable = 503;
}  // namespace http_status

inline constexpr std::string_view kJson = "application/json";

template <class Pages>
struct Route {
  std::string_view method;  // GET answers HEAD as well: the server leaves out the body
  std::string_view path;
  net::HttpReply (Pages::*answer)(const net::HttpRequest& request);
};

inline net::HttpReply message(int status, std::string_view text) {
  return {.status = status, .body = text};
}

// `not_found` names the paths that there are.
template <class Pages>
net::HttpReply answer_by(std::span<const Route<Pages>> routes, Pages& pages, const net::HttpRequest& request,
                         std::string_view not_found) {
  const std::string_view method = request.method == "HEAD" ? "GET" : request.method;
  for (const Route<Pages>& route : routes) {
    if (route.path != request.path) continue;
    if (route.method == method) return (pages.*route.answer)(request);
    return {.status = http_status::kMethodNotAllowed,
            .body = "not by this method\n",
            .fields = route.method == "POST" ? "Allow: POST\r\n" : "Allow: GET, HEAD\r\n"};
  }
  return message(http_status::kNotFound, not_found);
}

// Texts are composed in `buffer`, which must live until the reply is sent.
net::HttpReply unsynchronised();
net::HttpReply time_reply(const DeviceClock& clock, const NtpFollowing& following, std::span<char> buffer);
net::HttpReply nonce_reply(std::string_view nonce, std::span<char> buffer);
net::HttpReply refused(SettingRefusal refusal);
// `by` names the source on the console.
net::HttpReply report_setting(DeviceClock& clock, SourceKind kind, const SignedSetting::Setting& set,
                              MonoTime at, std::string_view by, std::span<char> buffer);

}  // namespace isletime::firmware

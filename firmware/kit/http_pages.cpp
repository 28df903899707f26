// SPDX-License-Identifier: MIT
#include "firmware/kit/http_pages.hpp"

#include <array>

#include "firmware/board.hpp"
#include "firmware/kit/uptime.hpp"
#include "libsync/core/text_writer.hpp"
#include "libsync/policy/time_forms.hpp"

namespace isletime::firmware {

net::HttpReply unsynchronised() {
  return {.status = http_status::kUnavailable,
          .type = kJson,
          .body = unsynchronised_object(),
          .fields = "Retry-After: 10\r\n"};
}

net::HttpReply time_reply(const DeviceClock& clock, const NtpFollowing& following, std::span<char> buffer) {
  const MonoTime now = uptime();
  const auto time = clock.at(now);
  if (!time) return unsynchronised();
  std::array<char, 24> source{};
  TextWriter name{source};
  if (clock.is_following_server()) {
    name.text("ntp:").address(following.follower().server().address);
  } else {
    name.text(name_of(time->source));
  }
  const nanoseconds age = clock.timekeeper().standing(now).age.value_or(nanoseconds::zero());
  TextWriter out{buffer};
  write_time_object(out, *time, age, name.view());
  return {.status = http_status::kOk, .type = kJson, .body = out.view()};
}

net::HttpReply nonce_reply(std::string_view nonce, std::span<char> buffer) {
  return message(http_status::kOk, TextWriter{buffer}.text(nonce).text("\n").view());
}

net::HttpReply refused(SettingRefusal refusal) {
  using namespace http_status;
  switch (refusal) {
    case SettingRefusal::kTooMany:
      return {.status = kTooManyRequests,
              .body = "too many attempts: wait a second\n",
              .fields = "Retry-After: 1\r\n"};
    case SettingRefusal::kMalformed:
      return message(kBadRequest,
                     "not of the form nonce=NONCE&time=UNIX_MILLISECONDS, with &mac=MAC if there is a key\n");
    case SettingRefusal::kWrongMac:
      return message(kForbidden, "the MAC is wrong: is it the key of this device?\n");
    case SettingRefusal::kUnknownNonce:
    case SettingRefusal::kExpiredNonce:
    case SettingRefusal::kUsedNonce:
      return message(kConflict, "the nonce is not, or no longer, valid: get a new one from /nonce\n");
    case SettingRefusal::kNoSuchTime:
      return message(kBadRequest, "the time is out of range\n");
  }
  return message(kBadRequest, "refused\n");
}

net::HttpReply report_setting(DeviceClock& clock, SourceKind kind, const SignedSetting::Setting& set,
                              MonoTime at, std::string_view by, std::span<char> buffer) {
  const Judgement judgement = clock.on_report(kind, set.time, set.bound, true, at);
  const VerdictDescription verdict = describe(judgement.verdict);
  board::write(TextWriter{buffer}.text(by).text(": ").text(verdict.text).text("\n").view());
  const bool is_taken = judgement.verdict == Verdict::kAdopt || judgement.verdict == Verdict::kAgree;
  return message(is_taken ? http_status::kOk : http_status::kConflict,
                 TextWriter{buffer}.text(verdict.text).text("\n").view());
}

}  // namespace isletime::firmware

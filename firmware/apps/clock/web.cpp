// SPDX-License-Identifier: MIT
#include "firmware/apps/clock/web.hpp"

#include "firmware/board.hpp"
#include "firmware/kit/uptime.hpp"
#include "libsync/core/text_writer.hpp"

namespace isletime::firmware {
namespace {

constexpr std::string_view kJson = "application/json";

constexpr int kOk = 200;
constexpr int kNoContent = 204;
constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kMethodNotAllowed = 405;
constexpr int kConflict = 409;
constexpr int kTooManyRequests = 429;
constexpr int kUnavailable = 503;

net::HttpReply unsynchronised() {
  return {.status = kUnavailable,
          .type = kJson,
          .body = unsynchronised_object(),
          .fields = "Retry-After: 10\r\n"};
}

net::HttpReply message(int status, std::string_view text) {
  return {.status = status, .body = text};
}

net::HttpReply without_key() {
  return message(kForbidden, "this clock has no key, so nobody can set it: give it the setting \"key\"\n");
}

net::HttpReply refused(SettingRefusal refusal) {
  switch (refusal) {
    case SettingRefusal::kTooMany:
      return {.status = kTooManyRequests,
              .body = "too many attempts: wait a second\n",
              .fields = "Retry-After: 1\r\n"};
    case SettingRefusal::kMalformed:
      return message(kBadRequest, "not of the form nonce=NONCE&time=UNIX_MILLISECONDS&mac=MAC\n");
    case SettingRefusal::kWrongMac:
      return message(kForbidden, "the MAC is wrong: is it the key of this clock?\n");
    case SettingRefusal::kUnknownNonce:
    case SettingRefusal::kExpiredNonce:
    case SettingRefusal::kUsedNonce:
      return message(kConflict, "the nonce is not, or no longer, valid: get a new one from /nonce\n");
    case SettingRefusal::kNoSuchTime:
      return message(kBadRequest, "the time is out of range\n");
  }
  return message(kBadRequest, "refused\n");
}

bool is_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    std::size_t end = 0;
    while (end < query.size() && query[end] != '&') ++end;
    const std::string_view pair{query.data(), end};
    if (pair.starts_with(name) && (pair.size() == name.size() || pair[name.size()] == '=')) return true;
    query.remove_prefix(end == query.size() ? end : end + 1);
  }
  return false;
}

}  // namespace

const std::array<Web::Route, 5> Web::kRoutes{{
    {"GET", "/", &Web::answer_root},
    {"GET", "/time", &Web::answer_time},
    {"GET", "/.well-known/time", &Web::answer_well_known},
    {"GET", "/nonce", &Web::answer_nonce},
    {"POST", "/set", &Web::answer_set},
}};

bool Web::listen(std::uint16_t port) {
  const auto handle = [](void* context, const net::HttpRequest& request) {
    return static_cast<Web*>(context)->answer(request);
  };
  return server_.listen(port, handle, this);
}

// The body of a reply to HEAD is left out by the server.
net::HttpReply Web::answer(const net::HttpRequest& request) {
  const std::string_view method = request.method == "HEAD" ? "GET" : request.method;
  for (const Route& route : kRoutes) {
    if (route.path != request.path) continue;
    if (route.method == method) return (this->*route.answer)(request);
    return {.status = kMethodNotAllowed,
            .body = "not by this method\n",
            .fields = route.method == "POST" ? "Allow: POST\r\n" : "Allow: GET, HEAD\r\n"};
  }
  return message(kNotFound, "there are /, /?getTimeNDate, /time, /.well-known/time, /nonce and /set\n");
}

net::HttpReply Web::answer_root(const net::HttpRequest& request) {
  const auto time = clock_.wall(uptime());
  TextWriter out{text_};
  if (is_parameter(request.query, "getTimeNDate")) {
    if (!time) return unsynchronised();
    write_time_and_date(out, local_time(zone_, *time).civil);
    return message(kOk, out.view());
  }
  out.text(name_).text(": ");
  if (time) {
    write_time_and_date(out, local_time(zone_, *time).civil);
  } else {
    out.text("no time yet");
  }
  return message(kOk, out.text("\n").view());
}

net::HttpReply Web::answer_time(const net::HttpRequest&) {
  const MonoTime now = uptime();
  const auto time = clock_.at(now);
  if (!time) return unsynchronised();
  std::array<char, 24> source{};
  TextWriter name{source};
  if (clock_.is_following_server()) {
    name.text("ntp:").address(following_.follower().server().address);
  } else {
    name.text(name_of(time->source));
  }
  const nanoseconds age = clock_.timekeeper().standing(now).age.value_or(nanoseconds::zero());
  TextWriter out{text_};
  write_time_object(out, *time, age, name.view());
  return {.status = kOk, .type = kJson, .body = out.view()};
}

net::HttpReply Web::answer_well_known(const net::HttpRequest&) {
  const auto time = clock_.wall(uptime());
  if (!time) return unsynchronised();
  TextWriter out{text_};
  out.text("X-HTTPSTIME: ").seconds(time->time_since_epoch()).text("\r\n");
  return {.status = kNoContent, .fields = out.view()};
}

net::HttpReply Web::answer_nonce(const net::HttpRequest&) {
  if (!setting_) return without_key();
  const SignedSetting::Nonce nonce = setting_->issue(uptime());
  return message(kOk, TextWriter{text_}.text({nonce.data(), nonce.size()}).text("\n").view());
}

net::HttpReply Web::answer_set(const net::HttpRequest& request) {
  if (!setting_) return without_key();
  const auto set = setting_->judge(request.body, request.at);
  if (!set) return refused(set.error());
  return report(*set, request.at);
}

net::HttpReply Web::report(const SignedSetting::Setting& set, MonoTime at) {
  const Judgement judgement = clock_.on_report(SourceKind::kManual, set.time, set.bound, true, at);
  const VerdictDescription verdict = describe(judgement.verdict);
  const bool is_taken = judgement.verdict == Verdict::kAdopt || judgement.verdict == Verdict::kAgree;
  board::write("set by hand: ");
  board::write(verdict.text);
  board::write("\n");
  return message(is_taken ? kOk : kConflict, TextWriter{text_}.text(verdict.text).text("\n").view());
}

}  // namespace isletime::firmware

// SPDX-License-Identifier: MIT
#include "firmware/apps/charger/pages.hpp"

#include "firmware/board.hpp"
#include "firmware/kit/rtc_config.hpp"
#include "firmware/kit/uptime.hpp"
#include "libsync/core/rfc3339.hpp"
#include "libsync/core/text_writer.hpp"
#include "libsync/policy/time_forms.hpp"

namespace isletime::firmware {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr int kOk = 200;
constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kMethodNotAllowed = 405;
constexpr int kConflict = 409;
constexpr int kTooManyRequests = 429;
constexpr int kUnavailable = 503;

constexpr std::string_view kPage =
    "<!doctype html><meta name=viewport content=width=device-width><title>Charger</title><h1>Charger</h1>"
    "<p><button onclick=set()>Set its clock by this phone</button><p id=said><pre id=now></pre><script>"
    "const get=async(u,o)=>(await fetch(u,o)).text(),by=i=>document.getElementById(i);"
    "const show=async()=>by('now').textContent=await get('/time');"
    "const set=async()=>{const n=(await get('/nonce')).trim();"
    "by('said').textContent=await get('/set',{method:'POST',body:'nonce='+n+'&time='+Date.now()});show()};"
    "show();setInterval(show,5000)</script>";

net::HttpReply message(int status, std::string_view text) {
  return {.status = status, .body = text};
}

net::HttpReply refused(SettingRefusal refusal) {
  switch (refusal) {
    case SettingRefusal::kTooMany:
      return {.status = kTooManyRequests,
              .body = "too many attempts: wait a second\n",
              .fields = "Retry-After: 1\r\n"};
    case SettingRefusal::kMalformed:
      return message(kBadRequest, "not of the form nonce=NONCE&time=UNIX_MILLISECONDS, or with &mac=MAC\n");
    case SettingRefusal::kWrongMac:
      return message(kForbidden, "the MAC is wrong: is it the key of this charger?\n");
    case SettingRefusal::kUnknownNonce:
    case SettingRefusal::kExpiredNonce:
    case SettingRefusal::kUsedNonce:
      return message(kConflict, "the nonce is not, or no longer, valid: get a new one from /nonce\n");
    case SettingRefusal::kNoSuchTime:
      return message(kBadRequest, "the time is out of range\n");
  }
  return message(kBadRequest, "refused\n");
}

}  // namespace

const std::array<Pages::Route, 6> Pages::kRoutes{{
    {"GET", "/", &Pages::answer_root},
    {"GET", "/time", &Pages::answer_time},
    {"GET", "/stamps", &Pages::answer_stamps},
    {"GET", "/status", &Pages::answer_status},
    {"GET", "/nonce", &Pages::answer_nonce},
    {"POST", "/set", &Pages::answer_set},
}};

bool Pages::listen(std::uint16_t port) {
  const auto handle = [](void* context, const net::HttpRequest& request) {
    return static_cast<Pages*>(context)->answer(request);
  };
  return server_.listen(port, handle, this);
}

// The body of a reply to HEAD is left out by the server.
net::HttpReply Pages::answer(const net::HttpRequest& request) {
  const std::string_view method = request.method == "HEAD" ? "GET" : request.method;
  for (const Route& route : kRoutes) {
    if (route.path != request.path) continue;
    if (route.method == method) return (this->*route.answer)(request);
    return {.status = kMethodNotAllowed,
            .body = "not by this method\n",
            .fields = route.method == "POST" ? "Allow: POST\r\n" : "Allow: GET, HEAD\r\n"};
  }
  return message(kNotFound, "there are /, /time, /stamps, /status, /nonce and /set\n");
}

net::HttpReply Pages::answer_root(const net::HttpRequest&) {
  return {.status = kOk, .type = "text/html", .body = kPage};
}

net::HttpReply Pages::answer_time(const net::HttpRequest&) {
  const MonoTime now = uptime();
  const auto time = on_.clock.at(now);
  if (!time) return {.status = kUnavailable, .type = kJson, .body = unsynchronised_object()};
  std::array<char, 24> source{};
  TextWriter name{source};
  name.text(name_of(time->source));
  if (on_.clock.is_following_server()) name.text(":").address(on_.following.follower().server().address);
  const nanoseconds age = on_.clock.timekeeper().standing(now).age.value_or(nanoseconds::zero());
  TextWriter out{text_};
  write_time_object(out, *time, age, name.view());
  return {.status = kOk, .type = kJson, .body = out.view()};
}

net::HttpReply Pages::answer_stamps(const net::HttpRequest&) {
  TextWriter out{text_};
  for (std::size_t back = 0; const auto reading = on_.stamps.from_last(back); ++back) {
    constexpr std::size_t kToTheSecond = 19;
    const rfc3339::Written time = format_rfc3339(reading->at);
    out.text({time.data(), kToTheSecond}).text("Z,").number(reading->watt_hours);
    out.text(reading->is_reliable ? ",reliable\n" : ",unreliable\n");
  }
  return message(kOk, out.view());
}

net::HttpReply Pages::answer_status(const net::HttpRequest&) {
  const OcppClient& ocpp = on_.ocpp.client();
  const auto model = on_.rtc.model();
  TextWriter out{text_};
  out.text(R"({"rtc":{"chip":")").text(model ? to_string(*model) : "").text(R"(","state":")");
  out.text(name_of(on_.rtc.state())).text(R"(","writes":)").number(on_.rtc.writes());
  out.text(R"(,"repairs":)").number(on_.rtc.repairs()).text(R"(,"failures":)").number(on_.rtc.failures());
  out.text(R"(},"ocpp":{"accepted":)").text(ocpp.is_accepted() ? "true" : "false");
  out.text(R"(,"interval_s":)").number(static_cast<std::uint64_t>(ocpp.interval().count()));
  out.text(R"(,"waiting":)").number(ocpp.waiting()).text(R"(,"delivered":)").number(ocpp.delivered());
  out.text(R"(,"refused":)").number(ocpp.refused()).text(R"(,"garbled":)").number(ocpp.garbled());
  out.text(R"(,"warnings":)").number(on_.ocpp.warnings()).text(R"(,"time":")");
  if (const auto verdict = on_.ocpp.last_verdict()) out.text(describe(*verdict).name);
  out.text(R"("},"meter":{"wh":)").number(on_.meter.watt_hours()).text("}}");
  return {.status = kOk, .type = kJson, .body = out.view()};
}

net::HttpReply Pages::answer_nonce(const net::HttpRequest&) {
  TextWriter out{text_};
  if (signed_setting_) {
    const SignedSetting::Nonce nonce = signed_setting_->issue(uptime());
    return message(kOk, out.text({nonce.data(), nonce.size()}).text("\n").view());
  }
  if (is_locked_) return message(kForbidden, "the key of this charger is of no use, so nobody can set it\n");
  const PhoneSetting::Nonce nonce = phone_.issue(board::random(), uptime());
  return message(kOk, out.text({nonce.data(), nonce.size()}).text("\n").view());
}

net::HttpReply Pages::answer_set(const net::HttpRequest& request) {
  if (!signed_setting_ && is_locked_) return answer_nonce(request);
  const auto set = signed_setting_ ? signed_setting_->judge(request.body, request.at)
                                   : phone_.judge(request.body, request.at);
  if (!set) return refused(set.error());
  return report(*set, request.at);
}

net::HttpReply Pages::report(const SignedSetting::Setting& set, MonoTime at) {
  const Judgement judgement = on_.clock.on_report(SourceKind::kPhone, set.time, set.bound, true, at);
  const VerdictDescription verdict = describe(judgement.verdict);
  board::write(TextWriter{text_}.text("phone: ").text(verdict.text).text("\n").view());
  const bool is_taken = judgement.verdict == Verdict::kAdopt || judgement.verdict == Verdict::kAgree;
  return message(is_taken ? kOk : kConflict, TextWriter{text_}.text(verdict.text).text("\n").view());
}

}  // namespace isletime::firmware

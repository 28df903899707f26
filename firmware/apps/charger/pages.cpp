// SPDX-License-Identifier: MIT
#include "firmware/apps/charger/pages.hpp"

#include "firmware/board.hpp"
#include "firmware/kit/rtc_config.hpp"
#include "firmware/kit/uptime.hpp"
#include "libsync/core/rfc3339.hpp"
#include "libsync/core/text_writer.hpp"

namespace isletime::firmware {
namespace {

constexpr std::string_view kPage =
    "<!doctype html><meta name=viewport content=width=device-width><title>Charger</title><h1>Charger</h1>"
    "<p><button onclick=set()>Set its clock by this phone</button><p id=said><pre id=now></pre><script>"
    "const get=async(u,o)=>(await fetch(u,o)).text(),by=i=>document.getElementById(i);"
    "const show=async()=>by('now').textContent=await get('/time');"
    "const set=async()=>{const n=(await get('/nonce')).trim();"
    "by('said').textContent=await get('/set',{method:'POST',body:'nonce='+n+'&time='+Date.now()});show()};"
    "show();setInterval(show,5000)</script>";

}  // namespace

const std::array<Route<Pages>, 6> Pages::kRoutes{{
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

net::HttpReply Pages::answer(const net::HttpRequest& request) {
  return answer_by<Pages>(kRoutes, *this, request, "there are /, /time, /stamps, /status, /nonce and /set\n");
}

net::HttpReply Pages::answer_root(const net::HttpRequest&) {
  return {.status = http_status::kOk, .type = "text/html", .body = kPage};
}

net::HttpReply Pages::answer_time(const net::HttpRequest&) {
  return time_reply(on_.clock, on_.following, text_);
}

net::HttpReply Pages::answer_stamps(const net::HttpRequest&) {
  TextWriter out{text_};
  for (std::size_t back = 0; const auto reading = on_.stamps.from_last(back); ++back) {
    constexpr std::size_t kToTheSecond = 19;
    const rfc3339::Written time = format_rfc3339(reading->at);
    out.text({time.data(), kToTheSecond}).text("Z,").number(reading->watt_hours);
    out.text(reading->is_reliable ? ",reliable\n" : ",unreliable\n");
  }
  return message(http_status::kOk, out.view());
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
  return {.status = http_status::kOk, .type = kJson, .body = out.view()};
}

net::HttpReply Pages::answer_nonce(const net::HttpRequest&) {
  if (signed_setting_) {
    const SignedSetting::Nonce nonce = signed_setting_->issue(uptime());
    return nonce_reply({nonce.data(), nonce.size()}, text_);
  }
  if (is_locked_) {
    return message(http_status::kForbidden, "the key of this charger is of no use, so nobody can set it\n");
  }
  const PhoneSetting::Nonce nonce = phone_.issue(board::random(), uptime());
  return nonce_reply({nonce.data(), nonce.size()}, text_);
}

net::HttpReply Pages::answer_set(const net::HttpRequest& request) {
  if (!signed_setting_ && is_locked_) return answer_nonce(request);
  const auto set = signed_setting_ ? signed_setting_->verify(request.body, request.at)
                                   : phone_.verify(request.body, request.at);
  if (!set) return refused(set.error());
  return report_setting(on_.clock, SourceKind::kPhone, *set, request.at, "phone", text_);
}

}  // namespace isletime::firmware

// SPDX-License-Identifier: MIT
#include "tools/driftlog/http_sources.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libsync/record/plain_text.hpp"

namespace isletime::driftlog {
namespace {

using namespace std::chrono_literals;

// The pause before a busy camera is asked again. After an exposure it accepts settings sooner than this.
constexpr nanoseconds kBusyPause = 400ms;
// The least time before the second at which the clock is set; it suffices to sleep and to send in time.
constexpr nanoseconds kNotice = 200ms;

// Returns "http://camera:8080" for "http://camera:8080/ccapi/ver100".
std::string origin_of(const std::string& url) {
  const auto host = url.find("://") + 3;
  return url.substr(0, url.find_first_of("/?#", host));
}

const std::string* find(const HttpAnswer& answer, const char* name) {
  const auto header = answer.headers.find(name);
  return header == answer.headers.end() ? nullptr : &header->second;
}

Failure no_date() {
  return {"no-date", "its answers have no Date"};
}

Result<PrintedTime, Failure> time_of(const HttpAnswer& answer) {
  if (const auto* age = find(answer, "age"); age != nullptr && *age != "0")
    return Unexpected{Failure{"cached", "a cache answers in its place"}};
  const auto* text = find(answer, "date");
  if (text == nullptr) return Unexpected{no_date()};
  const auto date = parse_mail_date(*text);
  if (!date || date->zone != 0s)
    return Unexpected{Failure{"garbled", fmt::format("its Date is no time: {}", shortened(*text))}};
  return PrintedTime{WallTime{seconds_since_epoch(date->local)}, 1s};
}

std::string zone_text(seconds zone) {
  const auto minutes = std::chrono::abs(zone).count() / 60;
  return fmt::format("{}{:02}:{:02}", zone < 0s ? '-' : '+', minutes / 60, minutes % 60);
}

Failure refused(const HttpAnswer& answer) {
  const std::string message = message_of(answer.body);
  if (answer.status == 401)
    return {"not-permitted", "it asks for a name and a password: ccapi:http://NAME:PASSWORD@HOST"};
  return {"refused", fmt::format("it answers {}{}{}", answer.status, message.empty() ? "" : ": ", message)};
}

}  // namespace

HttpSource::HttpSource(std::string name, std::string url, Trust trust, Machine& machine)
    : name_(std::move(name)),
      url_(std::move(url)),
      well_known_(origin_of(url_) + "/.well-known/time"),
      client_(trust),
      meter_(machine) {}

Result<Look, Failure> HttpSource::look(Way way, MonoTime deadline) {
  const auto answer = client_.ask(way == Way::kGet ? HttpMethod::kGet : HttpMethod::kHead,
                                  way == Way::kWellKnown ? well_known_ : url_, "", deadline);
  if (!answer) return Unexpected{answer.error()};
  if (way != Way::kWellKnown) {
    const auto shown = time_of(*answer);
    if (!shown) return Unexpected{shown.error()};
    return Look{answer->before, answer->headers_came, *shown};
  }
  const auto* text = find(*answer, "x-httpstime");
  if (text == nullptr) return Unexpected{no_date()};
  const auto shown = parse_printed_time(*text);
  if (!shown)
    return Unexpected{Failure{"garbled", fmt::format("its X-HTTPSTIME is no time: {}", shortened(*text))}};
  return Look{answer->before, answer->headers_came, *shown};
}

// Small servers support neither of the first two ways.
Result<HttpSource::Way, Failure> HttpSource::find_way(MonoTime deadline) {
  for (const Way way : {Way::kWellKnown, Way::kHead}) {
    const auto tried = look(way, deadline);
    if (tried) return way;
    if (tried.error().name != "no-date" && tried.error().name != "garbled") return Unexpected{tried.error()};
  }
  return Way::kGet;
}

Result<SampleRecord, Failure> HttpSource::measure(MonoTime deadline) {
  if (!way_) {
    const auto way = find_way(deadline);
    if (!way) return Unexpected{way.error()};
    way_ = *way;
  }
  auto measured = meter_.measure([&] { return look(*way_, deadline); }, deadline);
  // Another server may be at this address by now.
  if (!measured) way_.reset();
  return measured;
}

CameraSource::CameraSource(std::string name, std::string url, CameraZone zone, Trust trust, Machine& machine)
    : name_(std::move(name)),
      base_(origin_of(url)),
      zone_(zone),
      machine_(machine),
      client_(trust),
      meter_(machine) {}

Result<HttpAnswer, Failure> CameraSource::ask(HttpMethod method, const std::string& body, MonoTime deadline) {
  if (!path_) {
    const auto list = client_.ask(HttpMethod::kGet, base_ + "/ccapi", "", deadline);
    if (!list) return Unexpected{list.error()};
    if (list->status == 401) return Unexpected{refused(*list)};
    path_ = find_datetime_path(list->body);
  }
  for (;;) {
    auto answer = client_.ask(method, base_ + *path_, body, deadline);
    if (!answer || answer->status / 100 == 2) return answer;
    if (answer->status != 503 || !is_passing(message_of(answer->body))) {
      // The path may be from another camera that was connected before.
      path_.reset();
      return Unexpected{refused(*answer)};
    }
    const MonoTime again = machine_.mono_now() + kBusyPause;
    if (again >= deadline) return Unexpected{Failure{"busy", "it is busy: " + message_of(answer->body)}};
    machine_.sleep_until(again);
    if (machine_.is_to_stop()) return Unexpected{Failure{kInterrupted, kInterrupted}};
  }
}

Result<Look, Failure> CameraSource::look(MonoTime deadline) {
  const auto answer = ask(HttpMethod::kGet, "", deadline);
  if (!answer) return Unexpected{answer.error()};
  const auto time = parse_camera_time(answer->body);
  if (!time) return Unexpected{Failure{"garbled", "its answer " + time.error()}};
  last_ = *time;
  return Look{answer->before, answer->body_came, {WallTime{to_utc(*time, zone_)}, 1s}};
}

Result<SampleRecord, Failure> CameraSource::measure(MonoTime deadline) {
  auto measured = meter_.measure([&] { return look(deadline); }, deadline);
  if (!measured) return measured;
  measured->zone = zone_text(last_->shown.zone);
  measured->dst = last_->dst;
  return measured;
}

// The request is sent so that it arrives when the second begins, if it takes half of the round trip. Whether
// the camera then restarts its second is not documented; the rows show it.
std::optional<Failure> CameraSource::set(MonoTime deadline) {
  // A search for the camera's seconds may take all the time that it is given.
  const MonoTime began = machine_.mono_now();
  const auto measured = measure(began + elapsed(began, deadline) / 2);
  if (!measured) return measured.error();
  const Instant now = instant_of(machine_);
  const nanoseconds lead = measured->delay.value_or(0s) / 2;
  const seconds second = std::chrono::ceil<seconds>(now.wall.time_since_epoch() + kNotice + lead);
  machine_.sleep_until(now.mono + (second - now.wall.time_since_epoch()) - lead);
  if (machine_.is_to_stop()) return Failure{kInterrupted, kInterrupted};
  const auto answer = ask(HttpMethod::kPut, format_camera_time(from_utc(second, *last_, zone_)), deadline);
  meter_.forget();
  if (!answer) return answer.error();
  return std::nullopt;
}

}  // namespace isletime::driftlog

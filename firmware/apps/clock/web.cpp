// SPDX-License-Identifier: MIT
#include "firmware/apps/clock/web.hpp"

#include "firmware/kit/uptime.hpp"
#include "libsync/core/text_writer.hpp"

namespace isletime::firmware {
namespace {

net::HttpReply without_key() {
  return message(http_status::kForbidden,
                 "this clock has no key, so nobody can set it: give it the setting \"key\"\n");
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

const std::array<Route<Web>, 5> Web::kRoutes{{
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

net::HttpReply Web::answer(const net::HttpRequest& request) {
  return answer_by<Web>(kRoutes, *this, request,
                        "there are /, /?getTimeNDate, /time, /.well-known/time, /nonce and /set\n");
}

net::HttpReply Web::answer_root(const net::HttpRequest& request) {
  const auto time = clock_.wall(uptime());
  TextWriter out{text_};
  if (is_parameter(request.query, "getTimeNDate")) {
    if (!time) return unsynchronised();
    write_time_and_date(out, local_time(zone_, *time).civil);
    return message(http_status::kOk, out.view());
  }
  out.text(name_).text(": ");
  if (time) {
    write_time_and_date(out, local_time(zone_, *time).civil);
  } else {
    out.text("no time yet");
  }
  return message(http_status::kOk, out.text("\n").view());
}

net::HttpReply Web::answer_time(const net::HttpRequest&) {
  return time_reply(clock_, following_, text_);
}

net::HttpReply Web::answer_well_known(const net::HttpRequest&) {
  const auto time = clock_.wall(uptime());
  if (!time) return unsynchronised();
  TextWriter out{text_};
  out.text("X-HTTPSTIME: ").seconds(time->time_since_epoch()).text("\r\n");
  return {.status = http_status::kNoContent, .fields = out.view()};
}

net::HttpReply Web::answer_nonce(const net::HttpRequest&) {
  if (!setting_) return without_key();
  const SignedSetting::Nonce nonce = setting_->issue(uptime());
  return nonce_reply({nonce.data(), nonce.size()}, text_);
}

net::HttpReply Web::answer_set(const net::HttpRequest& request) {
  if (!setting_) return without_key();
  const auto set = setting_->verify(request.body, request.at);
  if (!set) return refused(set.error());
  return report_setting(clock_, SourceKind::kManual, *set, request.at, "set by hand", text_);
}

}  // namespace isletime::firmware

// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/rights.hpp"

#include <gtest/gtest.h>

#include "tests/syncweb/access/request_to_hub.hpp"
#include "tools/syncweb/access/cookie.hpp"

namespace isletime::syncweb::rights_test {
namespace {

// POST /logout is there for everybody, which makes it a route on which to try the checks of every POST.
Status logs_out(const Request& request) {
  HubAtTest hub;
  return hub.answer(request).status;
}

std::string refusal(HubAtTest& hub, const Request& request) {
  const auto response = refuse_change(hub.site, request, hub.now());
  return response ? response->body : "";
}

TEST(Rights, OneWhoMayNotReadMayNothing) {
  HubAtTest hub;
  const Response response = hub.answer(from(get("/login"), "8.8.8.8", "192.168.4.1"));
  EXPECT_EQ(response.status, Status::kForbidden);
  EXPECT_NE(response.body.find("not-allowed"), std::string::npos);
}

TEST(Rights, ChangesArePermittedOverTheAccessPointAndFromThisMachine) {
  HubAtTest hub;
  EXPECT_EQ(refusal(hub, post_json("/x", "{}")), "");
  EXPECT_EQ(refusal(hub, from(post_json("/x", "{}"), "127.0.0.1", "127.0.0.1")), "");
  EXPECT_NE(refusal(hub, from(post_json("/x", "{}"), "10.0.0.9", "10.0.0.5")).find("not-permitted"),
            std::string::npos);
}

TEST(Rights, AnAddressOfTheAccessPointDoesNotHelpOneWhoComesFromElsewhere) {
  HubAtTest hub;
  EXPECT_NE(refusal(hub, from(post_json("/x", "{}"), "10.0.0.9", "192.168.4.1")), "");
  EXPECT_NE(refusal(hub, from(post_json("/x", "{}"), "192.168.4.17", "10.0.0.5")), "");
}

TEST(Rights, SyncingUnaskedIsForTheAccessPointAlone) {
  HubAtTest hub;
  EXPECT_TRUE(may_sync_unasked(hub.site, get("/")));
  EXPECT_FALSE(may_sync_unasked(hub.site, from(get("/"), "127.0.0.1", "127.0.0.1")));
  EXPECT_FALSE(may_sync_unasked(hub.site, from(get("/"), "10.0.0.9", "10.0.0.5")));
}

TEST(ForeignPage, OneOfOurOwnMayPost) {
  EXPECT_EQ(logs_out(with_header(post_form("/logout", ""), "origin", "http://192.168.4.1")),
            Status::kSeeOther);
  EXPECT_EQ(logs_out(with_header(post_form("/logout", ""), "origin", "http://192.168.4.1:80")),
            Status::kSeeOther);
  EXPECT_EQ(logs_out(with_header(post_form("/logout", ""), "sec-fetch-site", "same-origin")),
            Status::kSeeOther);
}

TEST(ForeignPage, ADeviceSendsNoOriginAndMayPost) {
  EXPECT_EQ(logs_out(post_form("/logout", "")), Status::kSeeOther);
}

TEST(ForeignPage, OfAnotherHostSchemeOrPortIsRefused) {
  for (const char* origin : {"http://evil.test", "https://192.168.4.1", "http://192.168.4.1:8080",
                             "http://10.0.0.5", "http://hub.local", "null", "",
                             "http://192.168.4.1.evil.test", "http://192.168.4.1@evil.test", "file://"}) {
    EXPECT_EQ(logs_out(with_header(post_form("/logout", ""), "origin", origin)), Status::kForbidden)
        << origin;
  }
}

TEST(ForeignPage, TwoOriginsAreRefused) {
  const Request once = with_header(post_form("/logout", ""), "origin", "http://192.168.4.1");
  EXPECT_EQ(logs_out(with_header(once, "origin", "http://192.168.4.1")), Status::kForbidden);
}

TEST(ForeignPage, AnotherSiteOrAnotherPortOfTheSameHostIsTold) {
  for (const char* site : {"cross-site", "same-site", "", "SAME-ORIGIN", "same-origin, cross-site"}) {
    EXPECT_EQ(logs_out(with_header(post_form("/logout", ""), "sec-fetch-site", site)), Status::kForbidden)
        << site;
  }
  EXPECT_EQ(logs_out(with_header(post_form("/logout", ""), "sec-fetch-site", "none")), Status::kSeeOther);
}

TEST(ForeignPage, IsRefusedByHandlersThatAskToo) {
  HubAtTest hub;
  EXPECT_NE(
      refusal(hub, with_header(post_json("/x", "{}"), "origin", "http://evil.test")).find("foreign-page"),
      std::string::npos);
}

TEST(MediaType, OfABodyMustBeTheRoutes) {
  Request request = post_form("/logout", "");
  request.headers.pop_back();
  EXPECT_EQ(logs_out(request), Status::kUnsupportedMediaType) << "none at all";
  for (const char* type : {"application/json", "text/plain", "multipart/form-data", "", ";"}) {
    EXPECT_EQ(logs_out(with_header(request, "content-type", type)), Status::kUnsupportedMediaType) << type;
  }
  for (const char* type :
       {"application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded;charset=UTF-8",
        "application/x-www-form-urlencoded ; charset=utf-8"}) {
    EXPECT_EQ(logs_out(with_header(request, "content-type", type)), Status::kSeeOther) << type;
  }
  const Request once = post_form("/logout", "");
  EXPECT_EQ(logs_out(with_header(once, "content-type", "application/x-www-form-urlencoded")),
            Status::kUnsupportedMediaType)
      << "twice";
}

TEST(Rights, WithAPinAChangeNeedsASession) {
  Options options = options_of_hub();
  options.pin_file = "pin";
  HubAtTest hub(options);
  const Request request = post_json("/x", "{}");
  EXPECT_NE(refusal(hub, request).find("needs-pin"), std::string::npos);

  const SessionId id = random_session_id();
  const Request in = with_header(request, "cookie", "theme=dark; isletime=" + to_text(id));
  EXPECT_NE(refusal(hub, in), "") << "not a session of ours";
  hub.site.login.sessions.start(id, hub.now().mono);
  EXPECT_EQ(refusal(hub, in), "");
  EXPECT_NE(refusal(hub, from(in, "10.0.0.9", "10.0.0.5")), "") << "a session does not replace the place";
}

TEST(Rights, ASessionInUseGoesOnAndAnIdleOneEnds) {
  Options options = options_of_hub();
  options.pin_file = "pin";
  HubAtTest hub(options);
  const SessionId id = random_session_id();
  hub.site.login.sessions.start(id, hub.now().mono);
  const Request in = with_header(post_json("/x", "{}"), "cookie", "isletime=" + to_text(id));
  for (int i = 0; i < 4; ++i) {
    hub.time += std::chrono::hours{11};
    EXPECT_EQ(refusal(hub, in), "");
    Request look = get("/time");
    look.headers.push_back({"cookie", "isletime=" + to_text(id)});
    hub.answer(look);
  }
  hub.time += std::chrono::hours{12};
  EXPECT_NE(refusal(hub, in), "");
}

TEST(Rights, ASessionOfPlainHttpIsNoneOverTls) {
  Options options = options_of_hub();
  options.pin_file = "pin";
  HubAtTest hub(options);
  const SessionId id = random_session_id();
  hub.site.login.sessions.start(id, hub.now().mono);
  Request request = with_header(post_json("/x", "{}"), "cookie", "isletime=" + to_text(id));
  request.is_secure = true;
  EXPECT_NE(refusal(hub, request), "");
  request.headers.back().value = "__Host-isletime=" + to_text(id);
  EXPECT_EQ(refusal(hub, request), "");
}

TEST(CommonHeaders, AreOnEveryResponseEvenOnRefusals) {
  HubAtTest hub;
  for (const Request& request :
       {get("/login"), get("/nothing"), get("/time"), called(get("/"), "evil.test"), called(get("/"), "")}) {
    const Response response = hub.answer(request);
    EXPECT_EQ(header_of(response, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header_of(response, "X-Frame-Options"), "DENY");
    EXPECT_EQ(header_of(response, "Referrer-Policy"), "same-origin");
    EXPECT_EQ(header_of(response, "Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_NE(header_of(response, "Content-Security-Policy").find("default-src 'none'"), std::string::npos);
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), "") << "no other origin may read";
  }
}

}  // namespace
}  // namespace isletime::syncweb::rights_test

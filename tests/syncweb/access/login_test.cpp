// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/login.hpp"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"
#include "tests/syncweb/access/request_to_hub.hpp"
#include "tools/syncweb/access/pin.hpp"
#include "tools/syncweb/access/requester.hpp"

namespace isletime::syncweb::login_test {
namespace {

const std::string& known_hash() {
  static const std::string hash = *hash_of_pin("2718");
  return hash;
}

Options options_with_pin() {
  Options options = options_of_hub();
  options.pin_file = "pin";
  return options;
}

struct HubWithPin : HubAtTest {
  HubWithPin() : HubAtTest(options_with_pin()) { site.login.pin_hash = known_hash(); }

  Response try_pin(const std::string& pin, const std::string& client = "192.168.4.17") {
    time += seconds{1};
    return answer(from_client(post_form("/login", "pin=" + pin + "&next=%2Fpresses"), client));
  }
  static Request from_client(Request request, const std::string& client) {
    request.from = *parse_address(client);
    return request;
  }
};

std::string session_of(const Response& response) {
  const std::string cookie = header_of(response, "Set-Cookie");
  return cookie.substr(0, cookie.find(';'));
}

TEST(Login, TheRightPinOpensASessionAndLeadsOn) {
  HubWithPin hub;
  const Response response = hub.try_pin("2718");
  EXPECT_EQ(response.status, Status::kSeeOther);
  EXPECT_EQ(header_of(response, "Location"), "/presses");
  const Request request = with_header(get("/"), "cookie", session_of(response));
  const std::string me = requester_json(hub.site, request, hub.now());
  EXPECT_NE(me.find("\"has_session\":true"), std::string::npos);
  EXPECT_NE(me.find("\"needs_pin\":false"), std::string::npos);
  EXPECT_NE(me.find("\"may_change\":true"), std::string::npos);
}

TEST(Login, AWrongPinOpensNone) {
  HubWithPin hub;
  for (const char* pin : {"2719", "", "271", "27180", "2718%00", "+2718", "2718+"}) {
    const Response response = hub.try_pin(pin, "192.168.4.18");
    EXPECT_NE(response.status, Status::kSeeOther) << pin;
    EXPECT_EQ(session_of(response), "") << pin;
    hub.time += std::chrono::minutes{1};
  }
  EXPECT_EQ(hub.site.login.sessions.count(), 0U);
}

TEST(Login, FiveTriesAMinuteFromOneAddress) {
  HubWithPin hub;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(hub.try_pin("0000").status, Status::kForbidden);
  const Response sixth = hub.try_pin("2718");
  EXPECT_EQ(sixth.status, Status::kTooManyRequests) << "even the right one";
  EXPECT_EQ(header_of(sixth, "Retry-After"), "55");
  EXPECT_EQ(hub.try_pin("2718", "192.168.4.99").status, Status::kSeeOther) << "another phone may";
  hub.time += seconds{55};
  EXPECT_EQ(hub.try_pin("2718").status, Status::kSeeOther);
}

TEST(Login, OneCheckASecondInAll) {
  HubWithPin hub;
  EXPECT_EQ(hub.try_pin("0000").status, Status::kForbidden);
  const Request other = HubWithPin::from_client(post_form("/login", "pin=2718"), "192.168.4.99");
  const Response response = hub.answer(other);
  EXPECT_EQ(response.status, Status::kTooManyRequests);
  EXPECT_EQ(header_of(response, "Retry-After"), "1");
  hub.time += seconds{1};
  EXPECT_EQ(hub.answer(other).status, Status::kSeeOther);
}

TEST(Login, WhatCannotBeThePinCostsNoTry) {
  HubWithPin hub;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(hub.try_pin(std::string(65, '1')).status, Status::kForbidden);
  EXPECT_EQ(hub.try_pin("2718").status, Status::kSeeOther);
}

TEST(Login, TheRightPinForgivesEarlierTries) {
  HubWithPin hub;
  for (int i = 0; i < 4; ++i) hub.try_pin("0000");
  EXPECT_EQ(hub.try_pin("2718").status, Status::kSeeOther);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(hub.try_pin("0000").status, Status::kForbidden);
  EXPECT_EQ(hub.try_pin("0000").status, Status::kTooManyRequests);
}

TEST(Login, IsOnlyForPlacesThatMayChangeSomething) {
  HubWithPin hub;
  const Response response = hub.answer(from(post_form("/login", "pin=2718"), "10.0.0.9", "10.0.0.5"));
  EXPECT_EQ(response.status, Status::kUnsupportedMediaType) << "from() drops the other fields";
  Request request = from(get("/login"), "10.0.0.9", "10.0.0.5");
  request.method = Method::kPost;
  request.body = "pin=2718";
  request.headers.push_back({"content-type", "application/x-www-form-urlencoded"});
  EXPECT_EQ(hub.answer(request).status, Status::kForbidden);
  EXPECT_EQ(hub.site.login.sessions.count(), 0U);
}

TEST(Login, OfAnotherSitesPageIsRefused) {
  HubWithPin hub;
  const Request request = with_header(post_form("/login", "pin=2718"), "origin", "http://evil.test");
  EXPECT_EQ(hub.answer(request).status, Status::kForbidden);
}

TEST(Login, WithoutAPinFileNeedsNone) {
  HubAtTest hub;
  EXPECT_EQ(hub.answer(get("/login")).status, Status::kSeeOther);
  EXPECT_EQ(hub.answer(post_form("/login", "pin=x")).status, Status::kSeeOther);
  EXPECT_EQ(hub.site.login.sessions.count(), 0U);
}

TEST(Login, WithoutTheHashOfAPinNobodyGetsIn) {
  HubWithPin hub;
  hub.site.login.pin_hash.reset();
  EXPECT_EQ(hub.try_pin("2718").status, Status::kForbidden);
}

TEST(Login, AnotherLoginEndsTheSessionBefore) {
  HubWithPin hub;
  const std::string first = session_of(hub.try_pin("2718"));
  hub.time += seconds{1};
  hub.answer(with_header(post_form("/login", "pin=2718"), "cookie", first));
  EXPECT_EQ(hub.site.login.sessions.count(), 1U);
}

TEST(Login, LoggingOutEndsTheSessionAndTakesTheCookie) {
  HubWithPin hub;
  const std::string session = session_of(hub.try_pin("2718"));
  const Response response = hub.answer(with_header(post_form("/logout", ""), "cookie", session));
  EXPECT_EQ(response.status, Status::kSeeOther);
  EXPECT_NE(header_of(response, "Set-Cookie").find("isletime=; "), std::string::npos);
  EXPECT_EQ(hub.site.login.sessions.count(), 0U);
}

TEST(Login, TheFormNeedsNoScriptAndEscapesWhatItRepeats) {
  HubWithPin hub;
  Request request = get("/login");
  request.query = {{"next", "/a?b=\"><script>&c"}};
  const Response response = hub.answer(request);
  EXPECT_EQ(response.status, Status::kOk);
  EXPECT_NE(response.body.find("action=\"/login\""), std::string::npos);
  EXPECT_NE(response.body.find("value=\"/a?b=&quot;&gt;&lt;script&gt;&amp;c\""), std::string::npos);
  EXPECT_EQ(response.body.find("<script"), std::string::npos);
  EXPECT_NE(header_of(response, "Content-Security-Policy").find("form-action 'self'"), std::string::npos);
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
}

TEST(Login, LeadsNowhereElse) {
  for (const char* next : {"http://evil.test/", "//evil.test", "/\\evil.test", "\\\\evil.test", "evil", "",
                           "/a\nb", "/a b", "/\tx", "javascript:alert(1)", "/\xc3\xbc"}) {
    const std::string text = next;
    EXPECT_EQ(safe_path(&text), "/") << next;
  }
  const std::string longest = '/' + std::string(199, 'a');
  const std::string longer = longest + 'a';
  EXPECT_EQ(safe_path(&longest), longest);
  EXPECT_EQ(safe_path(&longer), "/");
  EXPECT_EQ(safe_path(nullptr), "/");
}

TEST(Pin, IsFoundRightByItsHashAlone) {
  EXPECT_TRUE(is_hash_of(known_hash(), "2718"));
  EXPECT_FALSE(is_hash_of(known_hash(), "2719"));
  EXPECT_FALSE(is_hash_of("", "2718"));
  EXPECT_FALSE(is_hash_of(std::string(4096, 'x'), "2718"));
  EXPECT_EQ(known_hash().find("2718"), std::string::npos);
  EXPECT_NE(known_hash(), *hash_of_pin("2718")) << "salted";
}

TEST(Pin, CanBeTypedAndIsNeitherTooShortNorTooLong) {
  EXPECT_FALSE(fault_of_pin("0000"));
  EXPECT_FALSE(fault_of_pin(std::string(64, '0')));
  EXPECT_TRUE(fault_of_pin("000"));
  EXPECT_TRUE(fault_of_pin(std::string(65, '0')));
  EXPECT_TRUE(fault_of_pin("00\t00"));
  EXPECT_TRUE(
      fault_of_pin("00\xff"
                   "00"));
}

class PinFile : public testing::Test {
 protected:
  Result<std::string, std::string> read(const std::string& content, mode_t mode = 0600) {
    scratch_.write("pin", content);
    chmod(scratch_.path("pin").c_str(), mode);
    return read_pin_file(scratch_.path("pin"));
  }

  fakes::ScratchFolder scratch_;
};

TEST_F(PinFile, HasOneLine) {
  ASSERT_TRUE(read(known_hash() + "\n"));
  EXPECT_EQ(*read(known_hash() + "\n"), known_hash());
  EXPECT_TRUE(read(known_hash()));
  EXPECT_TRUE(read(known_hash(), 0640)) << "its group may read it, as with keys";
}

TEST_F(PinFile, OfSomethingElseIsRefused) {
  for (const std::string& content :
       {std::string{}, std::string{"2718\n"}, known_hash() + "\n\n", known_hash() + "\nx",
        known_hash() + std::string(1, '\0') + "x", std::string(100'000, 'x')}) {
    const auto hash = read(content);
    ASSERT_FALSE(hash) << content.substr(0, 200);
    EXPECT_EQ(hash.error().find(scratch_.path("pin") + ": "), 0U);
  }
}

TEST_F(PinFile, OfGreaterCostsIsRefusedSinceACheckWouldStallTheHub) {
  EXPECT_FALSE(
      read("$argon2id$v=19$m=1048576,t=4,p=1$c29tZXNhbHRzb21lc2FsdA$"
           "4ndmU0kF0gX8WlXjjb3U7+Zk7c6U0pYdXU7qJ0nA3qE\n"));
}

TEST_F(PinFile, ThatOthersMayReadOrWriteIsRefused) {
  EXPECT_FALSE(read(known_hash(), 0644));
  EXPECT_FALSE(read(known_hash(), 0660));
}

TEST_F(PinFile, ThatIsMissingOrNoFileIsRefused) {
  EXPECT_FALSE(read_pin_file(scratch_.path("none")));
  EXPECT_FALSE(read_pin_file(scratch_.path()));
}

TEST(Requester, IsToldOfItsRightsAndOfTheWayToTls) {
  HubWithPin hub;
  EXPECT_EQ(
      requester_json(hub.site, get("/api/state"), hub.now()),
      "{\"may_change\":false,\"needs_pin\":true,\"has_session\":false,\"automatic\":true,\"is_secure\":false,"
      "\"secure_url\":\"https://192.168.4.1/\"}");
  EXPECT_EQ(requester_json(hub.site, from(get("/"), "10.0.0.9", "10.0.0.5"), hub.now()),
            "{\"may_change\":false,\"needs_pin\":false,\"has_session\":false,\"automatic\":false,\"is_"
            "secure\":false,"
            "\"secure_url\":\"https://10.0.0.5/\"}");
}

TEST(Requester, KeepsTheNameThatItHasCalled) {
  Options options = options_of_hub();
  options.tls_port = 8443;
  HubAtTest hub(options);
  EXPECT_EQ(secure_url(hub.site, called(get("/"), "hub.local")), "https://hub.local:8443/");
  EXPECT_EQ(secure_url(hub.site, called(get("/"), "[fd00::1]")), "https://[fd00::1]:8443/");
}

TEST(Requester, IsToldOfNoTlsWhereThereIsNone) {
  Options options = options_of_hub();
  options.tls_port = 0;
  HubAtTest hub(options);
  EXPECT_NE(requester_json(hub.site, get("/"), hub.now()).find("\"secure_url\":null"), std::string::npos);
}

TEST(OwnUrl, IsTheAddressThatWasReached) {
  Options options = options_of_hub();
  options.port = 8080;
  HubAtTest hub(options);
  EXPECT_EQ(own_url(hub.site, called(get("/"), "captive.apple.com")), "http://192.168.4.1:8080/");
  EXPECT_EQ(own_url(hub.site, from(get("/"), "fd00::2", "fd00::1")), "http://[fd00::1]:8080/");
}

TEST(OwnUrl, IsNeverOneThatBrowsersCannotOpen) {
  HubAtTest hub;
  hub.site.own_addresses.push_back(address_on("ap0", "fe80::1", "fe80::/64"));
  EXPECT_EQ(own_url(hub.site, from(get("/"), "fe80::2%lo", "fe80::1%lo")), "http://192.168.4.1/");
}

}  // namespace
}  // namespace isletime::syncweb::login_test

// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/form.hpp"

#include <gtest/gtest.h>

#include "tests/syncweb/access/request_to_hub.hpp"
#include "tools/syncweb/access/cookie.hpp"

namespace isletime::syncweb::form_test {
namespace {

std::string value_of(std::string_view body, std::string_view name) {
  const auto form = parse_form(body);
  const std::string* value = form ? form_field(*form, name) : nullptr;
  return value == nullptr ? "(none)" : *value;
}

TEST(Form, DecodesWhatBrowsersSend) {
  EXPECT_EQ(value_of("pin=12+34%2B&next=%2Fpresses", "pin"), "12 34+");
  EXPECT_EQ(value_of("pin=12+34%2B&next=%2Fpresses", "next"), "/presses");
  EXPECT_EQ(value_of("pin=gr%C3%BCn", "pin"), "gr\xc3\xbcn");
  EXPECT_EQ(value_of("pin=a=b", "pin"), "a=b");
  EXPECT_EQ(value_of("pin", "pin"), "");
  EXPECT_EQ(value_of("&&pin=1&", "pin"), "1");
  EXPECT_EQ(value_of("", "pin"), "(none)");
}

TEST(Form, IsVoidIfAnyPartOfItIsBroken) {
  for (const char* body : {"pin=%", "pin=%2", "pin=%zz", "pin=%0", "pin=1%00", "pin=%0a", "pin=%ff",
                           "a=1&a=1", "pin=1&x=%c3", "pin=\x01", "%0a=1", "a=%7f"}) {
    EXPECT_FALSE(parse_form(body)) << body;
  }
}

TEST(Form, HasFewFields) {
  std::string body;
  for (std::size_t i = 0; i < kMostFormFields; ++i) body += std::to_string(i) + "=&";
  EXPECT_TRUE(parse_form(body));
  EXPECT_FALSE(parse_form(body + "one=more"));
}

std::optional<std::string_view> cookie(const Request& request) {
  return cookie_value(request, "isletime");
}

TEST(Cookie, IsFoundAmongOthers) {
  EXPECT_EQ(cookie(with_header(get("/"), "cookie", "a=b; isletime=x ;c=d")), "x");
  EXPECT_EQ(cookie(with_header(get("/"), "cookie", "isletime=x=y")), "x=y");
  EXPECT_FALSE(cookie(get("/")));
  EXPECT_FALSE(cookie(with_header(get("/"), "cookie", "isletime")));
  EXPECT_FALSE(cookie(with_header(get("/"), "cookie", "xisletime=1; Isletime=2")));
}

TEST(Cookie, ThatComesTwiceIsNone) {
  EXPECT_FALSE(cookie(with_header(get("/"), "cookie", "isletime=x; isletime=y")));
  EXPECT_FALSE(cookie(with_header(with_header(get("/"), "cookie", "isletime=x"), "cookie", "isletime=x")));
}

TEST(Cookie, OfASessionIsNotForScriptsNorOtherSites) {
  EXPECT_EQ(session_cookie(SessionId{}, false).value,
            "isletime=00000000000000000000000000000000; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict");
  EXPECT_EQ(
      session_cookie(SessionId{}, true).value,
      "__Host-isletime=00000000000000000000000000000000; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict; "
      "Secure");
  EXPECT_EQ(no_session_cookie(false).value, "isletime=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
}

}  // namespace
}  // namespace isletime::syncweb::form_test

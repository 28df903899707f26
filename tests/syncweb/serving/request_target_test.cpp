// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/request_target.hpp"

#include <gtest/gtest.h>

namespace isletime::syncweb::request_target_test {
namespace {

using namespace std::string_view_literals;

std::string path_of(std::string_view target) {
  const auto parsed = parse_target(target);
  return parsed ? parsed->path : "refused";
}

TEST(RequestTarget, IsAPathAndAQuery) {
  const auto target = parse_target("/btn?msec=1767225600123&sender=button%203&ip=&flag");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/btn");
  ASSERT_EQ(target->query.size(), 4U);
  EXPECT_EQ(target->query[0].name, "msec");
  EXPECT_EQ(target->query[0].value, "1767225600123");
  EXPECT_EQ(target->query[1].value, "button 3");
  EXPECT_EQ(target->query[2].name, "ip");
  EXPECT_EQ(target->query[2].value, "");
  EXPECT_EQ(target->query[3].name, "flag");
}

// RFC 3986, section 2.1; the URL standard has "+" for a space in queries only.
TEST(RequestTarget, IsPercentDecodedOnce) {
  EXPECT_EQ(path_of("/a%2fb+c%2B%25%34%31"), "/a/b+c+%41");
  EXPECT_EQ(parse_target("/?q=a+b%2bc%26d%3De")->query[0].value, "a b+c&d=e");
  EXPECT_EQ(path_of("/%C3%A9"), "/\xC3\xA9");
}

TEST(RequestTarget, KeepsDotsForTheRoutesToRefuse) {
  EXPECT_EQ(path_of("/../../etc/passwd"), "/../../etc/passwd");
  EXPECT_EQ(path_of("/%2e%2e/etc/passwd"), "/../etc/passwd");
}

TEST(RequestTarget, IsRefusedIfItIsMalformed) {
  for (const std::string_view target :
       {""sv, "time"sv, "*"sv, "/%"sv, "/%4"sv, "/%zz"sv, "/?a=%"sv, "/?%g0=1"sv, "host:80"sv, "http://"sv,
        "http:///"sv, "ftp://host/"sv}) {
    EXPECT_FALSE(parse_target(target)) << target;
  }
}

TEST(RequestTarget, IsRefusedIfItHasControlCharactersOrIsNoUtf8) {
  for (const std::string_view target : {"/time%00.js"sv, "/%0d%0aSet-Cookie:a"sv, "/\x01"sv, "/?a=%7f"sv,
                                        "/?%00=b"sv, "/%ff"sv, "/%c2%85"sv, "http://a\x01/"sv, "/\0"sv}) {
    EXPECT_FALSE(parse_target(target)) << target;
  }
}

// RFC 9112, section 3.2.2: a server must accept the absolute form, and its authority replaces Host.
TEST(RequestTarget, MayBeAnAbsoluteUri) {
  const auto target = parse_target("HTTP://hub.local:8080/time?a=b");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->authority, "hub.local:8080");
  EXPECT_EQ(target->path, "/time");
  EXPECT_EQ(target->query.size(), 1U);
  EXPECT_EQ(path_of("https://hub.local"), "/");
  EXPECT_EQ(path_of("http://hub.local?a=b"), "/");
  EXPECT_FALSE(parse_target("/http://elsewhere/")->authority);
}

TEST(RequestTarget, HasALimitOfParameters) {
  std::string target = "/?a=1";
  for (std::size_t i = 1; i < kMostParameters; ++i) target += "&a=1";
  EXPECT_TRUE(parse_target(target));
  EXPECT_FALSE(parse_target(target + "&a=1"));
  EXPECT_TRUE(parse_target("/?" + std::string(10'000, '&')));
}

}  // namespace
}  // namespace isletime::syncweb::request_target_test

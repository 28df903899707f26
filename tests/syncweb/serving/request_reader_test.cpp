// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/request_reader.hpp"

#include <gtest/gtest.h>

namespace isletime::syncweb::request_reader_test {
namespace {

int status_of(std::string_view method, std::string_view target, std::vector<Field> headers) {
  const auto read = read_request(method, target, std::move(headers));
  const auto* refusal = std::get_if<Response>(&read);
  return refusal == nullptr ? 0 : static_cast<int>(refusal->status);
}

TEST(RequestReader, HasNamesOfHeadersInLowerCase) {
  const auto read = read_request("POST", "/api/press?a=b", {{"Host", "192.168.4.1"}, {"X-Case", "Kept\tsO"}});
  const auto* request = std::get_if<Request>(&read);
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(request->method, Method::kPost);
  EXPECT_EQ(request->path, "/api/press");
  EXPECT_EQ(*request->header("x-case"), "Kept\tsO");
  EXPECT_EQ(*request->parameter("a"), "b");
}

TEST(RequestReader, RefusesMethodsThatNoRouteHas) {
  EXPECT_EQ(status_of("DELETE", "/", {}), 405);
  EXPECT_EQ(status_of("get", "/", {}), 405);
  EXPECT_EQ(status_of("HEAD", "/", {}), 0);
}

TEST(RequestReader, RefusesWhatIsNotPlainText) {
  EXPECT_EQ(status_of("GET", "/%00", {}), 400);
  EXPECT_EQ(status_of("GET", "/", {{"X", std::string{"a\0b", 3}}}), 400);
  EXPECT_EQ(status_of("GET", "/", {{"X", "a\x1b[2J"}}), 400);
  EXPECT_EQ(status_of("GET", "/", {{"X\x01", "a"}}), 400);
  EXPECT_EQ(status_of("GET", "/", {{"", "a"}}), 400);
  EXPECT_EQ(status_of("GET", "/", {{"X", "\xff"}}), 400);
}

TEST(RequestReader, RefusesTooManyHeaders) {
  std::vector<Field> headers(kMostHeaders, Field{"X", "y"});
  EXPECT_EQ(status_of("GET", "/", headers), 0);
  headers.push_back({"X", "y"});
  EXPECT_EQ(status_of("GET", "/", headers), 400);
}

// RFC 9112, sections 3.2 and 3.2.2.
TEST(RequestReader, HasOneHostWhichAnAbsoluteTargetReplaces) {
  EXPECT_EQ(status_of("GET", "/", {{"Host", "a"}, {"HOST", "b"}}), 400);
  const auto read = read_request("GET", "http://hub.local/", {{"Host", "elsewhere"}});
  EXPECT_EQ(*std::get<Request>(read).header("host"), "hub.local");
}

TEST(RequestReader, KnowsBodiesThatAreTooLargeByTheirHeader) {
  EXPECT_FALSE(announces_too_much("0"));
  EXPECT_FALSE(announces_too_much("16384"));
  EXPECT_TRUE(announces_too_much("16385"));
  EXPECT_TRUE(announces_too_much("99999999999999999999999999"));
}

}  // namespace
}  // namespace isletime::syncweb::request_reader_test

// SPDX-License-Identifier: MIT
#include "firmware/net/http_request_parser.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "tests/firmware/net/pieces.hpp"

namespace isletime::net::http_request_parser_test {
namespace {

using State = HttpRequestParser::State;

HttpRequestParser parsed(std::string_view text) {
  HttpRequestParser parser;
  Bytes bytes = bytes_of(text);
  parser.take(bytes);
  return parser;
}

// The status with which the request is refused, or 0.
int refusal(std::string_view text) {
  return parsed(text).status();
}

std::string request(std::string_view line, std::string_view fields, std::string_view body = "") {
  return std::string{line} + "\r\nHost: 192.168.4.7\r\n" + std::string{fields} + "\r\n" + std::string{body};
}

TEST(HttpRequestParser, ReadsARequestInPiecesOfAnySize) {
  const std::string text =
      request("POST /api/system/time?by=hand HTTP/1.1",
              "Content-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n", "{}");
  for (std::size_t size = 1; size <= text.size(); ++size) {
    HttpRequestParser parser;
    in_pieces(text, size, [&parser](Bytes piece) { parser.take(piece); });
    ASSERT_EQ(parser.state(), State::kDone) << size;
    EXPECT_EQ(parser.method(), "POST");
    EXPECT_EQ(parser.path(), "/api/system/time");
    EXPECT_EQ(parser.query(), "by=hand");
    EXPECT_EQ(parser.body(), "{}");
    EXPECT_EQ(parser.host(), "192.168.4.7");
    EXPECT_TRUE(parser.is_json());
    EXPECT_FALSE(parser.is_last());
  }
}

TEST(HttpRequestParser, ThePathMayStandAlone) {
  const HttpRequestParser parser = parsed(request("GET / HTTP/1.1", ""));
  EXPECT_EQ(parser.path(), "/");
  EXPECT_EQ(parser.query(), "");
  EXPECT_EQ(parsed(request("GET /?getTimeNDate HTTP/1.1", "")).query(), "getTimeNDate");
  EXPECT_EQ(parsed(request("GET /a? HTTP/1.1", "")).query(), "");
}

TEST(HttpRequestParser, LeavesTheNextRequestAlone) {
  const std::string two = request("GET /a HTTP/1.1", "") + request("GET /b HTTP/1.1", "");
  Bytes bytes = bytes_of(two);
  HttpRequestParser parser;
  ASSERT_EQ(parser.take(bytes), State::kDone);
  EXPECT_EQ(parser.path(), "/a");
  parser.restart();
  ASSERT_EQ(parser.take(bytes), State::kDone);
  EXPECT_EQ(parser.path(), "/b");
  EXPECT_TRUE(bytes.empty());
}

TEST(HttpRequestParser, ABrowsersLongFieldsAreSkipped) {
  const std::string fields =
      "User-Agent: " + std::string(900, 'M') + "\r\nAccept: */*\r\nContent-Length: 1\r\n";
  EXPECT_EQ(parsed(request("POST / HTTP/1.1", fields, "x")).state(), State::kDone);
}

TEST(HttpRequestParser, ClientsOfHttp10NeedNoHostAndAreAnsweredOnce) {
  const HttpRequestParser parser = parsed("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(parser.state(), State::kDone);
  EXPECT_TRUE(parser.is_last());
  EXPECT_FALSE(parsed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").is_last());
  EXPECT_TRUE(parsed(request("GET / HTTP/1.1", "Connection: close\r\n")).is_last());
}

TEST(HttpRequestParser, AClientThatWaitsForLeaveToSendItsBodyIsToldOnce) {
  HttpRequestParser parser =
      parsed(request("POST / HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 2\r\n"));
  EXPECT_TRUE(parser.take_continue());
  EXPECT_FALSE(parser.take_continue());
  HttpRequestParser with_body =
      parsed(request("POST / HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 2\r\n", "{}"));
  EXPECT_FALSE(with_body.take_continue());
}

TEST(HttpRequestParser, RefusesWhatIsNoRequest) {
  for (const std::string_view line :
       {"GET", "GET /", "GET  HTTP/1.1", "/ HTTP/1.1 GET", "GET x HTTP/1.1", "G\tT / HTTP/1.1",
        "GET /a b HTTP/1.1", "GET /\x01 HTTP/1.1", "GET /\xff HTTP/1.1", "GET / FTP/1.1"}) {
    EXPECT_EQ(refusal(request(line, "")), 400) << line;
  }
  EXPECT_EQ(refusal(request("GET / HTTP/2.0", "")), 505);
  EXPECT_EQ(refusal(request(std::string_view{"GET /\0 HTTP/1.1", 15}, "")), 400);
  EXPECT_EQ(refusal(request("GET / HTTP/1.1", std::string_view{"X: \0\r\n", 6})), 400);
}

// RFC 9112, section 3.2.
TEST(HttpRequestParser, RefusesARequestWithoutAHostOrWithTwo) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal(request("GET / HTTP/1.1", "Host: other\r\n")), 400);
}

TEST(HttpRequestParser, RefusesLengthsThatTwoReadersCouldReadDifferently) {
  for (const std::string_view fields :
       {"Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: +1\r\n", "Content-Length: 0x1\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "Content-Length : 1\r\n",
        "Transfer-Encoding: identity\r\n", "Content-Length: 1, 1\r\n"}) {
    EXPECT_EQ(refusal(request("POST / HTTP/1.1", fields)), 400) << fields;
  }
  EXPECT_EQ(refusal(request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n")), 501);
  EXPECT_EQ(refusal(request("POST / HTTP/1.1", "Content-Length: " + std::string(400, '0') + "1\r\n")), 431);
}

TEST(HttpRequestParser, RefusesWhatIsTooLong) {
  EXPECT_EQ(parsed(request("POST / HTTP/1.1", "Content-Length: 512\r\n", std::string(512, 'x'))).state(),
            State::kDone);
  EXPECT_EQ(refusal(request("POST / HTTP/1.1", "Content-Length: 513\r\n")), 413);
  EXPECT_EQ(refusal(request("GET /" + std::string(256, 'x') + " HTTP/1.1", "")), 414);
  EXPECT_EQ(refusal(request("GET /" + std::string(3000, 'x') + " HTTP/1.1", "")), 414);
  EXPECT_EQ(refusal(std::string(5000, 'G')), 414);
  std::string fields;
  for (int i = 0; i < 500; ++i) fields += "X-Filler: 1\r\n";
  EXPECT_EQ(refusal(request("GET / HTTP/1.1", fields)), 431);
}

TEST(HttpRequestParser, AFormOfAnotherSiteIsNoJson) {
  EXPECT_FALSE(parsed(request("POST / HTTP/1.1", "Content-Type: text/plain\r\n")).is_json());
  EXPECT_FALSE(parsed(request("POST / HTTP/1.1", "")).is_json());
}

// The sanitizers judge.
TEST(HttpRequestParser, AnyBytesLeaveItSound) {
  const std::string sound =
      request("POST /api/press?x=1 HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 5\r\n", "hello");
  std::mt19937 random{1};
  for (int run = 0; run < 20'000; ++run) {
    std::string text = sound;
    for (int change = 0; change < 3; ++change) {
      text[random() % text.size()] = any_letter(random);
    }
    HttpRequestParser parser;
    in_pieces(text, 1 + random() % 40, [&parser](Bytes piece) { parser.take(piece); });
    ASSERT_LE(parser.path().size() + parser.query().size(), HttpRequestParser::kMostTarget);
    ASSERT_EQ(parser.state() == State::kBad, parser.status() != 0);
  }
}

}  // namespace
}  // namespace isletime::net::http_request_parser_test

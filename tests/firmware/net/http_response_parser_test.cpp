// SPDX-License-Identifier: MIT
#include "firmware/net/http_response_parser.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "tests/firmware/net/pieces.hpp"

namespace isletime::net::http_response_parser_test {
namespace {

using State = HttpResponseParser::State;
using namespace std::string_literals;

HttpResponseParser parsed(std::string_view text) {
  HttpResponseParser parser;
  parser.take(bytes_of(text));
  return parser;
}

State state_of(std::string_view text) {
  return parsed(text).state();
}

std::string response(std::string_view fields, std::string_view body) {
  return "HTTP/1.1 200 OK\r\n" + std::string{fields} + "\r\n" + std::string{body};
}

TEST(HttpResponseParser, ReadsAResponseInPiecesOfAnySize) {
  const std::string text = response("Content-Length: 5\r\n", "hello");
  for (std::size_t size = 1; size <= text.size(); ++size) {
    HttpResponseParser parser;
    in_pieces(text, size, [&parser](Bytes piece) { parser.take(piece); });
    ASSERT_EQ(parser.state(), State::kDone) << size;
    EXPECT_EQ(parser.status(), 200);
    EXPECT_EQ(parser.body(), "hello");
    EXPECT_FALSE(parser.is_last());
  }
}

TEST(HttpResponseParser, IsNotDoneBeforeTheLastByte) {
  const std::string text = response("Content-Length: 5\r\n", "hello");
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(state_of(text.substr(0, size)), State::kIncomplete) << size;
  }
}

// RFC 9112, section 7.1, with an extension and a trailer.
TEST(HttpResponseParser, ReadsChunks) {
  const std::string text =
      response("Transfer-Encoding: chunked\r\n",
               "4\r\nWiki\r\nA;name=value\r\npedia in\r\n\r\n0\r\nExpires: never\r\n\r\n");
  for (std::size_t size = 1; size <= text.size(); ++size) {
    HttpResponseParser parser;
    in_pieces(text, size, [&parser](Bytes piece) { parser.take(piece); });
    ASSERT_EQ(parser.state(), State::kDone) << size;
    EXPECT_EQ(parser.body(), "Wikipedia in\r\n");
  }
}

TEST(HttpResponseParser, ABodyWithoutALengthEndsWithTheConnection) {
  HttpResponseParser parser = parsed("HTTP/1.0 503 Service Unavailable\r\n\r\ndisk full");
  EXPECT_EQ(parser.state(), State::kIncomplete);
  EXPECT_EQ(parser.end(), State::kDone);
  EXPECT_EQ(parser.status(), 503);
  EXPECT_EQ(parser.body(), "disk full");
  EXPECT_TRUE(parser.is_last());
}

TEST(HttpResponseParser, AConnectionThatEndsInTheMiddleLeavesNoAnswer) {
  for (const std::string& text : {""s, "HTTP/1.1 200 OK\r\n"s, response("Content-Length: 5\r\n", "hell"),
                                  response("Transfer-Encoding: chunked\r\n", "4\r\nWiki\r\n")}) {
    HttpResponseParser parser = parsed(text);
    EXPECT_EQ(parser.end(), State::kGarbled) << text;
  }
}

TEST(HttpResponseParser, ResponsesWithoutContentHaveNoBody) {
  EXPECT_EQ(state_of("HTTP/1.1 204 No Content\r\n\r\n"), State::kDone);
  EXPECT_EQ(state_of("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"), State::kDone);
  EXPECT_EQ(state_of(response("Content-Length: 0\r\n", "")), State::kDone);
}

TEST(HttpResponseParser, AnInterimResponseIsNotTheAnswer) {
  const HttpResponseParser parser =
      parsed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(parser.state(), State::kDone);
  EXPECT_EQ(parser.status(), 409);
}

TEST(HttpResponseParser, KnowsWhetherTheConnectionIsKept) {
  EXPECT_TRUE(parsed(response("Connection: close\r\nContent-Length: 0\r\n", "")).is_last());
  EXPECT_TRUE(parsed("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").is_last());
  EXPECT_TRUE(parsed(response("", "until the end")).is_last());
  EXPECT_FALSE(parsed("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n").is_last());
}

TEST(HttpResponseParser, WhatIsNoHttpIsGarbled) {
  for (const std::string_view text :
       {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200\r\n", "HTTP/1.1 20x OK\r\n", "HTTP/1.1 099 Low\r\n",
        "HTTP/1.1 2000 OK\r\n", "HTTP/1.1200 OK\r\n", "\r\n", "HTTP/1.1 101 Switching\r\n\r\n"}) {
    EXPECT_EQ(state_of(text), State::kGarbled) << text;
  }
}

TEST(HttpResponseParser, AFieldWithoutANameIsGarbled) {
  for (const std::string_view field :
       {": 5\r\n", "no colon\r\n", "Content-Length : 5\r\n", " folded: 1\r\n"}) {
    EXPECT_EQ(state_of(response(field, "")), State::kGarbled) << field;
  }
}

TEST(HttpResponseParser, ALengthThatIsNoNumberOrAnotherTheSecondTimeIsGarbled) {
  for (const std::string_view fields :
       {"Content-Length: -1\r\n", "Content-Length: 5x\r\n", "Content-Length:\r\n",
        "Content-Length: 99999999999999999999\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"}) {
    EXPECT_EQ(state_of(response(fields, "")), State::kGarbled) << fields;
  }
}

TEST(HttpResponseParser, TakesAKibibyteAndNoMore) {
  const std::string most(1024, 'x');
  EXPECT_EQ(state_of(response("Content-Length: 1024\r\n", most)), State::kDone);
  EXPECT_EQ(state_of(response("Content-Length: 1025\r\n", "")), State::kGarbled);
  EXPECT_EQ(state_of(response("Transfer-Encoding: chunked\r\n", "400\r\n" + most + "\r\n0\r\n\r\n")),
            State::kDone);
  EXPECT_EQ(state_of(response("Transfer-Encoding: chunked\r\n", "400\r\n" + most + "\r\n1\r\n")),
            State::kGarbled);
  EXPECT_EQ(state_of(response("", most + "x")), State::kGarbled);
}

TEST(HttpResponseParser, ChunkSizesThatOverflowOrAreNoNumbersAreGarbled) {
  for (const std::string_view size : {"100000000", "-1", "", "G", "0x4", "fffffffffffffffff"}) {
    EXPECT_EQ(state_of(response("Transfer-Encoding: chunked\r\n", std::string{size} + "\r\n")),
              State::kGarbled)
        << size;
  }
  EXPECT_EQ(state_of(response("Transfer-Encoding: chunked\r\n", "4\r\nWikiX\r\n")), State::kGarbled);
}

TEST(HttpResponseParser, AHeadWithoutEndIsGarbled) {
  HttpResponseParser parser = parsed("HTTP/1.1 200 OK\r\n");
  for (int i = 0; i < 500 && parser.state() == State::kIncomplete; ++i)
    parser.take(bytes_of("X-Filler: 1\r\n"));
  EXPECT_EQ(parser.state(), State::kGarbled);
  EXPECT_EQ(state_of(std::string(5000, 'H')), State::kGarbled);
}

TEST(HttpResponseParser, ALongFieldThatNobodyReadsIsSkipped) {
  EXPECT_EQ(state_of(response("X-Long: " + std::string(2000, 'x') + "\r\nContent-Length: 0\r\n", "")),
            State::kDone);
}

TEST(HttpResponseParser, BytesAfterTheEndMakeItGarbled) {
  EXPECT_EQ(state_of(response("Content-Length: 5\r\n", "hello!")), State::kGarbled);
}

TEST(HttpResponseParser, CanBeUsedAgain) {
  HttpResponseParser parser = parsed("garbage\r\n");
  parser.restart();
  parser.take(bytes_of(response("Content-Length: 5\r\n", "hello")));
  EXPECT_EQ(parser.state(), State::kDone);
  EXPECT_EQ(parser.body(), "hello");
}

// The sanitizers judge.
TEST(HttpResponseParser, AnyBytesLeaveItInOneOfItsStates) {
  const std::string sound =
      response("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n");
  std::mt19937 random{1};
  for (int run = 0; run < 20'000; ++run) {
    std::string text = sound;
    for (int change = 0; change < 3; ++change) {
      text[random() % text.size()] = any_letter(random);
    }
    HttpResponseParser parser;
    in_pieces(text, 1 + random() % 40, [&parser](Bytes piece) { parser.take(piece); });
    parser.end();
    ASSERT_NE(parser.state(), State::kIncomplete);
    ASSERT_LE(parser.body().size(), HttpResponseParser::kMostBody);
  }
}

}  // namespace
}  // namespace isletime::net::http_response_parser_test

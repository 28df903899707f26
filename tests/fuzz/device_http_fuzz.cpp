// SPDX-License-Identifier: MIT
// The devices' parsers of HTTP. The first byte says whether the rest is a response or requests, and the
// second how TCP cuts it: the pieces must not matter.
#include <algorithm>
#include <string_view>
#include <utility>

#include "firmware/net/http_request_parser.hpp"
#include "firmware/net/http_response_parser.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::Input;
using isletime::fuzz::require;
using net::HttpRequestParser;
using net::HttpResponseParser;

namespace {

HttpResponseParser read_response(Bytes bytes, std::size_t piece) {
  HttpResponseParser parser;
  while (!bytes.empty()) {
    const std::size_t size = std::min(piece, bytes.size());
    parser.take(bytes.first(size));
    bytes = bytes.subspan(size);
  }
  parser.end();
  return parser;
}

void check_response(Bytes bytes, std::size_t piece) {
  const HttpResponseParser whole = read_response(bytes, bytes.size());
  const HttpResponseParser cut = read_response(bytes, piece);
  require(whole.state() != HttpResponseParser::State::kIncomplete, "the end of the connection decides");
  require(whole.state() == cut.state(), "the pieces do not matter");
  if (whole.state() != HttpResponseParser::State::kDone) return;
  require(whole.status() >= 200 && whole.status() <= 999, "a final response has a status");
  require(whole.status() == cut.status() && whole.body() == cut.body(), "the pieces change nothing");
  require(whole.is_last() == cut.is_last(), "nor the fate of the connection");
}

void check_request(const HttpRequestParser& request) {
  require(!request.method().empty() && request.path().substr(0, 1) == "/",
          "a request has a method and a path");
  require(request.path().size() + request.query().size() <= HttpRequestParser::kMostTarget, "it is short");
  require(request.path().find('?') == std::string_view::npos, "the path ends at the question mark");
}

// Returns how many requests there were, and how the last of them was left.
std::pair<int, int> read_requests(Bytes bytes, std::size_t piece) {
  HttpRequestParser parser;
  int count = 0;
  while (!bytes.empty()) {
    Bytes segment = bytes.first(std::min(piece, bytes.size()));
    bytes = bytes.subspan(segment.size());
    while (!segment.empty()) {
      if (parser.take(segment) == HttpRequestParser::State::kBad) return {count, parser.status()};
      if (parser.state() == HttpRequestParser::State::kIncomplete) break;
      check_request(parser);
      ++count;
      parser.restart();
    }
  }
  return {count, parser.has_begun() ? 1 : 0};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input{Bytes{data, size}};
  const bool is_response = input.u8() % 2 == 0;
  const std::size_t piece = 1 + input.u8();
  if (is_response) {
    check_response(input.rest(), piece);
  } else {
    require(read_requests(input.rest(), input.rest().size()) == read_requests(input.rest(), piece),
            "the pieces do not matter");
  }
  return 0;
}

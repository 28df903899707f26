// SPDX-License-Identifier: MIT
#include "firmware/net/http_request_parser.hpp"

#include <algorithm>

namespace isletime::net {
namespace {

constexpr int kBadRequest = 400;
constexpr int kContentTooLarge = 413;
constexpr int kUriTooLong = 414;
constexpr int kFieldsTooLarge = 431;
constexpr int kNotImplemented = 501;
constexpr int kVersionNotSupported = 505;

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) {
    return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') || letter == '-';
  });
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) { return letter > ' ' && letter < '\x7f'; });
}

}  // namespace

HttpRequestParser::State HttpRequestParser::take(Bytes& bytes) {
  while (!bytes.empty() && state_ == State::kIncomplete) {
    if (part_ == Part::kBody) {
      take_body(bytes);
      continue;
    }
    const std::size_t before = bytes.size();
    const bool is_whole = line_.take(bytes);
    head_size_ += before - bytes.size();
    if (head_size_ > kMostHead) {
      reject(part_ == Part::kRequestLine ? kUriTooLong : kFieldsTooLarge);
    } else if (is_whole) {
      take_line();
    }
  }
  return state_;
}

bool HttpRequestParser::take_continue() {
  const bool is_wanted = is_continue_wanted_ && part_ == Part::kBody && state_ == State::kIncomplete;
  if (is_wanted) is_continue_wanted_ = false;
  return is_wanted;
}

void HttpRequestParser::take_line() {
  if (line_.has_zero()) return reject(kBadRequest);
  if (part_ == Part::kRequestLine) return take_request_line();
  take_field();
}

// "GET /path?query HTTP/1.1". An empty line before it is skipped (RFC 9112, section 2.2).
void HttpRequestParser::take_request_line() {
  const std::string_view line = line_.text();
  if (line_.is_cut()) return reject(kUriTooLong);
  if (line.empty()) return;
  const std::size_t method_end = line.find(' ');
  const std::size_t target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end == method_end) return reject(kBadRequest);
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  const std::string_view version = line.substr(target_end + 1);
  if (version.substr(0, 5) != "HTTP/") return reject(kBadRequest);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return reject(kVersionNotSupported);
  if (!is_token(line.substr(0, method_end)) || target.empty() || target[0] != '/' || !is_printable(target)) {
    return reject(kBadRequest);
  }
  if (target.size() > kMostTarget) return reject(kUriTooLong);
  std::copy(line.begin(), line.end(), first_line_.begin());
  const std::size_t question = std::min(target.find('?'), target.size());
  method_size_ = static_cast<std::uint16_t>(method_end);
  path_ = static_cast<std::uint16_t>(method_end + 1);
  path_size_ = static_cast<std::uint16_t>(question);
  query_ = static_cast<std::uint16_t>(std::min(path_ + question + 1, target_end));
  query_size_ = static_cast<std::uint16_t>(target_end - query_);
  is_1_0_ = version.back() == '0';
  is_last_ = is_1_0_;
  part_ = Part::kFields;
}

// A field that is cut is one of those that nobody reads here, such as a browser's description of itself.
void HttpRequestParser::take_field() {
  if (line_.text().empty()) return end_head();
  const auto field = field_of(line_.text());
  if (!field) return reject(kBadRequest);
  if (!line_.is_cut()) return take_known_field(*field);
  HttpFraming framing;
  framing.take(*field);
  if (framing.is_bad() || framing.length() || framing.is_chunked()) reject(kFieldsTooLarge);
}

void HttpRequestParser::take_known_field(const HttpField& field) {
  framing_.take(field);
  if (equals_ignoring_case(field.name, "host")) take_host(field.value);
  if (equals_ignoring_case(field.name, "connection")) {
    if (equals_ignoring_case(field.value, "close")) is_last_ = true;
    if (equals_ignoring_case(field.value, "keep-alive")) is_last_ = false;
  }
  if (equals_ignoring_case(field.name, "content-type")) {
    const std::string_view type = field.value.substr(0, field.value.find(';'));
    is_json_ = equals_ignoring_case(trimmed(type), "application/json");
  }
  if (equals_ignoring_case(field.name, "expect")) {
    is_continue_wanted_ = equals_ignoring_case(field.value, "100-continue");
  }
}

void HttpRequestParser::take_host(std::string_view host) {
  if (++hosts_ > 1 || host.size() > host_.size()) return reject(kBadRequest);
  std::copy(host.begin(), host.end(), host_.begin());
  host_size_ = static_cast<std::uint16_t>(host.size());
}

void HttpRequestParser::end_head() {
  if (hosts_ == 0 && !is_1_0_) return reject(kBadRequest);  // RFC 9112, section 3.2
  if (framing_.is_bad()) return reject(kBadRequest);
  if (framing_.is_chunked()) return reject(kNotImplemented);
  rest_ = framing_.length().value_or(0);
  if (rest_ > kMostBody) return reject(kContentTooLarge);
  part_ = Part::kBody;
  if (rest_ == 0) state_ = State::kDone;
}

void HttpRequestParser::take_body(Bytes& bytes) {
  const std::size_t count = std::min(bytes.size(), rest_);
  std::transform(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count), body_.data() + body_size_,
                 [](std::uint8_t byte) { return static_cast<char>(byte); });
  body_size_ += count;
  rest_ -= count;
  bytes = bytes.subspan(count);
  if (rest_ == 0) state_ = State::kDone;
}

void HttpRequestParser::reject(int status) {
  if (state_ == State::kBad) return;
  status_ = status;
  state_ = State::kBad;
  is_last_ = true;
}

}  // namespace isletime::net

// SPDX-License-Identifier: MIT
#include "firmware/net/http_response_parser.hpp"

#include <algorithm>

namespace isletime::net {

HttpResponseParser::State HttpResponseParser::take(Bytes bytes) {
  while (!bytes.empty() && state_ == State::kIncomplete) {
    if (part_ == Part::kBody || part_ == Part::kChunk) {
      take_body(bytes);
      continue;
    }
    const std::size_t before = bytes.size();
    const bool is_whole = line_.take(bytes);
    head_size_ += before - bytes.size();
    if (head_size_ > kMostHead) {
      reject();
    } else if (is_whole) {
      take_line();
    }
  }
  if (!bytes.empty()) reject();
  return state_;
}

HttpResponseParser::State HttpResponseParser::end() {
  if (state_ != State::kIncomplete) return state_;
  if (part_ == Part::kBody && is_until_end_) {
    finish();
  } else {
    reject();
  }
  return state_;
}

void HttpResponseParser::take_line() {
  switch (part_) {
    case Part::kStatus:
      return take_status();
    case Part::kFields:
      return take_field();
    case Part::kChunkSize:
      return take_chunk_size();
    case Part::kChunkEnd:
      if (!line_.text().empty()) return reject();
      part_ = Part::kChunkSize;
      return;
    case Part::kTrailer:
      if (line_.text().empty()) finish();
      return;
    case Part::kBody:
    case Part::kChunk:
    case Part::kNone:
      return;
  }
}

// "HTTP/1.1 200 OK", where the words after the number may be missing.
void HttpResponseParser::take_status() {
  constexpr std::string_view kVersion = "HTTP/1.";
  const std::string_view line = line_.text();
  const bool is_http = line.size() >= 12 && line.substr(0, kVersion.size()) == kVersion && line[8] == ' ';
  const auto status = is_http ? number_of(line.substr(9, 3)) : std::nullopt;
  if (!status || *status < 100 || (line.size() > 12 && line[12] != ' ')) return reject();
  status_ = static_cast<int>(*status);
  is_last_ = line[7] == '0';
  part_ = Part::kFields;
}

void HttpResponseParser::take_field() {
  if (line_.text().empty() && !line_.is_cut()) return end_head();
  const auto field = field_of(line_.text());
  if (!field) return reject();
  framing_.take(*field);
  if (equals_ignoring_case(field->name, "connection")) {
    if (equals_ignoring_case(field->value, "close")) is_last_ = true;
    if (equals_ignoring_case(field->value, "keep-alive")) is_last_ = false;
  }
}

// The order is that of RFC 9112, section 6.3.
void HttpResponseParser::end_head() {
  if (framing_.is_bad()) return reject();
  if (status_ < 200) {  // an interim response; the final one follows
    if (status_ == 101) return reject();
    part_ = Part::kStatus;
    framing_ = {};
    return;
  }
  if (is_without_body()) return finish();
  if (framing_.is_chunked()) {
    part_ = Part::kChunkSize;
    return;
  }
  is_until_end_ = !framing_.length();
  is_last_ = is_last_ || is_until_end_;
  rest_ = framing_.length().value_or(0);
  if (rest_ > kMostBody) return reject();
  part_ = Part::kBody;
  if (rest_ == 0 && !is_until_end_) finish();
}

// Extensions after a semicolon mean nothing to us.
void HttpResponseParser::take_chunk_size() {
  const std::string_view line = line_.text();
  const auto size = number_of(trimmed(line.substr(0, line.find(';'))), 16);
  if (!size || *size > kMostBody - size_) return reject();
  rest_ = *size;
  part_ = rest_ == 0 ? Part::kTrailer : Part::kChunk;
}

void HttpResponseParser::take_body(Bytes& bytes) {
  const std::size_t wanted = is_until_end_ ? kMostBody - size_ : rest_;
  const std::size_t count = std::min(bytes.size(), wanted);
  if (count == 0) return reject();
  std::transform(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count), body_.data() + size_,
                 [](std::uint8_t byte) { return static_cast<char>(byte); });
  size_ += count;
  bytes = bytes.subspan(count);
  if (is_until_end_) return;
  rest_ -= static_cast<std::uint32_t>(count);
  if (rest_ > 0) return;
  if (framing_.is_chunked()) {
    part_ = Part::kChunkEnd;
  } else {
    finish();
  }
}

void HttpResponseParser::finish() {
  part_ = Part::kNone;
  state_ = State::kDone;
}

}  // namespace isletime::net

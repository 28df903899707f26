// SPDX-License-Identifier: MIT
// The response to one request, from bytes that come in pieces (RFC 9112): Content-Length, chunked, or all
// until the connection ends. At most kMostBody bytes of body, and kMostHead of head, are taken: a longer
// response, or one that is no HTTP/1, is garbled, which is as good as none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>

#include "firmware/net/http_head.hpp"
#include "libsync/core/bytes.hpp"

namespace isletime::net {

class HttpResponseParser {
 public:
  static constexpr std::size_t kMostBody = 1024;
  static constexpr std::size_t kMostHead = 4096;

  enum class State : std::uint8_t { kIncomplete, kDone, kGarbled };

  // Bytes after the end of the response make it garbled: nothing else was asked for.
  State take(Bytes bytes);
  // The connection has ended, which may be the end of the response.
  State end();

  // In place, because a device's stack has no room for a copy.
  void restart() { new (this) HttpResponseParser; }

  State state() const { return state_; }
  bool has_begun() const { return head_size_ > 0; }
  int status() const { return status_; }
  std::string_view body() const { return {body_.data(), size_}; }
  // The server will not take another request on this connection.
  bool is_last() const { return is_last_; }

 private:
  enum class Part : std::uint8_t { kStatus, kFields, kBody, kChunkSize, kChunk, kChunkEnd, kTrailer, kNone };

  void take_line();
  void take_status();
  void take_field();
  void end_head();
  void take_chunk_size();
  void take_body(Bytes& bytes);
  void finish();
  void reject() { state_ = State::kGarbled; }
  bool is_without_body() const { return status_ == 204 || status_ == 304; }

  HttpLine<96> line_;
  HttpFraming framing_;
  std::array<char, kMostBody> body_{};
  std::size_t size_ = 0;
  std::size_t head_size_ = 0;
  std::uint32_t rest_ = 0;  // of the body or the chunk
  int status_ = 0;
  Part part_ = Part::kStatus;
  State state_ = State::kIncomplete;
  bool is_until_end_ = false;
  bool is_last_ = false;
};

}  // namespace isletime::net

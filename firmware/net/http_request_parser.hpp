// SPDX-License-Identifier: MIT
// A request to a small HTTP/1.1 server, from bytes that come in pieces (RFC 9112). What a browser adds is
// read and skipped; what is too long, ambiguous or unknown is answered by the status in `status()`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>

#include "firmware/net/http_head.hpp"
#include "libsync/core/bytes.hpp"

namespace isletime::net {

class HttpRequestParser {
 public:
  static constexpr std::size_t kMostBody = 512;
  static constexpr std::size_t kMostTarget = 256;
  static constexpr std::size_t kMostHead = 4096;

  enum class State : std::uint8_t {
    kIncomplete,
    kDone,
    kBad,  // to be answered by status(), after which the connection is useless
  };

  // Takes bytes off the front, up to the end of the request: what follows belongs to the next one.
  State take(Bytes& bytes);

  // In place, because a device's stack has no room for a copy.
  void restart() { new (this) HttpRequestParser; }

  State state() const { return state_; }
  bool has_begun() const { return head_size_ > 0; }
  int status() const { return status_; }
  // True once if the client waits for "100 Continue" before it sends the body (RFC 9110, section 10.1.1).
  bool take_continue();

  std::string_view method() const { return target_text(0, method_size_); }
  std::string_view path() const { return target_text(path_, path_size_); }
  std::string_view query() const { return target_text(query_, query_size_); }
  std::string_view body() const { return {body_.data(), body_size_}; }
  std::string_view host() const { return {host_.data(), host_size_}; }
  bool is_json() const { return is_json_; }
  bool is_last() const { return is_last_; }

 private:
  enum class Part : std::uint8_t { kRequestLine, kFields, kBody };

  void take_line();
  void take_request_line();
  void take_field();
  void take_known_field(const HttpField& field);
  void take_host(std::string_view host);
  void end_head();
  void take_body(Bytes& bytes);
  void reject(int status);
  std::string_view target_text(std::size_t from, std::size_t size) const {
    return {first_line_.data() + from, size};
  }

  HttpLine<kMostTarget + 24> line_;
  HttpFraming framing_;
  std::array<char, kMostTarget + 24> first_line_{};  // the method, the target and the version
  std::array<char, kMostBody> body_{};
  std::array<char, 64> host_{};
  std::size_t head_size_ = 0;
  std::size_t body_size_ = 0;
  std::size_t rest_ = 0;
  std::uint16_t method_size_ = 0;
  std::uint16_t path_ = 0;
  std::uint16_t path_size_ = 0;
  std::uint16_t query_ = 0;
  std::uint16_t query_size_ = 0;
  std::uint16_t host_size_ = 0;
  std::uint8_t hosts_ = 0;
  int status_ = 0;
  Part part_ = Part::kRequestLine;
  State state_ = State::kIncomplete;
  bool is_json_ = false;
  bool is_last_ = false;
  bool is_1_0_ = false;
  bool is_continue_wanted_ = false;
};

}  // namespace isletime::net

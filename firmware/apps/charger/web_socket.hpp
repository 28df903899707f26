// SPDX-License-Identifier: MIT
// A WebSocket of which we are the client (RFC 6455): the handshake, and messages of one frame each. A server
// that fragments or masks its messages, sends more than fits, or breaks the protocol otherwise, is left. No
// I/O: bytes of the stream come in, events and frames go out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "firmware/apps/charger/web_socket_key.hpp"
#include "firmware/net/http_head.hpp"
#include "libsync/core/bytes.hpp"

namespace isletime::firmware {

// RFC 6455, section 5.2.
enum class Opcode : std::uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xa,
};

// RFC 6455, section 7.4.1; zero while there is none.
enum class CloseCode : std::uint16_t {
  kNone = 0,
  kNormal = 1000,
  kProtocolError = 1002,
  kUnacceptable = 1003,
  kTooBig = 1009,
};

class WebSocket {
 public:
  static constexpr std::size_t kLongestMessage = 640;
  static constexpr std::size_t kLongestHead = 2048;
  static constexpr std::size_t kFrameOverhead = 8;  // of a frame of ours up to 65535 bytes

  struct Target {
    std::string_view host;  // "192.0.2.7:8180"
    std::string_view path;  // "/ocpp/charger-1", with its slash
    std::string_view protocol;
  };
  // Begins a new connection; returns the request's size, or 0 if it does not fit. `nonce` must be random.
  std::size_t write_request(std::span<char> out, const Target& target, const WebSocketNonce& nonce);

  enum class Event : std::uint8_t {
    kNone,     // all bytes are taken
    kOpened,   // the server has agreed
    kMessage,  // message() is valid until the next call
    kPing,     // message() must be sent back as a pong
    kClosed,   // the server says good-bye: answer with a frame of the same kind, and end the connection
    kRefused,  // the server does not agree to a WebSocket of this protocol
    kBroken,   // send a close frame with close_code(), and end the connection
  };
  // Takes bytes off the front, up to the next event. After kClosed, kRefused or kBroken, takes no more.
  Event take(Bytes& bytes);

  std::string_view message() const { return {message_.data(), size_}; }
  CloseCode close_code() const { return close_code_; }
  bool is_open() const { return phase_ == Phase::kFrames; }

  // Returns the frame's size, or 0 if it does not fit. `mask` must be unpredictable.
  static std::size_t write_frame(MutableBytes out, Opcode opcode, std::string_view payload,
                                 std::uint32_t mask);
  static std::size_t write_close(MutableBytes out, CloseCode code, std::uint32_t mask);

 private:
  enum class Phase : std::uint8_t { kStatus, kFields, kFrames, kOver };

  Event take_head(Bytes& bytes);
  Event judge_status();
  Event judge_head();
  bool take_field(const net::HttpField& field);
  Event refuse();
  Event break_off(CloseCode code);
  Event take_frame(Bytes& bytes);
  CloseCode judge_frame_head() const;
  std::size_t frame_head_size() const;
  std::size_t payload_size() const;
  Event finish_frame();

  Phase phase_ = Phase::kOver;
  WebSocketAccept expected_{};
  std::string_view protocol_;
  net::HttpLine<160> line_;
  std::size_t head_size_ = 0;
  bool is_upgraded_ = false;
  bool is_connection_ = false;
  bool is_accepted_ = false;
  bool is_protocol_ = false;
  std::array<std::uint8_t, 4> frame_{};  // the head of the frame that is coming in
  std::size_t frame_head_taken_ = 0;
  std::array<char, kLongestMessage> message_{};
  std::size_t size_ = 0;
  CloseCode close_code_ = CloseCode::kNone;
};

}  // namespace isletime::firmware

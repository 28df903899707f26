// SPDX-License-Identifier: MIT
#include "firmware/apps/charger/web_socket.hpp"

#include <algorithm>

#include "libsync/core/text_writer.hpp"

namespace isletime::firmware {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kOpcode = 0x0f;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kLength = 0x7f;
constexpr std::uint8_t kLengthIn16Bits = 126;
constexpr std::uint8_t kLengthIn64Bits = 127;
constexpr std::size_t kShortHead = 2;
constexpr std::size_t kLongHead = 4;

constexpr bool is_control(std::uint8_t opcode) {
  return (opcode & 0x08) != 0;
}

// Returns whether a list of words that are separated by commas contains `word`.
bool contains_word(std::string_view list, std::string_view word) {
  for (;;) {
    const std::size_t comma = list.find(',');
    if (net::equals_ignoring_case(net::trimmed(list.substr(0, comma)), word)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

std::size_t WebSocket::write_request(std::span<char> out, const Target& target, const WebSocketNonce& nonce) {
  const WebSocketKey key = key_of(nonce);
  *this = {};
  phase_ = Phase::kStatus;
  expected_ = accept_of(key);
  protocol_ = target.protocol;
  TextWriter writer{out};
  writer.text("GET ").text(target.path).text(" HTTP/1.1\r\nHost: ").text(target.host);
  writer.text("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13");
  writer.text("\r\nSec-WebSocket-Key: ").text({key.data(), key.size()});
  writer.text("\r\nSec-WebSocket-Protocol: ").text(target.protocol).text("\r\n\r\n");
  return writer.is_whole() ? writer.view().size() : 0;
}

WebSocket::Event WebSocket::refuse() {
  phase_ = Phase::kOver;
  return Event::kRefused;
}

WebSocket::Event WebSocket::break_off(CloseCode code) {
  phase_ = Phase::kOver;
  close_code_ = code;
  return Event::kBroken;
}

WebSocket::Event WebSocket::take(Bytes& bytes) {
  while (!bytes.empty()) {
    if (phase_ == Phase::kOver) {
      bytes = {};
      break;
    }
    const Event event = phase_ == Phase::kFrames ? take_frame(bytes) : take_head(bytes);
    if (event != Event::kNone) return event;
  }
  return Event::kNone;
}

WebSocket::Event WebSocket::take_head(Bytes& bytes) {
  const std::size_t before = bytes.size();
  const bool is_complete = line_.take(bytes);
  head_size_ += before - bytes.size();
  if (head_size_ > kLongestHead) return refuse();
  if (!is_complete) return Event::kNone;
  if (phase_ == Phase::kStatus) return judge_status();
  if (line_.text().empty()) return judge_head();
  const auto field = net::field_of(line_.text());
  if (!field || line_.has_zero() || !take_field(*field)) return refuse();
  return Event::kNone;
}

WebSocket::Event WebSocket::judge_status() {
  phase_ = Phase::kFields;
  const bool is_switching = line_.text().substr(0, 12) == "HTTP/1.1 101";
  return is_switching && (line_.text().size() == 12 || line_.text()[12] == ' ') ? Event::kNone : refuse();
}

// Returns false if this field forbids the connection; RFC 6455, section 4.1, lists them.
bool WebSocket::take_field(const net::HttpField& field) {
  const auto is = [&field](std::string_view name) { return net::equals_ignoring_case(field.name, name); };
  if (is("upgrade")) is_upgraded_ = net::equals_ignoring_case(field.value, "websocket");
  if (is("connection")) is_connection_ = is_connection_ || contains_word(field.value, "upgrade");
  if (is("sec-websocket-accept"))
    is_accepted_ = !line_.is_cut() && field.value == std::string_view{expected_.data(), expected_.size()};
  if (is("sec-websocket-protocol")) is_protocol_ = !line_.is_cut() && field.value == protocol_;
  return !is("sec-websocket-extensions") || field.value.empty();
}

WebSocket::Event WebSocket::judge_head() {
  if (!is_upgraded_ || !is_connection_ || !is_accepted_ || !is_protocol_) return refuse();
  phase_ = Phase::kFrames;
  return Event::kOpened;
}

std::size_t WebSocket::frame_head_size() const {
  if (frame_head_taken_ < kShortHead) return kShortHead;
  return (frame_[1] & kLength) == kLengthIn16Bits ? kLongHead : kShortHead;
}

std::size_t WebSocket::payload_size() const {
  const std::size_t length = frame_[1] & kLength;
  return length == kLengthIn16Bits ? load_be16(frame_, 2) : length;
}

// Judges what is known of the head by now.
CloseCode WebSocket::judge_frame_head() const {
  const std::uint8_t opcode = frame_[0] & kOpcode;
  const std::uint8_t length = frame_[1] & kLength;
  if ((frame_[0] & kReserved) != 0 || (frame_[1] & kMasked) != 0) return CloseCode::kProtocolError;
  if (is_control(opcode)) {
    if ((frame_[0] & kFinal) == 0 || length >= kLengthIn16Bits) return CloseCode::kProtocolError;
    const bool is_known = opcode <= static_cast<std::uint8_t>(Opcode::kPong);
    return is_known ? CloseCode::kNone : CloseCode::kProtocolError;
  }
  if (opcode > static_cast<std::uint8_t>(Opcode::kBinary)) return CloseCode::kProtocolError;
  if ((frame_[0] & kFinal) == 0 || opcode != static_cast<std::uint8_t>(Opcode::kText))
    return CloseCode::kUnacceptable;
  if (length == kLengthIn64Bits) return CloseCode::kTooBig;
  if (frame_head_taken_ < frame_head_size()) return CloseCode::kNone;
  if (length == kLengthIn16Bits && payload_size() < kLengthIn16Bits) return CloseCode::kProtocolError;
  return payload_size() > kLongestMessage ? CloseCode::kTooBig : CloseCode::kNone;
}

WebSocket::Event WebSocket::take_frame(Bytes& bytes) {
  if (frame_head_taken_ < frame_head_size()) {
    if (frame_head_taken_ == 0) size_ = 0;
    frame_[frame_head_taken_++] = bytes.front();
    bytes = bytes.subspan(1);
    if (frame_head_taken_ < kShortHead) return Event::kNone;
    if (const CloseCode code = judge_frame_head(); code != CloseCode::kNone) return break_off(code);
    if (frame_head_taken_ < frame_head_size()) return Event::kNone;
  }
  const std::size_t count = std::min(payload_size() - size_, bytes.size());
  std::copy_n(bytes.begin(), count, message_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += count;
  bytes = bytes.subspan(count);
  return size_ == payload_size() ? finish_frame() : Event::kNone;
}

WebSocket::Event WebSocket::finish_frame() {
  frame_head_taken_ = 0;
  switch (static_cast<Opcode>(frame_[0] & kOpcode)) {
    case Opcode::kText:
      return Event::kMessage;
    case Opcode::kPing:
      return Event::kPing;
    case Opcode::kClose:
      phase_ = Phase::kOver;
      close_code_ = CloseCode::kNormal;
      return Event::kClosed;
    case Opcode::kPong:
    case Opcode::kContinuation:
    case Opcode::kBinary:
      break;
  }
  return Event::kNone;
}

std::size_t WebSocket::write_frame(MutableBytes out, Opcode opcode, std::string_view payload,
                                   std::uint32_t mask) {
  constexpr std::size_t kMaskSize = 4;
  constexpr std::size_t kLongestPayload = 0xffff;
  const bool is_long = payload.size() >= kLengthIn16Bits;
  const std::size_t head = (is_long ? kLongHead : kShortHead) + kMaskSize;
  if (payload.size() > kLongestPayload || out.size() < head + payload.size()) return 0;
  out[0] = static_cast<std::uint8_t>(kFinal | static_cast<std::uint8_t>(opcode));
  out[1] = static_cast<std::uint8_t>(kMasked | (is_long ? kLengthIn16Bits : payload.size()));
  if (is_long) store_be16(out, kShortHead, static_cast<std::uint16_t>(payload.size()));
  store_be32(out, head - kMaskSize, mask);
  for (std::size_t i = 0; i < payload.size(); ++i)
    out[head + i] = static_cast<std::uint8_t>(static_cast<std::uint8_t>(payload[i]) ^
                                              out[head - kMaskSize + i % kMaskSize]);
  return head + payload.size();
}

std::size_t WebSocket::write_close(MutableBytes out, CloseCode code, std::uint32_t mask) {
  const auto number = static_cast<std::uint16_t>(code);
  const std::array payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
  return write_frame(out, Opcode::kClose, {payload.data(), payload.size()}, mask);
}

}  // namespace isletime::firmware

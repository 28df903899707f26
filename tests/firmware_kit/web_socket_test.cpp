// SPDX-License-Identifier: MIT
#include "firmware/apps/charger/web_socket.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace isletime::firmware::web_socket_test {
namespace {

using Event = WebSocket::Event;

// The nonce whose key is that of the example in RFC 6455, section 1.3: "the sample nonce".
constexpr WebSocketNonce kSampleNonce{'t', 'h', 'e', ' ', 's', 'a', 'm', 'p',
                                      'l', 'e', ' ', 'n', 'o', 'n', 'c', 'e'};
constexpr WebSocket::Target kTarget{.host = "192.0.2.7:8180", .path = "/ocpp/c-1", .protocol = "ocpp1.6"};

std::string hex(const Sha1Digest& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 0xf];
  }
  return text;
}

// FIPS 180-4's examples, as NIST publishes them.
TEST(Sha1, GivesTheDigestsOfTheStandardsExamples) {
  EXPECT_EQ(hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(hex(sha1("")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

// RFC 4648, section 10.
TEST(Base64, EncodesTheExamplesOfItsRfc) {
  const auto encoded = [](std::string_view text) {
    std::string out((text.size() + 2) / 3 * 4, ' ');
    encode_base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, out.data());
    return out;
  };
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
}

TEST(WebSocketKey, IsThatOfTheRfcsExample) {
  const WebSocketKey key = key_of(kSampleNonce);
  EXPECT_EQ(std::string(key.data(), key.size()), "dGhlIHNhbXBsZSBub25jZQ==");
  const WebSocketAccept accept = accept_of(key);
  EXPECT_EQ(std::string(accept.data(), accept.size()), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

class Connection : public testing::Test {
 protected:
  Connection() { begin(); }
  void begin() {
    std::array<char, 300> out{};
    const std::size_t size = socket_.write_request(out, kTarget, kSampleNonce);
    request_.assign(out.data(), size);
  }
  // Gives the bytes in pieces; returns the last event that was not kNone.
  Event give(std::string_view text, std::size_t piece = 1000) {
    Event last = Event::kNone;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
      const std::string_view part = text.substr(0, piece);
      Bytes bytes{reinterpret_cast<const std::uint8_t*>(part.data()), part.size()};
      while (!bytes.empty()) {
        const Event event = socket_.take(bytes);
        if (event != Event::kNone) last = event;
        if (event == Event::kMessage) messages_.emplace_back(socket_.message());
      }
    }
    return last;
  }
  void open() { ASSERT_EQ(give(kAgreed), Event::kOpened); }
  static std::string frame(std::uint8_t first, std::string_view payload) {
    std::string text{static_cast<char>(first)};
    if (payload.size() < 126) {
      text += static_cast<char>(payload.size());
    } else {
      text += {126, static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size() & 0xff)};
    }
    return text + std::string{payload};
  }

  const std::string kAgreed =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n";
  WebSocket socket_;
  std::string request_;
  std::vector<std::string> messages_;
};

TEST_F(Connection, AsksForAnUpgrade) {
  EXPECT_EQ(request_,
            "GET /ocpp/c-1 HTTP/1.1\r\nHost: 192.0.2.7:8180\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n");
  std::array<char, 40> small{};
  EXPECT_EQ(socket_.write_request(small, kTarget, kSampleNonce), 0U);
}

TEST_F(Connection, OpensWhateverThePiecesOfTheReply) {
  EXPECT_EQ(give(kAgreed, 1), Event::kOpened);
  EXPECT_TRUE(socket_.is_open());
  begin();
  EXPECT_EQ(give("HTTP/1.1 101 \r\nCONNECTION: keep-alive, upgrade\r\nupgrade: WebSocket\r\n"
                 "Server: something\r\nsec-websocket-protocol: ocpp1.6\r\n"
                 "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"),
            Event::kOpened);
}

TEST_F(Connection, IsRefusedByAReplyThatIsNotTheAgreedOne) {
  const auto without = [this](std::string_view part, std::string_view instead) {
    std::string text = kAgreed;
    return text.replace(text.find(part), part.size(), instead);
  };
  for (const std::string& reply :
       {without("101", "200"), without("101", "1010"), without("HTTP/1.1", "HTTP/1.0"),
        without("Upgrade: websocket\r\n", ""), without("Connection: Upgrade\r\n", ""),
        without("K+xOo=", "K+xOo"), without("ocpp1.6", "ocpp2.0.1"),
        without("Sec-WebSocket-Protocol: ocpp1.6\r\n", ""), without("s3pP", "S3pP"),
        without("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
        without("\r\n\r\n", "\r\nno field\r\n\r\n"), without("\r\n\r\n", "\r\n" + std::string(3000, 'x'))}) {
    begin();
    EXPECT_EQ(give(reply), Event::kRefused) << reply;
    EXPECT_FALSE(socket_.is_open());
  }
}

TEST_F(Connection, TakesMessagesWhateverTheirPieces) {
  const std::string longest(WebSocket::kLongestMessage, 'y');
  const std::string stream =
      frame(0x81, "Hello") + frame(0x81, "") + frame(0x81, longest) + frame(0x81, std::string(126, 'z'));
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
    begin();
    messages_.clear();
    EXPECT_EQ(give(kAgreed + stream, piece), Event::kMessage);
    ASSERT_EQ(messages_.size(), 4U);
    EXPECT_EQ(messages_[0], "Hello");
    EXPECT_EQ(messages_[1], "");
    EXPECT_EQ(messages_[2], longest);
    EXPECT_EQ(messages_[3], std::string(126, 'z'));
  }
}

// RFC 6455, section 5.7: a ping with the body "Hello".
TEST_F(Connection, IsToldOfAPingAndItsBody) {
  open();
  EXPECT_EQ(give("\x89\x05Hello"), Event::kPing);
  EXPECT_EQ(socket_.message(), "Hello");
  EXPECT_EQ(give("\x8a\x05Hello"), Event::kNone);
}

TEST_F(Connection, EndsWithACloseFrame) {
  open();
  EXPECT_EQ(give(frame(0x88, "\x03\xe8")), Event::kClosed);
  EXPECT_FALSE(socket_.is_open());
  EXPECT_EQ(give(frame(0x81, "more")), Event::kNone);
}

TEST_F(Connection, IsLeftIfTheServerBreaksTheProtocol) {
  using namespace std::string_literals;
  struct Case {
    std::string bytes;
    CloseCode code;
  };
  for (const Case& wrong : {
           Case{"\x81\x85"s, CloseCode::kProtocolError},          // masked
           Case{"\xc1\x05"s, CloseCode::kProtocolError},          // a reserved bit
           Case{"\x09\x00"s, CloseCode::kProtocolError},          // a fragmented ping
           Case{"\x89\x7e"s, CloseCode::kProtocolError},          // a long ping
           Case{"\x83\x00"s, CloseCode::kProtocolError},          // an unknown opcode
           Case{"\x8b\x00"s, CloseCode::kProtocolError},          // an unknown control opcode
           Case{"\x81\x7e\x00\x05"s, CloseCode::kProtocolError},  // a length that is not minimal
           Case{"\x01\x03"s, CloseCode::kUnacceptable},           // a first fragment
           Case{"\x80\x03"s, CloseCode::kUnacceptable},           // a last fragment
           Case{"\x82\x03"s, CloseCode::kUnacceptable},           // binary
           Case{"\x81\x7e\x02\x81"s, CloseCode::kTooBig},         // 641 bytes
           Case{"\x81\x7f"s, CloseCode::kTooBig},                 // a length in 64 bits
       }) {
    begin();
    open();
    EXPECT_EQ(give(wrong.bytes), Event::kBroken) << wrong.bytes;
    EXPECT_EQ(socket_.close_code(), wrong.code) << wrong.bytes;
    EXPECT_EQ(give(frame(0x81, "more")), Event::kNone);
  }
}

// RFC 6455, section 5.7: a single-frame masked text message with "Hello".
TEST(WebSocketFrame, IsMaskedAsInTheRfcsExample) {
  std::array<std::uint8_t, 11> out{};
  EXPECT_EQ(WebSocket::write_frame(out, Opcode::kText, "Hello", 0x37fa213d), 11U);
  EXPECT_EQ(out,
            (std::array<std::uint8_t, 11>{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}));
  EXPECT_EQ(WebSocket::write_frame(MutableBytes{out}.first(10), Opcode::kText, "Hello", 0), 0U);
}

TEST(WebSocketFrame, HasALongLengthFrom126BytesOn) {
  std::array<std::uint8_t, 200> out{};
  EXPECT_EQ(WebSocket::write_frame(out, Opcode::kText, std::string(126, 'a'), 0), 134U);
  EXPECT_EQ(out[1], 0xfe);
  EXPECT_EQ(load_be16(out, 2), 126);
  EXPECT_EQ(out[8], 'a');
  EXPECT_EQ(WebSocket::write_close(out, CloseCode::kProtocolError, 0), 8U);
  EXPECT_EQ(load_be16(out, 6), 1002);
}

TEST_F(Connection, SurvivesRandomBytes) {
  std::mt19937 random{2};  // NOLINT: the same bytes at each run
  for (int i = 0; i < 20'000; ++i) {
    begin();
    if (i % 2 == 0) open();
    std::string bytes = i % 2 == 0 ? frame(0x81, std::string(random() % 300, 'a')) : kAgreed;
    for (int changes = 0; changes < 3; ++changes)
      bytes[random() % std::min<std::size_t>(bytes.size(), 40)] = static_cast<char>(random());
    give(bytes, 1 + random() % 64);
    EXPECT_LE(socket_.message().size(), WebSocket::kLongestMessage);
  }
}

}  // namespace
}  // namespace isletime::firmware::web_socket_test

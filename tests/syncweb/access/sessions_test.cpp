// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/sessions.hpp"

#include <gtest/gtest.h>

namespace isletime::syncweb::sessions_test {
namespace {

constexpr MonoTime kStart{std::chrono::hours{5}};

SessionId id_of(std::uint8_t number) {
  SessionId id{};
  id[3] = number;
  return id;
}

TEST(SessionId, IsRandomAndHas128Bits) {
  EXPECT_EQ(sizeof(SessionId), 16U);
  EXPECT_NE(random_session_id(), random_session_id());
}

TEST(SessionId, IsReadAsItWasWritten) {
  const SessionId id = random_session_id();
  EXPECT_EQ(to_text(id).size(), 32U);
  EXPECT_EQ(parse_session_id(to_text(id)), id);
}

TEST(SessionId, OfAnotherFormIsNone) {
  const std::string good(32, 'a');
  EXPECT_TRUE(parse_session_id(good));
  for (const std::string& text : {std::string{}, good.substr(1), good + "a", "g" + good.substr(1),
                                  good.substr(2) + "  ", good.substr(1) + '\0'}) {
    EXPECT_FALSE(parse_session_id(text)) << text;
  }
}

TEST(Sessions, EndTwelveHoursAfterTheirLastUse) {
  Sessions sessions;
  sessions.start(id_of(1), kStart);
  EXPECT_TRUE(sessions.use(id_of(1), kStart + std::chrono::hours{12} - nanoseconds{1}));
  EXPECT_TRUE(sessions.has(id_of(1), kStart + std::chrono::hours{23}));
  EXPECT_FALSE(sessions.use(id_of(1), kStart + std::chrono::hours{24}));
}

TEST(Sessions, EndAfterAWeekInWhateverUse) {
  Sessions sessions;
  sessions.start(id_of(1), kStart);
  const MonoTime end = kStart + std::chrono::hours{7 * 24};
  for (MonoTime now = kStart; now < end; now += std::chrono::hours{1})
    ASSERT_TRUE(sessions.use(id_of(1), now));
  EXPECT_FALSE(sessions.use(id_of(1), end));
}

TEST(Sessions, AreFew) {
  Sessions sessions;
  for (std::uint8_t i = 0; i < Sessions::kMost; ++i) sessions.start(id_of(i), kStart + seconds{i});
  ASSERT_TRUE(sessions.use(id_of(0), kStart + seconds{100}));
  sessions.start(id_of(200), kStart + seconds{101});
  EXPECT_EQ(sessions.count(), Sessions::kMost);
  EXPECT_TRUE(sessions.has(id_of(0), kStart + seconds{102}));
  EXPECT_FALSE(sessions.has(id_of(1), kStart + seconds{102})) << "the one used least recently";
  EXPECT_TRUE(sessions.has(id_of(200), kStart + seconds{102}));
}

TEST(Sessions, ThatEndedMakeRoomFirst) {
  Sessions sessions;
  for (std::uint8_t i = 0; i < Sessions::kMost; ++i) sessions.start(id_of(i), kStart);
  sessions.start(id_of(200), kStart + Sessions::kLongestIdle);
  EXPECT_EQ(sessions.count(), 1U);
}

TEST(Sessions, EndWhenSomebodyLogsOut) {
  Sessions sessions;
  sessions.start(id_of(1), kStart);
  sessions.start(id_of(2), kStart);
  sessions.end(id_of(1));
  sessions.end(id_of(3));
  EXPECT_FALSE(sessions.has(id_of(1), kStart));
  EXPECT_TRUE(sessions.has(id_of(2), kStart));
}

}  // namespace
}  // namespace isletime::syncweb::sessions_test

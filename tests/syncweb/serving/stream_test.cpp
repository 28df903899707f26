// SPDX-License-Identifier: MIT
#include "tools/syncweb/serving/stream.hpp"

#include <array>

#include <gtest/gtest.h>

namespace isletime::syncweb::stream_test {
namespace {

// Reads everything that there is, in pieces of this size.
std::string all_of(Stream& stream, const EventLog& events, std::size_t piece = 7) {
  std::array<char, 100> buffer{};
  std::string text;
  while (const std::size_t size = stream.read(events, std::span{buffer}.first(piece)))
    text.append(buffer.data(), size);
  return text;
}

TEST(Stream, GreetsAndSendsTheEventsAfterANumberInPiecesOfAnySize) {
  EventLog events;
  for (const char* json : {"1", "{}", "333"}) events.add("press", json);
  for (const std::size_t piece : {1U, 7U, 100U}) {
    Stream stream(1, "hello\n\n");
    EXPECT_TRUE(stream.has_more(events));
    EXPECT_EQ(all_of(stream, events, piece),
              "hello\n\nid: 2\nevent: press\ndata: {}\n\nid: 3\nevent: press\ndata: 333\n\n");
    EXPECT_FALSE(stream.has_more(events));
  }
}

TEST(Stream, ASignOfLifeIsSentOnlyIfNoEventIs) {
  EventLog events;
  Stream stream(0, "");
  stream.ask_heartbeat();
  EXPECT_TRUE(stream.has_more(events));
  EXPECT_EQ(all_of(stream, events), "event: beat\ndata: {\"last\":0}\n\n");
  events.add("hub", "1");
  stream.ask_heartbeat();
  EXPECT_EQ(all_of(stream, events), "id: 1\nevent: hub\ndata: 1\n\n");
  EXPECT_EQ(all_of(stream, events), "");
}

// Clients who do not read may be many, and an event large.
TEST(Stream, AnEventThatManyGetIsInMemoryOnce) {
  EventLog events;
  events.add("clients", std::string(200'000, 'c'));
  Stream first(0, "");
  Stream second(0, "");
  std::array<char, 100> buffer{};
  for (Stream* stream : {&first, &second}) EXPECT_EQ(stream->read(events, buffer), buffer.size());
  EXPECT_EQ(events.next(0).use_count(), 4) << "the log's, those of the streams, and this";
}

TEST(Stream, AnEventThatIsBegunIsSentWholeAlthoughTheLogHasForgottenIt) {
  EventLog events;
  events.add("press", "first");
  Stream stream(0, "");
  std::array<char, 3> buffer{};
  ASSERT_EQ(stream.read(events, buffer), buffer.size());
  for (std::size_t i = 0; i < EventLog::kMostKept; ++i) events.add("press", "later");
  EXPECT_TRUE(all_of(stream, events).starts_with(" 1\nevent: press\ndata: first\n\nid: 2\n"));
}

}  // namespace
}  // namespace isletime::syncweb::stream_test

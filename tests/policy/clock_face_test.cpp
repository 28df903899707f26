// SPDX-License-Identifier: MIT
#include "libsync/policy/clock_face.hpp"

#include <string>

#include <gtest/gtest.h>

namespace isletime::clock_face_test {
namespace {

using namespace std::chrono_literals;

constexpr NightHours kNight{22, 5};

// Tuesday.
CivilTime on_3_february(std::uint8_t hour, std::uint8_t minute, std::uint8_t second = 0,
                        std::chrono::milliseconds rest = 0ms) {
  return {.date = {2026, 2, 3},
          .hour = hour,
          .minute = minute,
          .second = second,
          .nanosecond = static_cast<std::uint32_t>(nanoseconds{rest}.count())};
}

std::string as_art(const Picture& picture) {
  std::string art = "\n";
  for (const std::uint32_t row : picture.rows) {
    for (int column = 0; column < 32; ++column) art += (row >> (31 - column) & 1U) != 0 ? '#' : '.';
    art += '\n';
  }
  return art;
}

std::string art_of(const CivilTime& local, bool is_reliable = true) {
  return as_art(draw_face(FaceTime{local, is_reliable}, kNight).picture);
}

TEST(ClockFace, ShowsHoursAndMinutes) {
  EXPECT_EQ(art_of(on_3_february(12, 34)), R"(
.....#....###.....###.....#.....
....##...#...#...#...#...##.....
.....#.......#.#.....#..#.#.....
.....#.....##......##..#..#.....
.....#....#....#.....#.#####....
.....#...#.......#...#....#.....
....###..#####....###.....#.....
................................
)");
  EXPECT_EQ(art_of(on_3_february(7, 59)), R"(
....###..#####...#####..###.....
...#...#.....#...#.....#...#....
...#..##....#..#.####..#...#....
...#.#.#...#.........#..####....
...##..#..#....#.....#.....#....
...#...#..#......#...#....#.....
....###...#.......###...##......
................................
)");
  EXPECT_EQ(art_of(on_3_february(16, 8)), R"(
.....#.....##.....###...###.....
....##....#......#...#.#...#....
.....#...#.....#.#..##.#...#....
.....#...####....#.#.#..###.....
.....#...#...#.#.##..#.#...#....
.....#...#...#...#...#.#...#....
....###...###.....###...###.....
................................
)");
}

TEST(ClockFace, TheColonIsThereInTheFirstHalfOfASecond) {
  constexpr const char* kWithoutColon = R"(
.....#....###.....###.....#.....
....##...#...#...#...#...##.....
.....#.......#.......#..#.#.....
.....#.....##......##..#..#.....
.....#....#..........#.#####....
.....#...#.......#...#....#.....
....###..#####....###.....#.....
................................
)";
  EXPECT_EQ(art_of(on_3_february(12, 34, 5, 500ms)), kWithoutColon);
  EXPECT_EQ(art_of(on_3_february(12, 34, 5, 999ms)), kWithoutColon);
  EXPECT_EQ(art_of(on_3_february(12, 34, 6, 0ms)), art_of(on_3_february(12, 34)));
  EXPECT_EQ(art_of(on_3_february(12, 34, 6, 499ms)), art_of(on_3_february(12, 34)));
}

TEST(ClockFace, ATimeThatIsNotReliableHasAQuestionMark) {
  EXPECT_EQ(art_of(on_3_february(12, 34), false), R"(
.....#....###.....###.....#..##.
....##...#...#...#...#...##....#
.....#.......#.#.....#..#.#....#
.....#.....##......##..#..#...#.
.....#....#....#.....#.#####..#.
.....#...#.......#...#....#.....
....###..#####....###.....#...#.
................................
)");
}

TEST(ClockFace, WithoutATimeItShowsDashesAndNeverChanges) {
  const Face face = draw_face(std::nullopt, kNight);
  EXPECT_EQ(as_art(face.picture), R"(
................................
................................
...............#................
...#####.#####...#####.#####....
...............#................
................................
................................
................................
)");
  EXPECT_EQ(face.holds_for, nanoseconds::max());
}

// By 20, 40, 70 and 100 columns of 50 ms each.
TEST(ClockFace, TheDateIsScrolledThroughFromTheThirtiethSecondOn) {
  EXPECT_EQ(art_of(on_3_february(12, 34, 31)), R"(
#.....#.......#####.............
.#...##.........#...............
.#..#.#.........#...#...#..###..
#..#..#.........#...#...#.#...#.
.#.#####........#...#...#.#####.
.#....#.........#...#..##.#.....
#.....#.........#....##.#..###..
................................
)");
  EXPECT_EQ(art_of(on_3_february(12, 34, 32)), R"(
...................###...###....
..................#...#.#...#...
#...#..###........#..##.....#...
#...#.#...#.......#.#.#...##..##
#...#.#####.......##..#.....#...
#..##.#...........#...#.#...#...
.##.#..###.........###...###....
................................
)");
  EXPECT_EQ(art_of(on_3_february(12, 34, 33, 549ms)), R"(
.......###...###.........###...#
......#...#.#...#.......#...#.#.
......#..##.....#...........#.#.
#####.#.#.#...##..#####...##..#.
......##..#..#...........#....##
......#...#.#...........#.....#.
.......###..#####.......#####..#
................................
)");
  EXPECT_EQ(art_of(on_3_february(12, 34, 35)), R"(
.###...###....##.........#....##
#...#.#...#..#..........##...#..
#..##.....#.#............#......
#.#.#...##..####.........#.....#
##..#..#....#...#........#....#.
#...#.#.....#...#........#...#..
.###..#####..###........###..###
................................
)");
}

TEST(ClockFace, TheDateComesAndGoesWithoutAJump) {
  EXPECT_EQ(art_of(on_3_february(12, 34, 30)), art_of(on_3_february(12, 34)));
  EXPECT_EQ(art_of(on_3_february(12, 34, 35, 999ms)), R"(
......#....###.....###.....#....
.....##...#...#...#...#...##....
......#.......#.......#..#.#....
......#.....##......##..#..#....
......#....#..........#.#####...
......#...#.......#...#....#....
.....###..#####....###.....#....
................................
)");
  EXPECT_EQ(art_of(on_3_february(12, 34, 36)), art_of(on_3_february(12, 34)));
}

TEST(ClockFace, EveryDayOfTheWeekHasItsName) {
  const auto scrolled_in = [](std::uint8_t day) {
    return art_of(
        {.date = {2026, 2, day}, .hour = 12, .minute = 34, .second = 31, .nanosecond = 700'000'000});
  };
  EXPECT_EQ(scrolled_in(2), R"(
#...#....................###...#
##.##...................#...#.#.
#.#.#..###..#.##........#..##...
#.#.#.#...#.##..#.......#.#.#...
#...#.#...#.#...#.......##..#..#
#...#.#...#.#...#.......#...#.#.
#...#..###..#...#........###..##
................................
)");
  EXPECT_EQ(scrolled_in(4), R"(
#...#...........#........###....
#...#...........#.......#...#...
#...#..###...##.#.......#..##..#
#.#.#.#...#.#..##.......#.#.#.#.
#.#.#.#####.#...#.......##..#.##
##.##.#.....#...#.......#...#...
#...#..###...####........###....
................................
)");
  EXPECT_EQ(scrolled_in(5), R"(
#####.#..................###..##
..#...#.................#...#.#.
..#...#.##..#...#.......#..##.##
..#...##..#.#...#.......#.#.#...
..#...#...#.#...#.......##..#...
..#...#...#.#..##.......#...#.#.
..#...#...#..##.#........###...#
................................
)");
  EXPECT_EQ(scrolled_in(6), R"(
#####.........#..........###....
#.......................#...#..#
#.....#.##...##.........#..##.#.
####..##..#...#.........#.#.#.##
#.....#.......#.........##..#.#.
#.....#.......#.........#...#.#.
#.....#......###.........###...#
................................
)");
  EXPECT_EQ(scrolled_in(7), R"(
.###.........#...........###..##
#...#........#..........#...#...
#......###..###.........#..##...
.###......#..#..........#.#.#...
....#..####..#..........##..#..#
#...#.#...#..#..#.......#...#..#
.###...####...##.........###...#
................................
)");
  EXPECT_EQ(scrolled_in(8), R"(
.###.....................###...#
#...#...................#...#.#.
#.....#...#.#.##........#..##.#.
.###..#...#.##..#.......#.#.#..#
....#.#...#.#...#.......##..#.#.
#...#.#..##.#...#.......#...#.#.
.###...##.#.#...#........###...#
................................
)");
}

TEST(ClockFace, AtNightTheDateIsScrolledThroughEveryFifthMinuteOnly) {
  const auto is_scrolled = [](std::uint8_t hour, std::uint8_t minute) {
    return art_of(on_3_february(hour, minute, 32)) != art_of(on_3_february(hour, minute));
  };
  EXPECT_TRUE(is_scrolled(21, 59));
  EXPECT_TRUE(is_scrolled(22, 0));
  EXPECT_FALSE(is_scrolled(22, 1));
  EXPECT_TRUE(is_scrolled(23, 55));
  EXPECT_FALSE(is_scrolled(23, 59));
  EXPECT_FALSE(is_scrolled(4, 59));
  EXPECT_TRUE(is_scrolled(5, 1));
}

TEST(ClockFace, APictureHoldsUntilTheNextColumnOrBlink) {
  const auto holds_for = [](const CivilTime& local) {
    return draw_face(FaceTime{local, true}, kNight).holds_for;
  };
  EXPECT_EQ(holds_for(on_3_february(12, 34, 5, 0ms)), 500ms);
  EXPECT_EQ(holds_for(on_3_february(12, 34, 59, 999ms)), 1ms);
  EXPECT_EQ(holds_for(on_3_february(12, 34, 29, 999ms)), 1ms);
  EXPECT_EQ(holds_for(on_3_february(12, 34, 30, 0ms)), 50ms);
  EXPECT_EQ(holds_for(on_3_february(12, 34, 33, 549ms)), 1ms);
}

TEST(NightHours, EndBeforeTheirLastHourAlsoAcrossMidnight) {
  EXPECT_TRUE(kNight.contains(22));
  EXPECT_TRUE(kNight.contains(4));
  EXPECT_FALSE(kNight.contains(5));
  EXPECT_FALSE(kNight.contains(21));
  EXPECT_TRUE((NightHours{1, 6}.contains(1)));
  EXPECT_FALSE((NightHours{1, 6}.contains(6)));
  EXPECT_FALSE((NightHours{1, 6}.contains(0)));
  EXPECT_FALSE((NightHours{7, 7}.contains(7)));
}

TEST(NightHours, AreReadFromTwoHours) {
  const auto night = parse_night_hours("22-05");
  ASSERT_TRUE(night);
  EXPECT_EQ(night->from, 22);
  EXPECT_EQ(night->to, 5);
  for (const char* wrong :
       {"", "22", "22-5", "24-05", "22-29", "-2-05", "22:05", "22-055", "ab-cd", "2\xff-05"}) {
    EXPECT_FALSE(parse_night_hours(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace isletime::clock_face_test

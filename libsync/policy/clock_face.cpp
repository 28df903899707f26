// SPDX-License-Identifier: MIT
#include "libsync/policy/clock_face.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace isletime {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

// From the top; of each row the lowest kGlyphColumns bits, of which the most significant one is the leftmost.
constexpr int kGlyphRows = 7;
constexpr int kGlyphColumns = 5;
using Glyph = std::array<std::uint8_t, kGlyphRows>;

struct Letter {
  char letter;
  Glyph glyph;
};

// Digits in order, so that they are found by their value.
constexpr std::array<Glyph, 10> kDigits{{
    {0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110},
    {0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110},
    {0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111},
    {0b01110, 0b10001, 0b00001, 0b00110, 0b00001, 0b10001, 0b01110},
    {0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010},
    {0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110},
    {0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110},
    {0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000},
    {0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110},
    {0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100},
}};

constexpr std::array kLetters{
    Letter{'F', {0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b10000}},
    Letter{'M', {0b10001, 0b11011, 0b10101, 0b10101, 0b10001, 0b10001, 0b10001}},
    Letter{'S', {0b01110, 0b10001, 0b10000, 0b01110, 0b00001, 0b10001, 0b01110}},
    Letter{'T', {0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100}},
    Letter{'W', {0b10001, 0b10001, 0b10001, 0b10101, 0b10101, 0b11011, 0b10001}},
    Letter{'a', {0b00000, 0b00000, 0b01110, 0b00001, 0b01111, 0b10001, 0b01111}},
    Letter{'d', {0b00001, 0b00001, 0b01101, 0b10011, 0b10001, 0b10001, 0b01111}},
    Letter{'e', {0b00000, 0b00000, 0b01110, 0b10001, 0b11111, 0b10000, 0b01110}},
    Letter{'h', {0b10000, 0b10000, 0b10110, 0b11001, 0b10001, 0b10001, 0b10001}},
    Letter{'i', {0b00100, 0b00000, 0b01100, 0b00100, 0b00100, 0b00100, 0b01110}},
    Letter{'n', {0b00000, 0b00000, 0b10110, 0b11001, 0b10001, 0b10001, 0b10001}},
    Letter{'o', {0b00000, 0b00000, 0b01110, 0b10001, 0b10001, 0b10001, 0b01110}},
    Letter{'r', {0b00000, 0b00000, 0b10110, 0b11001, 0b10000, 0b10000, 0b10000}},
    Letter{'t', {0b01000, 0b01000, 0b11100, 0b01000, 0b01000, 0b01001, 0b00110}},
    Letter{'u', {0b00000, 0b00000, 0b10001, 0b10001, 0b10001, 0b10011, 0b01101}},
};
constexpr Glyph kDash{0, 0, 0, 0b11111, 0, 0, 0};
constexpr Glyph kColon{0, 0, 0b10000, 0, 0b10000, 0, 0};
constexpr Glyph kDoubt{0b11000, 0b00100, 0b00100, 0b01000, 0b01000, 0, 0b01000};

constexpr Glyph glyph_of(char character) {
  if (character >= '0' && character <= '9') return kDigits[static_cast<std::size_t>(character - '0')];
  if (character == '-') return kDash;
  for (const Letter& letter : kLetters) {
    if (letter.letter == character) return letter.glyph;
  }
  return {};  // a space
}

constexpr char digit(int value) {
  return static_cast<char>('0' + value % 10);
}

// The leftmost columns of what is shown, on a picture that shows HH:MM at rest.
constexpr int kAdvance = kGlyphColumns + 1;
constexpr int kHoursAt = 3;
constexpr int kColonAt = kHoursAt + 2 * kAdvance;
constexpr int kMinutesAt = kColonAt + 2;
constexpr int kDoubtAt = kMinutesAt + 2 * kAdvance;
static_assert(kDoubtAt + 3 == Picture::kColumns);

// "Tue 03-02-2026"
constexpr std::size_t kDateLength = 14;
constexpr int kGap = 2;
constexpr int kDateAt = Picture::kColumns + kGap;
constexpr int kScrolledColumns = kDateAt + static_cast<int>(kDateLength) * kAdvance + kGap;
constexpr nanoseconds kScrollTime = kScrolledColumns * kColumnTime;
static_assert(kScrollsAt + kScrollTime < minutes{1});

constexpr nanoseconds kBlink = milliseconds{500};
static_assert(kScrollsAt % kBlink == nanoseconds::zero());

void draw(Picture& picture, const Glyph& glyph, int column) {
  if (column <= -kGlyphColumns || column >= Picture::kColumns) return;
  for (std::size_t row = 0; row < glyph.size(); ++row) {
    // Shifted to the left first, so that no count is negative.
    const std::uint64_t dots = std::uint64_t{glyph[row]} << (Picture::kColumns - column);
    picture.rows[row] |= static_cast<std::uint32_t>(dots >> kGlyphColumns);
  }
}

void draw_time(Picture& picture, const FaceTime& time, int column) {
  const CivilTime& local = time.local;
  draw(picture, kDigits[local.hour / 10U], column + kHoursAt);
  draw(picture, kDigits[local.hour % 10U], column + kHoursAt + kAdvance);
  if (nanoseconds{local.nanosecond} < kBlink) draw(picture, kColon, column + kColonAt);
  draw(picture, kDigits[local.minute / 10U], column + kMinutesAt);
  draw(picture, kDigits[local.minute % 10U], column + kMinutesAt + kAdvance);
  if (!time.is_reliable) draw(picture, kDoubt, column + kDoubtAt);
}

void draw_date(Picture& picture, const CivilDate& date, int column) {
  constexpr std::array<std::string_view, 7> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  const std::string_view day = kDays[static_cast<std::size_t>(iso_weekday(days_since_epoch(date)) - 1)];
  const std::array<char, kDateLength> text{day[0],
                                           day[1],
                                           day[2],
                                           ' ',
                                           digit(date.day / 10),
                                           digit(date.day),
                                           '-',
                                           digit(date.month / 10),
                                           digit(date.month),
                                           '-',
                                           digit(date.year / 1000),
                                           digit(date.year / 100),
                                           digit(date.year / 10),
                                           digit(date.year)};
  for (const char character : text) {
    draw(picture, glyph_of(character), column);
    column += kAdvance;
  }
}

Picture unset_picture() {
  Picture picture;
  for (const int column : {kHoursAt, kHoursAt + kAdvance, kMinutesAt, kMinutesAt + kAdvance}) {
    draw(picture, kDash, column);
  }
  draw(picture, kColon, kColonAt);
  return picture;
}

bool is_scrolled_in(const CivilTime& local, const NightHours& night) {
  return !night.contains(local.hour) || local.minute % kMinutesBetweenScrollsAtNight == 0;
}

}  // namespace

std::optional<NightHours> parse_night_hours(std::string_view text) {
  if (text.size() != 5 || text[2] != '-') return std::nullopt;
  const auto hour = [&](std::size_t at) {
    const int tens = text[at] - '0';
    const int ones = text[at + 1] - '0';
    return tens < 0 || tens > 2 || ones < 0 || ones > 9 ? 24 : tens * 10 + ones;
  };
  const int from = hour(0);
  const int to = hour(3);
  if (from > 23 || to > 23) return std::nullopt;
  return NightHours{static_cast<std::uint8_t>(from), static_cast<std::uint8_t>(to)};
}

Face draw_face(const std::optional<FaceTime>& time, const NightHours& night) {
  if (!time) return {unset_picture(), nanoseconds::max()};
  const nanoseconds in_second{time->local.nanosecond};
  const nanoseconds since = seconds{time->local.second} + in_second - kScrollsAt;
  Face face{};
  if (since < nanoseconds::zero() || since >= kScrollTime || !is_scrolled_in(time->local, night)) {
    draw_time(face.picture, *time, 0);
    face.holds_for = kBlink - in_second % kBlink;
    return face;
  }
  const int scrolled = static_cast<int>(since / kColumnTime);
  draw_time(face.picture, *time, -scrolled);
  draw_date(face.picture, time->local.date, kDateAt - scrolled);
  draw_time(face.picture, *time, kScrolledColumns - scrolled);
  face.holds_for = kColumnTime - in_second % kColumnTime;
  return face;
}

}  // namespace isletime

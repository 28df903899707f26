// SPDX-License-Identifier: MIT
#include "libsync/drivers/max7219.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace isletime::max7219_test {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kStart{1000s};

// The chips as the datasheet describes them: 16-bit words shift through the chain, and LOAD latches what each
// holds.
struct Chip {
  std::array<std::uint8_t, 8> rows{};
  std::uint8_t decode = 0;
  std::uint8_t intensity = 0;
  std::uint8_t scan_limit = 0;
  bool is_on = false;
  bool tests = false;

  void take(std::uint8_t at, std::uint8_t value) {
    at &= 0x0f;
    if (at >= 1 && at <= 8) rows[at - 1U] = value;
    if (at == 0x09) decode = value;
    if (at == 0x0a) intensity = value & 0x0f;
    if (at == 0x0b) scan_limit = value & 0x07;
    if (at == 0x0c) is_on = (value & 1) != 0;
    if (at == 0x0f) tests = (value & 1) != 0;
  }
  bool shows(const std::array<std::uint8_t, 8>& wanted) const {
    return is_on && !tests && decode == 0 && scan_limit == 7 && rows == wanted;
  }
};

struct Chain {
  std::array<Chip, 4> from_left{};  // DIN is at the right

  void send(const Max7219Chain::Frame& frame) {
    for (std::size_t i = 0; i < 4; ++i) from_left[i].take(frame[2 * i], frame[2 * i + 1]);
  }
  bool shows(const Picture& picture) const {
    for (std::size_t i = 0; i < 4; ++i) {
      std::array<std::uint8_t, 8> wanted{};
      for (std::size_t row = 0; row < 8; ++row) {
        wanted[row] = static_cast<std::uint8_t>(picture.rows[row] >> (24 - 8 * i));
      }
      if (!from_left[i].shows(wanted)) return false;
    }
    return true;
  }
};

constexpr Picture kPicture{{0x01020304, 0x80000000, 0xffffffff, 0, 0x00ff00ff, 1, 2, 0xdeadbeef}};

class Max7219Test : public testing::Test {
 protected:
  Max7219Chain driver;
  Chain chain;

  std::vector<Max7219Chain::Frame> show(const Picture& picture, std::uint8_t intensity, MonoTime now) {
    std::vector<Max7219Chain::Frame> frames;
    while (const auto frame = driver.next(picture, intensity, now)) {
      frames.push_back(*frame);
      chain.send(*frame);
      EXPECT_LT(frames.size(), 100U);
      if (frames.size() >= 100) break;
    }
    return frames;
  }
};

TEST_F(Max7219Test, ChipsInShutdownShowThePictureAfterTheFirstFrames) {
  for (Chip& chip : chain.from_left) chip.tests = true;
  show(kPicture, 9, kStart);
  EXPECT_TRUE(chain.shows(kPicture));
  for (const Chip& chip : chain.from_left) EXPECT_EQ(chip.intensity, 9);
}

TEST_F(Max7219Test, ChipsAreNotSwitchedOnBeforeTheyHoldThePicture) {
  while (const auto frame = driver.next(kPicture, 9, kStart)) {
    chain.send(*frame);
    EXPECT_TRUE(!chain.from_left[0].is_on || chain.shows(kPicture));
  }
  EXPECT_TRUE(chain.shows(kPicture));
}

// The leftmost chip is the last one of the chain, so its word is shifted out first.
TEST_F(Max7219Test, AChangedRowIsOneFrameWithNoOpsForTheChipsThatHoldTheirs) {
  show(kPicture, 9, kStart);
  Picture changed = kPicture;
  changed.rows[2] = 0xff7effff;
  const auto frames = show(changed, 9, kStart + 1s);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0], (Max7219Chain::Frame{0, 0, 0x03, 0x7e, 0, 0, 0, 0}));
  EXPECT_TRUE(chain.shows(changed));
}

TEST_F(Max7219Test, WhatIsShownAlreadyIsNotSent) {
  show(kPicture, 9, kStart);
  EXPECT_TRUE(show(kPicture, 9, kStart + 1s).empty());
}

TEST_F(Max7219Test, AnotherIntensityIsOneFrame) {
  show(kPicture, 9, kStart);
  const auto frames = show(kPicture, 4, kStart + 1s);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0], (Max7219Chain::Frame{0x0a, 4, 0x0a, 4, 0x0a, 4, 0x0a, 4}));
}

TEST_F(Max7219Test, AnIntensityBeyondTheBrightestIsTheBrightest) {
  show(kPicture, 200, kStart);
  EXPECT_EQ(chain.from_left[0].intensity, 15);
  EXPECT_TRUE(show(kPicture, 200, kStart + 1s).empty());
}

TEST_F(Max7219Test, AChipThatASpikeHasResetShowsThePictureAgainAfterTheNextRefresh) {
  show(kPicture, 9, kStart);
  chain.from_left[2] = Chip{};
  show(kPicture, 9, kStart + 9s);
  EXPECT_FALSE(chain.shows(kPicture));
  show(kPicture, 9, kStart + 10s);
  EXPECT_TRUE(chain.shows(kPicture));
  EXPECT_EQ(chain.from_left[2].intensity, 9);
}

TEST_F(Max7219Test, ARefreshDoesNotSwitchTheDisplayOff) {
  show(kPicture, 9, kStart);
  while (const auto frame = driver.next(kPicture, 9, kStart + 10s)) {
    chain.send(*frame);
    EXPECT_TRUE(chain.shows(kPicture));
  }
}

// A display that scrolls is refreshed as well.
TEST_F(Max7219Test, APictureThatChangesDuringARefreshIsShownAsAWhole) {
  Picture picture = kPicture;
  for (int i = 0; i < 6; ++i) chain.send(*driver.next(picture, 9, kStart));
  picture.rows[0] = 0x12345678;
  picture.rows[7] = 0x9abcdef0;
  show(picture, 9, kStart + 50ms);
  EXPECT_TRUE(chain.shows(picture));
}

}  // namespace
}  // namespace isletime::max7219_test

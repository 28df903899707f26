// SPDX-License-Identifier: MIT
#include "tools/common/battery_clock/clock_owner.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/control_daemon.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::battery_clock::clock_owner_test {
namespace {

TEST(FindSntpd, FindsOneThatRunsAndNoneThatDoesNot) {
  const fakes::ScratchFolder folder;
  EXPECT_FALSE(find_sntpd(folder.path("nobody")));
  const fakes::ControlDaemon daemon(folder.path("sntpd.sock"));
  const auto found = find_sntpd(daemon.path());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->path, daemon.path());
}

TEST(FindSntpd, OneThatTalksNonsenseRunsAllTheSame) {
  const fakes::ScratchFolder folder;
  const fakes::ControlDaemon daemon(folder.path("sntpd.sock"), fakes::ControlDaemon::Manner::kNoJson);
  const auto found = find_sntpd(daemon.path());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->rtc, "");
}

}  // namespace
}  // namespace isletime::battery_clock::clock_owner_test

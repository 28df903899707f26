// SPDX-License-Identifier: MIT
// Runs rtcset as a new user might, on a machine without a battery clock or with the wrong device.
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/program.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::rtcset_cli_test {
namespace {

using fakes::Finished;

Finished rtcset(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), fakes::built("rtcset"));
  return fakes::run(std::move(arguments));
}

void expect_one_line(const Finished& finished, int status, const std::string& part) {
  EXPECT_EQ(finished.status, status) << finished.err;
  EXPECT_EQ(finished.out, "");
  EXPECT_EQ(fakes::count_lines(finished.err), 1U) << finished.err;
  EXPECT_EQ(finished.err.rfind("rtcset: ", 0), 0U) << finished.err;
  EXPECT_NE(finished.err.find(part), std::string::npos) << finished.err;
}

TEST(RtcsetCli, WhatIsWrongWithTheCommandLineIsOneLine) {
  expect_one_line(rtcset({}), 2, "rtcset --help");
  expect_one_line(rtcset({"sing"}), 2, "is not a command");
  expect_one_line(rtcset({"show", "now"}), 2, "only set, trim and repair take an argument");
  expect_one_line(rtcset({"set"}), 2, "from-system");
  expect_one_line(rtcset({"set", "yesterday"}), 2, "2026-02-03T04:05:06Z");
  expect_one_line(rtcset({"trim", "fast"}), 2, "PPM");
  expect_one_line(rtcset({"--address", "0x99", "show"}), 2, "0x08 to 0x77");
  expect_one_line(rtcset({"--chip", "ds9999", "show"}), 2, "pcf8523");
  expect_one_line(rtcset({"--fast", "show"}), 2, "rtcset --help");
}

TEST(RtcsetCli, ADeviceThatIsNoneSaysWhatToDo) {
  expect_one_line(rtcset({"--device", "/dev/i2c-of-nowhere", "show"}), 3, "rtcset detect lists");
  expect_one_line(rtcset({"--device", "/dev/null", "show"}), 2,
                  "/dev/null: it is neither an I2C bus nor a battery clock");
  const fakes::ScratchFolder folder;
  folder.write("file", "12:00\n");
  expect_one_line(rtcset({"--device", folder.path("file"), "show"}), 2, "neither");
  expect_one_line(rtcset({"--device", folder.path(), "show"}), 2, folder.path() + ": it is neither");
  for (const char* device : {"/dev/random", "/dev/zero", "/dev/ptmx"}) {
    expect_one_line(rtcset({"--device", device, "show"}), 2, "name a /dev/i2c-N or a /dev/rtcN");
  }
  expect_one_line(rtcset({"--device", "/dev/null/x", "show"}), 3, "there is no such device");
}

TEST(RtcsetCli, ADeviceWithoutTheRightToItSaysWhatToDo) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to drop its rights";
  // A file that the user nobody cannot open stands for a bus that only root may open.
  const fakes::ScratchFolder folder;
  folder.write("bus", "");
  ASSERT_EQ(chmod(folder.path("bus").c_str(), 0600), 0);
  ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
  expect_one_line(fakes::run({"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                              fakes::built("rtcset"), "--device", folder.path("bus"), "show"}),
                  3, "not permitted: run as root");
}

TEST(RtcsetCli, AMachineWithoutABatteryClockIsToldHowToGetOne) {
  if (access("/sys/class/rtc/rtc0", F_OK) == 0 || access("/dev/i2c-0", F_OK) == 0 ||
      access("/dev/i2c-1", F_OK) == 0) {
    GTEST_SKIP() << "this machine has a battery clock, or a bus for one";
  }
  for (const char* command : {"show", "compare", "check", "repair", "trim", "to-system"}) {
    expect_one_line(rtcset({command}), 3, "--device");
  }
  expect_one_line(rtcset({"detect"}), 1, "--device");
}

}  // namespace
}  // namespace isletime::rtcset_cli_test

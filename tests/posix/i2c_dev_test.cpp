// SPDX-License-Identifier: MIT
// Tests /dev/i2c-N without a device; the guest test has a real one.
#include "libsync/posix/i2c_dev.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"

namespace isletime {
namespace {

int code_of(const std::string& path) {
  const auto bus = I2cDev::open(path, I2cDev::Claims::kRespected);
  return bus ? 0 : bus.error().code;
}

TEST(I2cDev, APathWithoutAnythingIsAbsent) {
  EXPECT_EQ(code_of("/dev/i2c-of-nowhere"), ENOENT);
}

TEST(I2cDev, WhatIsNoBusIsToldFromOne) {
  EXPECT_EQ(code_of("/dev/null"), ENOTTY);
  EXPECT_EQ(code_of("/dev/random"), ENOTTY);
  EXPECT_EQ(code_of("/dev"), EISDIR);
  const fakes::ScratchFolder folder;
  const std::string file = folder.path("file");
  ASSERT_GE(Fd(::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)).get(), 0);
  EXPECT_EQ(code_of(file), ENOTTY);
}

TEST(I2cDev, APipeIsNotWaitedFor) {
  const fakes::ScratchFolder folder;
  const std::string pipe = folder.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(code_of(pipe), ENOTTY);
}

// The kernel's Documentation/i2c/fault-codes.rst defines the codes.
TEST(I2cDev, FaultCodesOfTheKernelAreErrorsOfTheBus) {
  EXPECT_EQ(to_bus_error(ENXIO), BusError::kNoAcknowledge);
  EXPECT_EQ(to_bus_error(EREMOTEIO), BusError::kNoAcknowledge);
  EXPECT_EQ(to_bus_error(ETIMEDOUT), BusError::kStuck);
  EXPECT_EQ(to_bus_error(EAGAIN), BusError::kStuck);
  EXPECT_EQ(to_bus_error(EBUSY), BusError::kClaimed);
  EXPECT_EQ(to_bus_error(EACCES), BusError::kNotPermitted);
  EXPECT_EQ(to_bus_error(ENODEV), BusError::kAbsent);
  EXPECT_EQ(to_bus_error(EIO), BusError::kFailed);
}

}  // namespace
}  // namespace isletime

// SPDX-License-Identifier: MIT
// Tests /dev/i2c-N without a device; the guest test has a real one.
#include "libsync/posix/i2c_dev.hpp"

#include <array>
#include <cstdarg>
#include <optional>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/scratch_folder.hpp"

namespace {

// While this holds a list, every ioctl() of this program is answered as an I2C adapter does, and listed.
std::optional<std::vector<unsigned long>> adapter;

int answer(unsigned long request, void* argument) {
  adapter->push_back(request);
  if (request == I2C_FUNCS) *static_cast<unsigned long*>(argument) = I2C_FUNC_I2C;
  if (request == I2C_RDWR) return static_cast<int>(static_cast<i2c_rdwr_ioctl_data*>(argument)->nmsgs);
  return 0;
}

}  // namespace

// Replaces that of the C library in this program. A sanitizer's, which knows each request's argument, is
// replaced too.
extern "C" int ioctl(int descriptor, unsigned long request, ...) noexcept {  // NOLINT(cert-dcl50-cpp)
  va_list rest;
  va_start(rest, request);
  void* const argument = va_arg(rest, void*);
  va_end(rest);
  if (adapter) return answer(request, argument);
  return static_cast<int>(syscall(SYS_ioctl, descriptor, request, argument));
}

namespace isletime::i2c_dev_test {
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

// I2C_TIMEOUT and I2C_RETRIES are the adapter's, not the descriptor's: they apply to every other program and
// kernel driver on the bus, and stay after we have gone (drivers/i2c/i2c-dev.c).
TEST(I2cDev, LeavesTheAdapterAsItIsForOthers) {
  adapter.emplace();
  const auto bus = I2cDev::open("/dev/null", I2cDev::Claims::kRespected);
  const std::array<std::uint8_t, 1> pointer{0};
  std::array<std::uint8_t, 7> time{};
  const auto error = bus ? (*bus)->transfer(0x68, pointer, time) : BusError::kAbsent;
  const std::vector<unsigned long> requests = *std::exchange(adapter, std::nullopt);
  EXPECT_FALSE(error);
  EXPECT_EQ(requests, (std::vector<unsigned long>{I2C_FUNCS, I2C_SLAVE, I2C_RDWR}));
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
}  // namespace isletime::i2c_dev_test

// SPDX-License-Identifier: MIT
#include "libsync/posix/i2c_dev.hpp"

#include <array>

#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <sys/ioctl.h>

namespace isletime {
namespace {

i2c_msg message(std::uint8_t address, std::uint16_t flags, std::span<const std::uint8_t> bytes) {
  i2c_msg out{};
  out.addr = address;
  out.flags = flags;
  out.len = static_cast<std::uint16_t>(bytes.size());
  // The kernel writes to it only if the flags ask for a read.
  out.buf = const_cast<std::uint8_t*>(bytes.data());
  return out;
}

}  // namespace

BusError to_bus_error(int code) {
  switch (code) {
    case ENXIO:
    case EREMOTEIO:
      return BusError::kNoAcknowledge;
    case ETIMEDOUT:
    case EAGAIN:
      return BusError::kStuck;
    case EBUSY:
      return BusError::kClaimed;
    case EACCES:
    case EPERM:
      return BusError::kNotPermitted;
    case ENOENT:
    case ENODEV:
      return BusError::kAbsent;
    default:
      return BusError::kFailed;
  }
}

Result<std::unique_ptr<I2cDev>, SysError> I2cDev::open(const std::string& path, Claims claims) {
  // O_NONBLOCK, because the path may be anything, such as a pipe.
  Fd device(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (!device.is_open()) return last_error("open");
  unsigned long functions = 0;
  if (ioctl(device.get(), I2C_FUNCS, &functions) < 0) {
    const int code = errno == EINVAL ? ENOTTY : errno;
    return Unexpected{SysError{code, "I2C_FUNCS"}};
  }
  if ((functions & I2C_FUNC_I2C) == 0) return Unexpected{SysError{EOPNOTSUPP, "I2C_FUNCS"}};
  return std::make_unique<I2cDev>(std::move(device), claims);
}

std::optional<BusError> I2cDev::transfer(std::uint8_t address, Bytes out, MutableBytes in) {
  // I2C_RDWR does not check whether a driver has the chip, and one may be bound at any moment, so check each
  // time.
  if (claims_ == Claims::kRespected &&
      ioctl(device_.get(), I2C_SLAVE, static_cast<unsigned long>(address)) < 0) {
    return to_bus_error(errno);
  }
  std::array<i2c_msg, 2> messages{};
  unsigned count = 0;
  if (!out.empty() || in.empty()) messages[count++] = message(address, 0, out);
  if (!in.empty()) messages[count++] = message(address, I2C_M_RD, in);
  i2c_rdwr_ioctl_data request{messages.data(), count};
  const int done = ioctl(device_.get(), I2C_RDWR, &request);
  // In a transfer EBUSY means a line that stays low, not a chip that another driver holds.
  if (done < 0) return errno == EBUSY ? BusError::kStuck : to_bus_error(errno);
  if (static_cast<unsigned>(done) < count) return BusError::kShort;
  return std::nullopt;
}

}  // namespace isletime

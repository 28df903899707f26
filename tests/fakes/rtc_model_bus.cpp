// SPDX-License-Identifier: MIT
// The bus of the modelled chips.
#include <algorithm>

#include "tests/fakes/rtc_model.hpp"

namespace isletime::fakes {
namespace {

constexpr nanoseconds kBit{10'000};  // 100 kHz
constexpr nanoseconds kByte = 9 * kBit;

}  // namespace

void ModelBus::detach(std::uint8_t address) {
  std::erase_if(devices_, [address](const Attached& a) { return a.address == address; });
}

ModelDevice* ModelBus::at(std::uint8_t address) const {
  const auto found = std::find_if(devices_.begin(), devices_.end(),
                                  [address](const Attached& a) { return a.address == address; });
  return found == devices_.end() ? nullptr : found->device;
}

bool ModelBus::moves_a_byte() {
  time_.now += kByte;
  if (!failure_) return true;
  if (failure_->bytes_left == 0) return false;
  --failure_->bytes_left;
  return true;
}

std::optional<BusError> ModelBus::failed() {
  time_.now += kBit;
  const BusError error = failure_ ? failure_->error : BusError::kFailed;
  failure_.reset();
  return error;
}

std::optional<BusError> ModelBus::transfer(std::uint8_t address, Bytes out, MutableBytes in) {
  if (always_) return always_;
  if (held_ == address) return BusError::kStuck;
  auto& transaction = transactions_.emplace_back(Transaction{address, {}, {}});
  ModelDevice* device = at(address);
  time_.now += kBit;
  if (device == nullptr) {
    time_.now += kByte + kBit;
    return BusError::kNoAcknowledge;
  }
  device->on_start(time_.now);
  if (!moves_a_byte()) return failed();
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!moves_a_byte()) return failed();
    transaction.written.push_back(out[i]);
    if (i == 0) {
      device->on_pointer(out[i]);
    } else {
      device->on_write(out[i], time_.now);
      ++bytes_written_;
    }
  }
  if (!in.empty()) {
    time_.now += kBit;
    device->on_start(time_.now);
    if (!moves_a_byte()) return failed();
    for (std::uint8_t& byte : in) {
      if (!moves_a_byte()) return failed();
      byte = device->on_read(time_.now);
      transaction.read.push_back(byte);
    }
  }
  time_.now += kBit;
  return std::nullopt;
}

}  // namespace isletime::fakes

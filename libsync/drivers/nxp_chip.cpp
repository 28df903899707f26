// SPDX-License-Identifier: MIT
#include "libsync/drivers/nxp_chip.hpp"

#include <array>

#include "libsync/core/rtc/pcf85063a.hpp"
#include "libsync/core/rtc/pcf8523.hpp"
#include "libsync/core/rtc/pcf8563.hpp"
#include "libsync/drivers/bus_time.hpp"
#include "libsync/drivers/time_write.hpp"

namespace isletime {
namespace {

const NxpClock& clock_of(ChipModel model) {
  if (model == ChipModel::kPcf85063a || model == ChipModel::kPcf85063tp) return pcf85063a::kClock;
  if (model == ChipModel::kPcf8523) return pcf8523::kClock;
  return pcf8563::kClock;
}

}  // namespace

NxpChip::NxpChip(I2cBus& bus, std::uint8_t address, ChipModel model)
    : RtcChip(bus, address), model_{model}, clock_{&clock_of(model)} {}

Result<RtcReading, BusError> NxpChip::read(const CivilDate& near) {
  std::array<std::uint8_t, nxp::kLongestImage> buffer{};
  const auto image = MutableBytes{buffer}.first(nxp::image_size(*clock_));
  if (const auto error = read_registers(nxp::kControl1, image)) return Unexpected{*error};
  return nxp::decode(*clock_, image, near);
}

Result<std::optional<std::uint8_t>, BusError> NxpChip::read_second() {
  std::uint8_t byte = 0;
  if (const auto error = read_registers(clock_->seconds_at, {&byte, 1})) return Unexpected{*error};
  return rtc::decode_second(rtc::without(byte, rtc::kFlagBesideSeconds));
}

std::optional<BusError> NxpChip::prepare() {
  prepared_control_.reset();
  if (const auto error = repair()) return error;
  std::uint8_t control_1 = 0;
  if (const auto error = read_registers(nxp::kControl1, {&control_1, 1})) return error;
  prepared_control_ = control_1;
  return std::nullopt;
}

// The first tick after STOP ends the second that is written, so that is the one before `time`. Until STOP is
// released the chip itself shows that it does not run.
std::optional<BusError> NxpChip::set(const CivilTime& time) {
  if (!prepared_control_) {
    if (const auto error = prepare()) return error;
  }
  const std::array stop{nxp::kControl1, nxp::stopped(*clock_, *prepared_control_)};
  if (const auto error = write_registers(stop)) return error;
  const auto registers = nxp::encode(*clock_, rtc::a_second_before(time));
  if (const auto error = write_registers(time_write(clock_->seconds_at, registers))) return error;
  const std::array run{nxp::kControl1, nxp::running(*clock_, *prepared_control_)};
  return write_registers(run);
}

nanoseconds NxpChip::set_delay() const {
  return bus_time::of_write(2) + bus_time::of_write(1 + nxp::kTimeSize) + bus_time::until_acknowledged(2) +
         clock_->first_tick;
}

Result<TrimSteps, BusError> NxpChip::trim() {
  if (!clock_->offset) return Unexpected{BusError::kFailed};
  const auto offset = read_offset();
  if (!offset) return Unexpected{offset.error()};
  return nxp::trim(*offset);
}

Result<Dispersion, BusError> NxpChip::ripple() {
  if (!clock_->offset) return Dispersion{};
  const auto offset = read_offset();
  if (!offset) return Unexpected{offset.error()};
  return nxp::ripple(*clock_->offset, *offset);
}

Result<std::uint8_t, BusError> NxpChip::read_offset() {
  std::uint8_t offset = 0;
  if (const auto error = read_registers(clock_->offset->at, {&offset, 1})) return Unexpected{*error};
  return offset;
}

std::optional<BusError> NxpChip::set_trim(TrimSteps trim) {
  if (!clock_->offset || !nxp::kTrimRange.contains(trim)) return BusError::kFailed;
  const std::array offset{clock_->offset->at, nxp::offset(trim)};
  return write_registers(offset);
}

Result<RegisterReport, BusError> NxpChip::inspect() {
  std::array<std::uint8_t, nxp::kLongestImage> buffer{};
  const auto image = MutableBytes{buffer}.first(nxp::image_size(*clock_));
  if (const auto error = read_registers(nxp::kControl1, image)) return Unexpected{*error};
  const std::uint8_t control_1 = image[nxp::kControl1];
  const std::uint8_t seconds_register = image[clock_->seconds_at];
  RegisterReport report;
  report.add({"Control_1", nxp::kControl1, control_1});
  report.add({"Control_2", nxp::kControl2, image[nxp::kControl2]});
  report.add({"Seconds", clock_->seconds_at, seconds_register});
  report.find_if(rtc::has(control_1, nxp::kStop), RegisterFault::kStopped, nxp::kControl1);
  report.find_if(rtc::has(control_1, clock_->test_bits), RegisterFault::kTestMode, nxp::kControl1);
  report.find_if(rtc::has(control_1, clock_->absent_of_control_1), RegisterFault::kAbsentBits,
                 nxp::kControl1);
  report.find_if(rtc::has(seconds_register, rtc::kFlagBesideSeconds), RegisterFault::kPowerFailed,
                 clock_->seconds_at);
  if (model_ == ChipModel::kPcf8523) {
    const std::uint8_t control_3 = image[pcf8523::kControl3];
    report.add({"Control_3", pcf8523::kControl3, control_3});
    report.find_if(rtc::has(control_3, pcf8523::kNoSwitchOver), RegisterFault::kBackupOff,
                   pcf8523::kControl3);
    report.find_if(rtc::has(control_3, pcf8523::kBatteryLow), RegisterFault::kBatteryLow, pcf8523::kControl3);
  }
  if (!clock_->offset) return report;
  const auto offset = read_offset();
  if (!offset) return Unexpected{offset.error()};
  report.add({"Offset", clock_->offset->at, *offset});
  report.find_if(nxp::is_lumpy(*offset), RegisterFault::kLumpyTrim, clock_->offset->at);
  return report;
}

std::optional<BusError> NxpChip::repair() {
  std::array<std::uint8_t, 3> controls{};
  if (const auto error = read_registers(nxp::kControl1, controls)) return error;
  if (rtc::has(controls[nxp::kControl1], clock_->test_bits)) {
    const std::array sane{nxp::kControl1, nxp::sane(*clock_, controls[nxp::kControl1])};
    if (const auto error = write_registers(sane)) return error;
  }
  const std::uint8_t control_3 = controls[pcf8523::kControl3];
  if (model_ != ChipModel::kPcf8523 || !rtc::has(control_3, pcf8523::kNoSwitchOver)) return std::nullopt;
  const std::array sane{pcf8523::kControl3, pcf8523::with_switch_over(control_3)};
  return write_registers(sane);
}

}  // namespace isletime

// SPDX-License-Identifier: MIT
// The input is a year, then the data that a bus returns: hostile registers for every image, every driver and
// the detection. A time that is decoded exists, and encoding and decoding it again preserves it.
#include <algorithm>
#include <array>
#include <chrono>

#include "libsync/core/rtc/ds1307.hpp"
#include "libsync/core/rtc/ds3231.hpp"
#include "libsync/core/rtc/pcf85063a.hpp"
#include "libsync/core/rtc/pcf8523.hpp"
#include "libsync/core/rtc/pcf8563.hpp"
#include "libsync/core/rtc/rv3028.hpp"
#include "libsync/drivers/chip_rows.hpp"
#include "libsync/drivers/rtc_chips.hpp"
#include "libsync/drivers/rtc_detect.hpp"
#include "libsync/drivers/rtc_stepper.hpp"
#include "tests/fuzz/harness.hpp"

using namespace isletime;
using isletime::fuzz::require;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kRegisters = 64;
using Registers = std::array<std::uint8_t, kRegisters>;

// A chip whose register pointer wraps round; some transfers fail, and some reads are disturbed.
class HostileBus final : public I2cBus {
 public:
  HostileBus(const Registers& registers, Bytes faults) : registers_{registers}, faults_{faults} {}

  std::optional<BusError> transfer(std::uint8_t, Bytes out, MutableBytes in) override {
    ++transactions;
    const std::uint8_t fault = next();
    std::size_t at = out[0];
    for (const std::uint8_t byte : out.subspan(1)) registers_[at++ % kRegisters] = byte;
    for (std::uint8_t& byte : in) byte = registers_[at++ % kRegisters];
    if (!in.empty() && (fault & 0x10) != 0) in[fault % in.size()] ^= next();
    if ((fault & 0xe0) == 0xe0) return static_cast<BusError>(fault % 7);
    return std::nullopt;
  }

  int transactions = 0;

 private:
  std::uint8_t next() {
    if (faults_.empty()) return 0;
    const std::uint8_t fault = faults_[0];
    faults_ = faults_.subspan(1);
    return fault;
  }

  Registers registers_;
  Bytes faults_;
};

// Time passes only by sleep.
struct SleepingHost {
  MonoTime mono() const { return time; }
  bool sleep_until(MonoTime until) {
    require(until > time, "it never spins");
    time = until;
    return true;
  }
  MonoTime time{};
};

void check(const RtcReading& reading, const CivilDate& near) {
  if (!reading.time) return;
  require(is_valid(*reading.time), "a time that is decoded exists");
  require(reading.time->date.year >= near.year - 50 && reading.time->date.year < near.year + 50,
          "its year is the nearest");
}

void check_same(const RtcReading& first, const RtcReading& again, const CivilDate& near) {
  check(first, near);
  if (!first.time) return;
  require(again.time && *again.time == *first.time, "decode(encode(decode(x))) is decode(x)");
  require(may_be_believed(again), "an encoded time runs, and is good");
}

void check_nxp(const NxpClock& clock, const Registers& registers, const CivilDate& near) {
  const auto image = Bytes{registers}.first(nxp::image_size(clock));
  const RtcReading reading = nxp::decode(clock, image, near);
  Registers written = registers;
  if (reading.time) {
    const auto encoded = nxp::encode(clock, *reading.time);
    std::copy(encoded.begin(), encoded.end(), written.begin() + clock.seconds_at);
    written[nxp::kControl1] = nxp::running(clock, registers[nxp::kControl1]);
  }
  check_same(reading, nxp::decode(clock, Bytes{written}.first(nxp::image_size(clock)), near), near);
  const TrimSteps trim = nxp::trim(registers[0]);
  require(nxp::kTrimRange.contains(trim), "a trim that is read is within its range");
  require(nxp::trim(nxp::offset(trim)) == trim, "a trim that is written is read again");
}

// `registers` are those from 0 on.
RtcReading decode_row(const ChipRow& row, const Registers& registers, const CivilDate& near) {
  return chip_row::decode(row, Bytes{registers}.subspan(row.first, row.size), registers[row.stop.at], near);
}

void check_row(const ChipRow& row, const Registers& registers, const CivilDate& near) {
  const RtcReading reading = decode_row(row, registers, near);
  Registers written = registers;
  if (reading.time) {
    const std::size_t weekday_at = row.seconds_at + chip_row::weekday_index(row);
    const auto encoded = chip_row::encode(row, *reading.time, registers[weekday_at]);
    std::copy(encoded.begin(), encoded.end(), written.begin() + row.seconds_at);
    written[row.stop.at] = chip_row::with_stop(row, written[row.stop.at], false);
    written[row.lost.at] = rtc::without(written[row.lost.at], row.lost.bits);
    written[row.oscillates.at] = rtc::with(written[row.oscillates.at], row.oscillates.bits);
  }
  check_same(reading, decode_row(row, written, near), near);
  if (!row.trim) return;
  const TrimSteps trim = row.trim->decode(registers[0] & row.trim->where.bits);
  require(row.trim->range.contains(trim), "a trim that is read is within its range");
  require(row.trim->decode(row.trim->encode(trim)) == trim, "a trim that is written is read again");
}

void check_images(const Registers& registers, const CivilDate& near) {
  for (const ChipRow& row : kChipRows) check_row(row, registers, near);
  check_nxp(pcf85063a::kClock, registers, near);
  check_nxp(pcf8523::kClock, registers, near);
  check_nxp(pcf8563::kClock, registers, near);

  Registers written = registers;
  const RtcReading of_ds3231 = ds3231::decode(registers, near);
  if (of_ds3231.time) {
    const auto encoded = ds3231::encode(*of_ds3231.time);
    std::copy(encoded.begin(), encoded.end(), written.begin());
    written[ds3231::kStatus] = 0;
  }
  check_same(of_ds3231, ds3231::decode(written, near), near);

  written = registers;
  const RtcReading of_ds1307 = ds1307::decode(registers, near);
  if (of_ds1307.time) {
    const auto encoded = ds1307::encode(*of_ds1307.time);
    std::copy(encoded.begin(), encoded.end(), written.begin());
    written[ds1307::kControl] = ds1307::without_stop_flag(registers[ds1307::kControl]);
  }
  check_same(of_ds1307, ds1307::decode(written, near), near);

  written = registers;
  const RtcReading of_rv3028 = rv3028::decode(registers, near);
  if (of_rv3028.time) {
    const auto encoded = rv3028::encode(*of_rv3028.time);
    std::copy(encoded.begin(), encoded.end(), written.begin());
    written[rv3028::kStatus] &= rv3028::kWithoutPowerOnReset;
    written[rv3028::kControl2] = rtc::without(registers[rv3028::kControl2], rv3028::kTwelveHours);
  }
  check_same(of_rv3028, rv3028::decode(written, near), near);

  require(ds3231::kTrimRange.contains(ds3231::trim(registers[0])), "an ageing offset is within its range");
  const TrimSteps trim = rv3028::trim(registers[0], registers[1]);
  require(rv3028::kTrimRange.contains(trim), "an offset is within its range");
  const auto again = rv3028::with_trim(trim, registers[1]);
  require(again[0] == registers[0] && again[1] == registers[1], "and is written as it was read");
}

void drive(ChipModel model, const Registers& registers, Bytes faults, const CivilDate& near) {
  HostileBus bus{registers, faults};
  RtcChipHolder chip{model, bus, default_address(model)};
  if (const auto reading = chip->read(near)) check(*reading, near);
  const auto second = chip->read_second();
  require(!second || !*second || **second < 60, "a second is one of sixty");
  static_cast<void>(chip->temperature());
  static_cast<void>(chip->inspect());
  static_cast<void>(chip->repair());
  for (const SettingField& field : chip->settings()) static_cast<void>(chip->set_setting(field, false));
  static_cast<void>(chip->prepare());
  const CivilTime time{.date = {near.year, 2, 28}, .hour = 23, .minute = 59, .second = 0, .nanosecond = 0};
  const auto error = chip->set(time);
  if (const auto range = chip->trim_range()) {
    static_cast<void>(chip->set_trim(range->most));
    const auto trim = chip->trim();
    require(!trim || range->contains(*trim), "a trim that is read is within its range");
  }
  const auto reading = chip->read(near);
  if (!error && reading) check(*reading, near);
}

// Reading and setting terminate, whatever the chip returns.
struct SteppedHost : SleepingHost {
  SteppedHost(RtcChip& of, const CivilDate& date) : chip(of), near(date) {}
  RtcNow now() { return {mono(), WallTime{seconds{1'800'000'000}} + time.time_since_epoch()}; }
  template <class T>
  T timed(T result) {
    time += std::chrono::microseconds{900};
    require(++calls < 20'000, "it comes to an end");
    return result;
  }
  seconds shown(seconds second) const { return second; }
  void keep(BusError) {}
  auto read() { return timed(chip.read(near)); }
  auto read_second() { return timed(chip.read_second()); }
  auto prepare() { return timed(chip.prepare()); }
  auto set(const CivilTime& to) { return timed(chip.set(to)); }
  RtcChip& chip;
  CivilDate near;
  int calls = 0;
};

void step(RtcStepper stepper, ChipModel model, const Registers& registers, Bytes faults,
          const CivilDate& near) {
  HostileBus bus{registers, faults};
  RtcChipHolder chip{model, bus, default_address(model)};
  SteppedHost host{*chip, near};
  require(run_rtc(stepper, host), "nobody leaves it off");
  require(stepper.sets() <= RtcStepper::kMostSets, "it sets no more often than it says");
  const bool has_edge = stepper.edge(host.mono()).has_value();
  require(stepper.end() != RtcEnd::kFound || has_edge, "what is found is an edge");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input{{data, size}};
  const CivilDate near{2000 + input.u8() % 200, 6, 15};
  Registers registers{};
  const Bytes content = input.bytes(kRegisters);
  std::copy(content.begin(), content.end(), registers.begin());
  check_images(registers, near);
  for (const ChipModel model : kChipModels) drive(model, registers, input.rest(), near);
  for (const ChipModel model : {ChipModel::kDs3231, ChipModel::kPcf8523}) {
    step(RtcStepper{RtcStepper::Reading{.seeks_lost = true}}, model, registers, input.rest(), near);
    constexpr RtcStepper::Setting kSetting{.set_delay = milliseconds{1}, .latest = milliseconds{1}};
    step(RtcStepper{kSetting}, model, registers, input.rest(), near);
  }
  HostileBus bus{registers, input.rest()};
  SleepingHost host;
  const auto found = detect(bus, host);
  require(found.chips().size() <= kClockAddresses.size(), "there is one chip an address");
  constexpr auto kMost = RtcDetector::kMostTransactions * static_cast<int>(kClockAddresses.size());
  require(bus.transactions <= kMost, "it asks no more often than it says");
  return 0;
}

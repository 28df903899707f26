// SPDX-License-Identifier: MIT
// Clock chips, an EEPROM and a sensor on a bus of 100 kHz, byte by byte as they see it. Time is a number
// that transfers and the test advance; each oscillator has its error, temperature and ageing. What the
// datasheets say of side effects is here: latched reads, prescalers that a write resets, flags that only
// clear. Faults: no acknowledge, a stuck bus, short reads, writes that stop, power and batteries that fail.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "libsync/core/civil_time.hpp"
#include "libsync/core/rtc/rtc_reading.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/drivers/chip_model.hpp"
#include "libsync/ports/i2c_bus.hpp"

namespace isletime::fakes {

// The world that all chips are in, in true time: oscillators are judged by it.
struct TrueTime {
  nanoseconds now{};
};

class ModelDevice {
 public:
  ModelDevice() = default;
  ModelDevice(const ModelDevice&) = delete;
  ModelDevice& operator=(const ModelDevice&) = delete;
  virtual ~ModelDevice() = default;

  virtual void on_start(nanoseconds now) = 0;
  virtual void on_pointer(std::uint8_t pointer) = 0;
  virtual void on_write(std::uint8_t byte, nanoseconds now) = 0;
  virtual std::uint8_t on_read(nanoseconds now) = 0;
};

// An EEPROM (24C02) or a sensor's registers: bytes under a pointer that goes round at their end.
class ModelMemory final : public ModelDevice {
 public:
  explicit ModelMemory(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}

  void on_start(nanoseconds) override {}
  void on_pointer(std::uint8_t pointer) override { pointer_ = pointer; }
  void on_write(std::uint8_t byte, nanoseconds) override { bytes_[pointer_++ % bytes_.size()] = byte; }
  std::uint8_t on_read(nanoseconds) override { return bytes_[pointer_++ % bytes_.size()]; }

  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t pointer_ = 0;
};

// The errors of a chip's oscillator, in parts per billion; positive: it runs fast.
struct Oscillator {
  std::int64_t error_ppb = 0;
  std::int64_t ageing_ppb_per_year = 0;
  // The curve of a tuning-fork crystal: -34 ppb/K^2 about 25 degrees. A DS3231 compensates for it: 0.
  std::int64_t parabola_ppb = 0;
};

class ModelChip final : public ModelDevice {
 public:
  // The chip is powered at once and set to `time` at `now`, with all that a good chip holds.
  ModelChip(ChipModel model, const CivilTime& time, nanoseconds now, Oscillator oscillator = {});

  ChipModel model() const { return model_; }

  // The second that the chip shows and how far it is into it, whatever its registers are worth: seconds since
  // 1970, if the time registers hold a time. It shares no code with the drivers.
  std::optional<nanoseconds> time_shown(nanoseconds now);

  // Reads and writes registers directly, without side effects.
  std::uint8_t peek(std::uint8_t at, nanoseconds now);
  void poke(std::uint8_t at, std::uint8_t value, nanoseconds now);

  void set_temperature(MilliCelsius temperature, nanoseconds now);
  void set_oscillator(Oscillator oscillator, nanoseconds now);
  // The supply goes and comes back. With a good battery (and switch-over to it on) the clock goes on;
  // otherwise all that is not in an EEPROM is as the datasheet has it after power-on.
  void power_off(nanoseconds now);
  void power_on(nanoseconds now);
  void set_battery(bool is_good) { has_battery_ = is_good; }

  void on_start(nanoseconds now) override;
  void on_pointer(std::uint8_t pointer) override { pointer_ = pointer; }
  void on_write(std::uint8_t byte, nanoseconds now) override;
  std::uint8_t on_read(nanoseconds now) override;

 private:
  struct Layout;
  static const Layout& layout_of(ChipModel model);

  bool is_dallas() const;
  bool is_nxp() const;
  bool counts_by_twelve() const;
  std::uint8_t hours_bits() const;
  std::int64_t trim_ppb() const;
  std::int64_t rate_ppb() const;
  bool is_counting() const;
  bool switches_over() const;
  std::optional<std::int64_t> seconds_shown() const;
  void show(std::int64_t seconds);
  void advance(nanoseconds now);
  void tick(std::int64_t seconds);
  void convert(nanoseconds now);
  void reset_registers();
  std::uint8_t readable(std::uint8_t at, nanoseconds now) const;
  void write(std::uint8_t at, std::uint8_t value, nanoseconds now);
  void write_control(std::uint8_t at, std::uint8_t value, nanoseconds now);
  void command_eeprom(std::uint8_t command, nanoseconds now);

  ChipModel model_;
  const Layout& layout_;
  Oscillator oscillator_;
  std::int64_t temperature_ = 25'000;  // thousandths of a degree
  std::array<std::uint8_t, 64> registers_{};
  std::array<std::uint8_t, 64> latched_{};
  std::array<std::uint8_t, 64> eeprom_{};
  std::uint8_t pointer_ = 0;
  nanoseconds made_{};
  nanoseconds advanced_{};     // to this true time
  nanoseconds into_second_{};  // by its own oscillator
  __int128 rest_ = 0;          // of that, in 10^-9 ns
  nanoseconds converted_{};    // DS3231: when it last measured its temperature
  std::int8_t ageing_in_force_ = 0;
  nanoseconds eeprom_busy_until_{};
  bool is_powered_ = true;
  bool has_battery_ = true;
  bool is_lost_ = false;  // off, and no battery
};

// A whole transfer on the bus, to compare with a datasheet's.
struct Transaction {
  std::uint8_t address = 0;
  std::vector<std::uint8_t> written;
  std::vector<std::uint8_t> read;

  bool operator==(const Transaction&) const = default;
};

class ModelBus final : public I2cBus {
 public:
  explicit ModelBus(TrueTime& time) : time_(time) {}

  // The device must outlive the bus.
  void attach(std::uint8_t address, ModelDevice& device) { devices_.push_back({address, &device}); }
  void detach(std::uint8_t address);

  // Lets all transfers pass until so many more bytes were acknowledged; then `error`, once, and the bus is
  // good again. Written bytes count, the address among them, and read ones.
  void fail_after(std::size_t bytes, BusError error) { failure_ = {bytes, error}; }
  // Every transfer fails, moving nothing, until the bus is told to be good.
  void fail_always(std::optional<BusError> error) { always_ = error; }

  const std::vector<Transaction>& transactions() const { return transactions_; }
  void forget_transactions() { transactions_.clear(); }
  // The bytes beyond the register pointer that transfers wrote.
  std::size_t bytes_written() const { return bytes_written_; }

  std::optional<BusError> transfer(std::uint8_t address, Bytes out, MutableBytes in) override;

 private:
  struct Failure {
    std::size_t bytes_left;
    BusError error;
  };
  struct Attached {
    std::uint8_t address;
    ModelDevice* device;
  };

  ModelDevice* at(std::uint8_t address) const;
  bool moves_a_byte();
  std::optional<BusError> failed();

  TrueTime& time_;
  std::vector<Attached> devices_;
  std::optional<Failure> failure_;
  std::optional<BusError> always_;
  std::vector<Transaction> transactions_;
  std::size_t bytes_written_ = 0;
};

}  // namespace isletime::fakes

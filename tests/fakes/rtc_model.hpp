// SPDX-License-Identifier: MIT
// Clock chips, an EEPROM and a sensor on a bus of 100 kHz, modelled byte by byte. Time is a number that
// transfers and the test advance; each oscillator has its error, temperature and ageing. The datasheets' side
// effects are modelled: latched reads, prescalers that a write resets, flags that can only be cleared, trims
// that correct by pulses. Faults are a missing acknowledge, a stuck bus, short reads, writes that stop, and
// failing supplies and batteries.
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

// Those that have a trim, by their datasheets.
inline constexpr std::array kChipsWithATrim{
    ChipModel::kDs3231,     ChipModel::kDs3232,  ChipModel::kMcp7940x, ChipModel::kPcf85063a,
    ChipModel::kPcf85063tp, ChipModel::kPcf8523, ChipModel::kRv3028,   ChipModel::kRv3032};

// True time, which all chips share and by which their oscillators run.
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

// An EEPROM (24C02) or a sensor's registers: bytes under a pointer that wraps round at their end.
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

// The errors of a chip's oscillator in parts per billion; positive values mean that it runs fast.
struct Oscillator {
  std::int64_t error_ppb = 0;
  std::int64_t ageing_ppb_per_year = 0;
  // The curve of a tuning-fork crystal is -34 ppb/K^2 about 25 degrees; a DS3231 compensates for it, so it is
  // 0.
  std::int64_t parabola_ppb = 0;
};

class ModelChip final : public ModelDevice {
 public:
  // The chip is powered and set to `time` at `now`, with the registers of a good chip.
  ModelChip(ChipModel model, const CivilTime& time, nanoseconds now, Oscillator oscillator = {});

  ChipModel model() const { return model_; }

  // Returns the second that the chip shows and the time since its start, in time since 1970, even if its
  // flags call it invalid. Returns nothing if the time registers hold no time. Shares no code with the
  // drivers.
  std::optional<nanoseconds> time_shown(nanoseconds now);

  // Reads and writes registers directly, without side effects.
  std::uint8_t peek(std::uint8_t at, nanoseconds now);
  void poke(std::uint8_t at, std::uint8_t value, nanoseconds now);

  void set_temperature(MilliCelsius temperature, nanoseconds now);
  void set_oscillator(Oscillator oscillator, nanoseconds now);
  // Switch the supply off and on. With a good battery, and switch-over to it enabled, the clock keeps
  // running; otherwise everything outside the EEPROM has the datasheet's power-on values.
  void power_off(nanoseconds now);
  void power_on(nanoseconds now);
  void set_battery(bool is_good) { has_battery_ = is_good; }
  // The EEPROM takes commands, but keeps nothing.
  void wear_out_eeprom() { is_eeprom_worn_ = true; }
  int eeprom_writes() const { return eeprom_writes_; }
  // Returns how many writes had ones where the datasheet wants zeros.
  int reserved_bits_written() const { return reserved_bits_written_; }

  void on_start(nanoseconds now) override;
  void on_pointer(std::uint8_t pointer) override { pointer_ = pointer; }
  void on_write(std::uint8_t byte, nanoseconds now) override;
  std::uint8_t on_read(nanoseconds now) override;

 private:
  struct Layout;
  static const Layout& layout_of(ChipModel model);

  bool is_dallas() const;
  bool is_nxp() const;
  bool is_tcxo_of_dallas() const;
  void release();
  void refresh_mirrors();
  bool counts_by_twelve() const;
  std::uint8_t hours_bits() const;
  // Corrections that lengthen single seconds, or shorten them if `steps` is negative.
  struct Pulses {
    int steps = 0;  // pulses in each interval
    nanoseconds pulse{};
    std::int64_t interval = 1;  // in seconds that the chip shows
    std::int64_t apart = 1;     // between two pulses
  };

  std::int64_t trim_ppb() const;
  Pulses pulses() const;
  static nanoseconds length_of(std::int64_t shown, const Pulses& pulses);
  void count_seconds();
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
  std::uint8_t reserved(std::uint8_t at) const;
  void write_control(std::uint8_t at, std::uint8_t value, nanoseconds now);
  void command_eeprom(std::uint8_t command, nanoseconds now);

  ChipModel model_;
  const Layout& layout_;
  Oscillator oscillator_;
  std::int64_t temperature_ = 25'000;  // in thousandths of a degree
  std::array<std::uint8_t, 256> registers_{};
  std::array<std::uint8_t, 256> latched_{};
  std::array<std::uint8_t, 64> eeprom_{};
  std::uint8_t pointer_ = 0;
  nanoseconds made_{};
  nanoseconds advanced_{};     // true time up to which the chip has run
  nanoseconds into_second_{};  // measured by its own oscillator
  __int128 rest_ = 0;          // remainder of into_second_, in 10^-9 ns
  nanoseconds converted_{};    // when a DS3231 last measured its temperature
  std::int8_t ageing_in_force_ = 0;
  nanoseconds eeprom_busy_until_{};
  int eeprom_writes_ = 0;
  int reserved_bits_written_ = 0;
  bool is_eeprom_worn_ = false;
  bool is_prescaler_clear_ = false;  // of a PCF2131, since it was stopped
  bool is_powered_ = true;
  bool has_battery_ = true;
  bool is_lost_ = false;  // without supply and battery
};

// A whole transfer on the bus, to compare with those in the datasheet.
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

  // Transfers succeed until so many more bytes are acknowledged; then one fails with `error`, and the bus
  // works again. Bytes written, including the address, and bytes read count.
  void fail_after(std::size_t bytes, BusError error) { failure_ = {bytes, error}; }
  // Every transfer fails without moving a byte until `error` is reset.
  void fail_always(std::optional<BusError> error) { always_ = error; }
  // The device at this address holds the clock line low during its transfers.
  void hold_at(std::uint8_t address) { held_ = address; }

  const std::vector<Transaction>& transactions() const { return transactions_; }
  void forget_transactions() { transactions_.clear(); }
  // Returns the number of bytes that transfers wrote after the register pointer.
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
  std::optional<std::uint8_t> held_;
  std::vector<Transaction> transactions_;
  std::size_t bytes_written_ = 0;
};

}  // namespace isletime::fakes

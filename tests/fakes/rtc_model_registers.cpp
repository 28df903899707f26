// SPDX-License-Identifier: MIT
// Reading and writing the registers of a modelled chip.
#include "tests/fakes/rtc_model_layout.hpp"

namespace isletime::fakes {
namespace {

constexpr nanoseconds kEepromWrite{16'000'000};
constexpr nanoseconds kEepromRead{1'400'000};

}  // namespace

std::uint8_t ModelChip::readable(std::uint8_t at, nanoseconds now) const {
  if (model_ == ChipModel::kRv3028 && at == 0x0e && now < eeprom_busy_until_) {
    return static_cast<std::uint8_t>(registers_[at] | 0x80);
  }
  if (model_ == ChipModel::kRv3032 && (at == 0x0e || at == 0x0f)) {
    const std::int64_t sixteenths = temperature_ * 2 / 125;
    const bool is_busy = now < eeprom_busy_until_;
    return at == 0x0f ? static_cast<std::uint8_t>(sixteenths >> 4)
                      : static_cast<std::uint8_t>((sixteenths & 15) << 4 | (is_busy ? 0x04 : 0));
  }
  if (model_ == ChipModel::kMcp7940x && at == 0x03) {  // OSCRUN
    return static_cast<std::uint8_t>((registers_[at] & 0xdf) | ((registers_[0] & 0x80) != 0 ? 0x20 : 0));
  }
  // Bits that do not exist, and those labelled N, read as ones.
  if (model_ == ChipModel::kPcf8563 && at == 0x00) return static_cast<std::uint8_t>(registers_[at] | 0x57);
  if (model_ == ChipModel::kPcf8563 && at > layout_.time && at < layout_.time + 7) {
    return static_cast<std::uint8_t>(registers_[at] | ~layout_.time_bits[at - layout_.time]);
  }
  return registers_[at];
}

// A START latches the time, so that a read across the end of a second is consistent.
void ModelChip::on_start(nanoseconds now) {
  advance(now);
  latched_ = registers_;
  for (unsigned at = 0; at < layout_.registers; ++at)
    latched_[at] = readable(static_cast<std::uint8_t>(at), now);
}

std::uint8_t ModelChip::on_read(nanoseconds now) {
  advance(now);
  const std::uint8_t at = pointer_;
  // Beyond the last register no device drives the line, so it stays high.
  if (at >= layout_.registers) {
    ++pointer_;
    return 0xff;
  }
  pointer_ = static_cast<std::uint8_t>((at + 1) % layout_.registers);
  const bool is_time = at >= layout_.time && at < layout_.time + 7;
  const std::uint8_t value = is_time ? latched_[at] : readable(at, now);
  if (pointer_ == 0) on_start(now);
  return value;
}

void ModelChip::on_write(std::uint8_t byte, nanoseconds now) {
  advance(now);
  const std::uint8_t at = pointer_;
  if (at >= layout_.registers) {
    ++pointer_;
    return;
  }
  pointer_ = static_cast<std::uint8_t>((at + 1) % layout_.registers);
  write(at, byte, now);
}

void ModelChip::write(std::uint8_t at, std::uint8_t value, nanoseconds now) {
  const bool is_time = at >= layout_.time && at < layout_.time + 7;
  if (!is_time) {
    write_control(at, value, now);
    return;
  }
  const int had_started = registers_[at] & 0x80;  // of an MCP7940x, whose ST is beside the seconds
  const auto bits = layout_.time_bits[at - layout_.time];
  const bool has_flag = at == layout_.flag_at;
  const auto kept = static_cast<std::uint8_t>(has_flag ? registers_[at] & value & layout_.flag : 0);
  registers_[at] = static_cast<std::uint8_t>((value & bits) | kept);
  // Writing the seconds resets the divider that precedes them.
  const bool starts = model_ != ChipModel::kMcp7940x || (had_started == 0 && (value & 0x80) != 0);
  if (at == layout_.time && !is_nxp() && starts) {
    into_second_ = {};
    rest_ = 0;
  }
}

void ModelChip::write_control(std::uint8_t at, std::uint8_t value, nanoseconds now) {
  if ((value & reserved(at)) != 0) ++reserved_bits_written_;
  auto& r = registers_[at];
  switch (model_) {
    case ChipModel::kDs3231:
      if (at == 0x0f) {
        r = static_cast<std::uint8_t>((r & value & 0x83) | (value & 0x08) | (r & 0x04));
      } else if (at == 0x0e) {
        r = static_cast<std::uint8_t>(value & ~0x20);
        if ((value & 0x20) != 0) convert(now);
      } else if (at < 0x11) {
        r = value;
      }
      return;
    case ChipModel::kDs3232:
      if (at == 0x0f) {
        r = static_cast<std::uint8_t>((r & value & 0x83) | (value & 0x78) | (r & 0x04));
      } else if (at == 0x0e) {
        r = static_cast<std::uint8_t>(value & ~0x20);
        if ((value & 0x20) != 0) convert(now);
      } else if (at < 0x11 || at > 0x13) {
        r = value;
      }
      return;
    case ChipModel::kDs1337:
    case ChipModel::kDs1339:
      r = at == 0x0f ? static_cast<std::uint8_t>(r & value & 0x83) : value;
      return;
    case ChipModel::kDs1340:
      r = at == 0x09 ? static_cast<std::uint8_t>(r & value & 0x80) : value;
      if (at == 0x07) into_second_ = {};
      return;
    case ChipModel::kMcp7940x:
      r = value;
      return;
    case ChipModel::kRv8803: {
      const bool is_released = at == 0x0f && (r & 0x01) != 0 && (value & 0x01) == 0;
      r = at == 0x0e ? static_cast<std::uint8_t>(r & value) : value;
      if (is_released) release();
      return;
    }
    case ChipModel::kRv3032: {
      const bool is_released = at == 0x11 && (r & 0x01) != 0 && (value & 0x01) == 0;
      if (at == 0x3f) {
        command_eeprom(value, now);
      } else if (at != 0x0e && at != 0x0f) {
        r = at == 0x0d ? static_cast<std::uint8_t>(r & value) : value;
      }
      if (is_released) release();
      return;
    }
    case ChipModel::kDs1307:
      r = at == 0x07 ? static_cast<std::uint8_t>(value & 0x93) : value;
      return;
    case ChipModel::kDs1338:
      r = at == 0x07 ? static_cast<std::uint8_t>((value & 0x93) | (r & value & 0x20)) : value;
      return;
    case ChipModel::kPcf85063a:
    case ChipModel::kPcf85063tp:
    case ChipModel::kPcf8523:
    case ChipModel::kPcf8563:
    case ChipModel::kPcf2127:
    case ChipModel::kPcf2131:
      break;
    case ChipModel::kRv3028:
      if (at == 0x0e) {
        r = static_cast<std::uint8_t>(r & value);
      } else if (at == 0x0f) {
        r = static_cast<std::uint8_t>(value & 0xbf);
      } else if (at == 0x10) {
        r = static_cast<std::uint8_t>(value & 0xfe);
      } else if (at == 0x27) {
        command_eeprom(value, now);
      } else if (at != 0x28) {
        r = value;
      }
      return;
  }
  if (at == 0x00) {
    const bool stood = (r & 0x20) != 0;
    const bool stands = (value & 0x20) != 0;
    const bool is_85063 = model_ == ChipModel::kPcf85063a || model_ == ChipModel::kPcf85063tp;
    r = is_85063 ? static_cast<std::uint8_t>(value & 0xb7) : value;
    if (stood && !stands) release();
    if (!stood && stands) is_prescaler_clear_ = false;
    return;
  }
  if (model_ == ChipModel::kPcf2131 && at == 0x05) {
    is_prescaler_clear_ = value == 0xa4 && (registers_[0] & 0x20) != 0;
    return;
  }
  if (model_ == ChipModel::kPcf8523 && at == 0x02) {
    r = static_cast<std::uint8_t>((value & 0xeb) | (r & 0x04));
  } else if (model_ == ChipModel::kPcf8523 && at == 0x12) {
    r = static_cast<std::uint8_t>(value & 0x77);
  } else if ((model_ == ChipModel::kPcf8523 && at == 0x10) ||
             (model_ == ChipModel::kPcf85063a && at == 0x11)) {
    r = static_cast<std::uint8_t>(value & (at == 0x10 ? 0x07 : 0x1f));
  } else {
    r = value;
  }
}

// The chip refuses the command while it is busy, without a zero before it, or while the automatic refresh is
// enabled. What a write leaves is undefined if the chip may switch to its battery meanwhile.
void ModelChip::command_eeprom(std::uint8_t command, nanoseconds now) {
  const bool is_3028 = model_ == ChipModel::kRv3028;
  const std::uint8_t at = is_3028 ? 0x25 : 0x3d;  // of the address; data and command follow
  const bool was_zero = registers_[at + 2U] == 0;
  registers_[at + 2U] = command;
  if (!was_zero || now < eeprom_busy_until_ || (registers_[is_3028 ? 0x0f : 0x10] & 0x08) == 0) return;
  if (is_3028 && registers_[at] >= eeprom_.size()) return;
  std::uint8_t& stored = eeprom_[registers_[at] % eeprom_.size()];
  if (command == 0x22) {
    registers_[at + 1U] = stored;
    eeprom_busy_until_ = now + kEepromRead;
  } else if (command == 0x21) {
    const bool may_switch_over = ((is_3028 ? registers_[0x37] & 0x0c : registers_[0xc0] & 0x30)) != 0;
    ++eeprom_writes_;
    if (!is_eeprom_worn_) stored = may_switch_over ? std::uint8_t{0xff} : registers_[at + 1U];
    eeprom_busy_until_ = now + kEepromWrite;
  }
}

}  // namespace isletime::fakes

// SPDX-License-Identifier: MIT
// How the modelled chips differ: their registers, what those hold at power-on, and reserved bits.
#include "tests/fakes/rtc_model_layout.hpp"

namespace isletime::fakes {

const ModelChip::Layout& ModelChip::layout_of(ChipModel model) {
  static constexpr Layout kDs3231{0x13, 0,    4, 3, 1, {0x7f, 0x7f, 0x7f, 0x07, 0x3f, 0x9f, 0xff},
                                  0x0f, 0x80, {}};
  static constexpr Layout kDs1307{0x40, 0,    4, 3, 1, {0xff, 0x7f, 0x7f, 0x07, 0x3f, 0x1f, 0xff},
                                  0x07, 0x00, {}};
  static constexpr Layout kDs1338{0x40, 0,    4, 3, 1, {0xff, 0x7f, 0x7f, 0x07, 0x3f, 0x1f, 0xff},
                                  0x07, 0x20, {}};
  static constexpr Layout kPcf85063a{
      0x12, 4, 3, 4, 0, {0x7f, 0x7f, 0x3f, 0x3f, 0x07, 0x1f, 0xff}, 4, 0x80, nanoseconds{507'900'000}};
  static constexpr Layout kPcf8523{
      0x14, 3, 3, 4, 0, {0x7f, 0x7f, 0x3f, 0x3f, 0x07, 0x1f, 0xff}, 3, 0x80, nanoseconds{499'900'000}};
  static constexpr Layout kPcf8563{
      0x10, 2, 3, 4, 0, {0x7f, 0x7f, 0x3f, 0x3f, 0x07, 0x9f, 0xff}, 2, 0x80, nanoseconds{507'850'000}};
  static constexpr Layout kRv3028{0x40, 0,    4, 3, 0, {0x7f, 0x7f, 0x3f, 0x07, 0x3f, 0x1f, 0xff},
                                  0x0e, 0x01, {}};
  static constexpr Layout kDs3232{256,  0,    4, 3, 1, {0x7f, 0x7f, 0x7f, 0x07, 0x3f, 0x9f, 0xff},
                                  0x0f, 0x80, {}};
  static constexpr Layout kDs1337{0x10, 0,    4, 3, 1, {0x7f, 0x7f, 0x7f, 0x07, 0x3f, 0x9f, 0xff},
                                  0x0f, 0x80, {}};
  static constexpr Layout kDs1339{0x11, 0,    4, 3, 1, {0x7f, 0x7f, 0x7f, 0x07, 0x3f, 0x9f, 0xff},
                                  0x0f, 0x80, {}};
  static constexpr Layout kDs1340{256,  0,    4, 3, 1, {0xff, 0x7f, 0xff, 0x07, 0x3f, 0x1f, 0xff},
                                  0x09, 0x80, {}};
  static constexpr Layout kMcp7940x{0x20, 0,    4, 3, 1, {0xff, 0x7f, 0x7f, 0x1f, 0x3f, 0x1f, 0xff},
                                    0x00, 0x00, {}};
  static constexpr Layout kRv8803{0x30, 0,    4, 3, 0, {0x7f, 0x7f, 0x3f, 0x7f, 0x3f, 0x1f, 0xff},
                                  0x0e, 0x03, {}};
  static constexpr Layout kRv3032{256,  1,    4, 3, 0, {0x7f, 0x7f, 0x3f, 0x07, 0x3f, 0x1f, 0xff},
                                  0x0d, 0x03, {}};
  static constexpr Layout kPcf85063tp{
      0x0b, 4, 3, 4, 0, {0x7f, 0x7f, 0x3f, 0x3f, 0x07, 0x1f, 0xff}, 4, 0x80, nanoseconds{507'900'000}};
  static constexpr Layout kPcf2127{
      0x1e, 3, 3, 4, 0, {0x7f, 0x7f, 0x3f, 0x3f, 0x07, 0x1f, 0xff}, 3, 0x80, nanoseconds{507'850'000}};
  static constexpr Layout kPcf2131{0x37, 7,    3,      4, 0, {0x7f, 0x7f, 0x3f, 0x3f, 0x07, 0x1f, 0xff},
                                   7,    0x80, kSecond};
  switch (model) {
    case ChipModel::kDs3232:
      return kDs3232;
    case ChipModel::kDs1337:
      return kDs1337;
    case ChipModel::kDs1339:
      return kDs1339;
    case ChipModel::kDs1340:
      return kDs1340;
    case ChipModel::kMcp7940x:
      return kMcp7940x;
    case ChipModel::kRv8803:
      return kRv8803;
    case ChipModel::kRv3032:
      return kRv3032;
    case ChipModel::kPcf85063tp:
      return kPcf85063tp;
    case ChipModel::kPcf2127:
      return kPcf2127;
    case ChipModel::kPcf2131:
      return kPcf2131;
    case ChipModel::kDs3231:
      return kDs3231;
    case ChipModel::kDs1307:
      return kDs1307;
    case ChipModel::kDs1338:
      return kDs1338;
    case ChipModel::kPcf85063a:
      return kPcf85063a;
    case ChipModel::kPcf8523:
      return kPcf8523;
    case ChipModel::kPcf8563:
      return kPcf8563;
    case ChipModel::kRv3028:
      return kRv3028;
  }
  return kDs3231;
}

// And those of Microchip, whose registers are alike.
bool ModelChip::is_dallas() const {
  switch (model_) {
    case ChipModel::kDs3231:
    case ChipModel::kDs3232:
    case ChipModel::kDs1307:
    case ChipModel::kDs1338:
    case ChipModel::kDs1337:
    case ChipModel::kDs1339:
    case ChipModel::kDs1340:
    case ChipModel::kMcp7940x:
      return true;
    case ChipModel::kPcf85063a:
    case ChipModel::kPcf85063tp:
    case ChipModel::kPcf8523:
    case ChipModel::kPcf8563:
    case ChipModel::kPcf2127:
    case ChipModel::kPcf2131:
    case ChipModel::kRv3028:
    case ChipModel::kRv3032:
    case ChipModel::kRv8803:
      return false;
  }
  return false;
}

bool ModelChip::is_nxp() const {
  return !is_dallas() && model_ != ChipModel::kRv3028 && model_ != ChipModel::kRv3032 &&
         model_ != ChipModel::kRv8803;
}

bool ModelChip::is_tcxo_of_dallas() const {
  return model_ == ChipModel::kDs3231 || model_ == ChipModel::kDs3232;
}

// Sets the registers to the datasheet's values after the first power-on.
void ModelChip::reset_registers() {
  registers_.fill(0);
  const auto first_of_2000 = [this] {
    registers_[layout_.time + layout_.day] = 0x01;
    registers_[layout_.time + 5] = 0x01;
    registers_[layout_.time + layout_.weekday] = is_dallas() ? 0x01 : 0x06;
  };
  switch (model_) {
    case ChipModel::kDs3231:
      first_of_2000();
      registers_[0x0e] = 0x1c;
      registers_[0x0f] = 0x88;
      convert(advanced_);
      break;
    case ChipModel::kDs3232:
      first_of_2000();
      registers_[0x0e] = 0x1c;
      registers_[0x0f] = 0xc8;
      convert(advanced_);
      std::fill(registers_.begin() + 0x14, registers_.end(), std::uint8_t{0xa5});
      break;
    case ChipModel::kDs1337:
    case ChipModel::kDs1339:
      first_of_2000();
      registers_[0x0e] = 0x18;
      registers_[0x0f] = 0x80;
      break;
    case ChipModel::kDs1340:
      first_of_2000();
      registers_[0x07] = 0x80;
      registers_[0x09] = 0x80;
      break;
    case ChipModel::kMcp7940x:
      first_of_2000();
      registers_[0x06] = 0x01;
      registers_[0x07] = 0x80;
      break;
    case ChipModel::kRv8803:
      first_of_2000();
      registers_[layout_.weekday] = 0x40;
      registers_[0x0e] = 0x03;
      break;
    case ChipModel::kRv3032:
      first_of_2000();
      registers_[0x0d] = 0x03;
      refresh_mirrors();
      break;
    case ChipModel::kPcf2127:
      first_of_2000();
      registers_[0x00] = 0x08;
      registers_[0x03] = 0x80;
      break;
    case ChipModel::kPcf2131:
      first_of_2000();
      registers_[0x00] = 0x08;
      registers_[0x02] = 0xe0;
      registers_[0x07] = 0x80;
      break;
    case ChipModel::kDs1307:
      first_of_2000();
      registers_[0x00] = 0x80;
      registers_[0x07] = 0x03;
      std::fill(registers_.begin() + 8, registers_.begin() + 64, std::uint8_t{0xa5});
      break;
    case ChipModel::kDs1338:
      first_of_2000();
      registers_[0x07] = 0xb3;
      std::fill(registers_.begin() + 8, registers_.begin() + 64, std::uint8_t{0xa5});
      break;
    case ChipModel::kPcf85063a:
    case ChipModel::kPcf85063tp:
      first_of_2000();
      registers_[0x04] = 0x80;
      break;
    case ChipModel::kPcf8523:
      registers_[0x02] = 0xe0;
      registers_[0x03] = 0x80;
      break;
    case ChipModel::kPcf8563:
      registers_[0x00] = 0x08;
      registers_[0x02] = 0x80;
      registers_[0x0d] = 0x80;
      registers_[0x0e] = 0x03;
      break;
    case ChipModel::kRv3028:
      first_of_2000();
      registers_[0x0e] = 0x01;
      registers_[0x28] = 0x33;
      refresh_mirrors();
      break;
  }
  into_second_ = {};
}

// The bits of the control registers that the datasheets want to be written as zero.
std::uint8_t ModelChip::reserved(std::uint8_t at) const {
  switch (model_) {
    case ChipModel::kDs3231:
      return at == 0x0f ? 0x70 : 0x00;
    case ChipModel::kDs1307:
      return at == 0x07 ? 0x6c : 0x00;
    case ChipModel::kDs1338:
      return at == 0x07 ? 0x4c : 0x00;
    case ChipModel::kPcf85063a:
    case ChipModel::kPcf85063tp:
      return at == 0x00 ? 0xc8 : 0x00;
    case ChipModel::kDs3232:
    case ChipModel::kMcp7940x:
    case ChipModel::kRv3032:
      return 0x00;
    case ChipModel::kDs1337:
      return at == 0x0e ? 0x60 : at == 0x0f ? 0x7c : 0x00;
    case ChipModel::kDs1339:
      return at == 0x0e ? 0x40 : at == 0x0f ? 0x7c : 0x00;
    case ChipModel::kDs1340:
      return at == 0x09 ? 0x7f : 0x00;
    case ChipModel::kRv8803:
      return at == 0x0d ? 0x80 : at == 0x0e ? 0xc0 : at == 0x0f ? 0xc2 : 0x00;
    case ChipModel::kPcf2127:
      return at == 0x00 ? 0xc8 : 0x00;
    case ChipModel::kPcf2131:
      return at == 0x00 ? 0x88 : 0x00;
    case ChipModel::kPcf8523:
      return at == 0x00 ? 0x40 : at == 0x02 ? 0x10 : 0x00;
    case ChipModel::kPcf8563:
      return at == 0x00 ? 0xdf : at == 0x01 ? 0xe0 : 0x00;  // N, TEST1 and TESTC
    case ChipModel::kRv3028:
      return at == 0x0f ? 0x40 : 0x00;
  }
  return 0;
}

}  // namespace isletime::fakes

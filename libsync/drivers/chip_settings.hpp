// SPDX-License-Identifier: MIT
// The register of each setting of each chip, by its datasheet.
#pragma once

#include <array>
#include <span>

#include "libsync/drivers/chip_model.hpp"
#include "libsync/drivers/chip_setting.hpp"

namespace isletime {
namespace chip_settings {

inline constexpr std::array kDs3231{
    SettingField{ChipSetting::kClockOutput, 0x0f, 0x08, 0x00, 0x08, 0x08, 0x00, 0x00, 0x83},
};
inline constexpr std::array kDs1307{
    SettingField{ChipSetting::kClockOutput, 0x07, 0x10, 0x00, 0x10, 0x10, 0x00, 0x4c, 0x00},
};
inline constexpr std::array kMcp7940x{
    SettingField{ChipSetting::kClockOutput, 0x07, 0x40, 0x00, 0x40, 0x40, 0x00, 0x00, 0x00},
    SettingField{ChipSetting::kBackup, 0x03, 0x08, 0x00, 0x08, 0x08, 0x00, 0xc0, 0x00},
};
inline constexpr std::array kPcf85063{
    SettingField{ChipSetting::kLoad, 0x00, 0x01, 0x00, 0x01, 0x01, 0x00, 0xd8, 0x00},
    SettingField{ChipSetting::kClockOutput, 0x01, 0x07, 0x07, 0x07, 0x00, 0x07, 0x00, 0x00},
};
inline constexpr std::array kPcf8523{
    SettingField{ChipSetting::kLoad, 0x00, 0x80, 0x00, 0x80, 0x80, 0x00, 0x50, 0x00},
    SettingField{ChipSetting::kClockOutput, 0x0f, 0x38, 0x38, 0x38, 0x00, 0x38, 0x00, 0x00},
    SettingField{ChipSetting::kBackup, 0x02, 0x40, 0x40, 0xe0, 0x00, 0xe0, 0x10, 0x00},
};
inline constexpr std::array kPcf8563{
    SettingField{ChipSetting::kClockOutput, 0x0d, 0x80, 0x00, 0x80, 0x80, 0x00, 0x7c, 0x00},
};
inline constexpr std::array kPcf2127{
    SettingField{ChipSetting::kClockOutput, 0x0f, 0x07, 0x07, 0x07, 0x00, 0x07, 0x18, 0x00},
    SettingField{ChipSetting::kBackup, 0x02, 0xe0, 0xe0, 0xe0, 0x00, 0xe0, 0x00, 0x00},
};
inline constexpr std::array kPcf2131{
    SettingField{ChipSetting::kClockOutput, 0x13, 0x07, 0x07, 0x07, 0x00, 0x07, 0x18, 0x00},
    SettingField{ChipSetting::kBackup, 0x02, 0xe0, 0xe0, 0xe0, 0x00, 0xe0, 0x00, 0x00},
};
inline constexpr std::array kRv3028{
    SettingField{ChipSetting::kClockOutput, 0x35, 0x80, 0x00, 0x80, 0x80, 0x00, 0x00, 0x00},
    SettingField{ChipSetting::kBackup, 0x37, 0x04, 0x00, 0x0c, 0x0c, 0x00, 0x00, 0x10},
};
inline constexpr std::array kRv3032{
    SettingField{ChipSetting::kClockOutput, 0xc0, 0x40, 0x40, 0x40, 0x00, 0x40, 0x00, 0x00},
    SettingField{ChipSetting::kBackup, 0xc0, 0x30, 0x00, 0x30, 0x20, 0x00, 0x00, 0x00},
};

}  // namespace chip_settings

constexpr std::span<const SettingField> settings_of(ChipModel model) {
  switch (model) {
    case ChipModel::kDs3231:
    case ChipModel::kDs3232:
      return chip_settings::kDs3231;
    case ChipModel::kDs1307:
    case ChipModel::kDs1338:
      return chip_settings::kDs1307;
    case ChipModel::kMcp7940x:
      return chip_settings::kMcp7940x;
    case ChipModel::kPcf85063a:
    case ChipModel::kPcf85063tp:
      return chip_settings::kPcf85063;
    case ChipModel::kPcf8523:
      return chip_settings::kPcf8523;
    case ChipModel::kPcf8563:
      return chip_settings::kPcf8563;
    case ChipModel::kPcf2127:
      return chip_settings::kPcf2127;
    case ChipModel::kPcf2131:
      return chip_settings::kPcf2131;
    case ChipModel::kRv3028:
      return chip_settings::kRv3028;
    case ChipModel::kRv3032:
      return chip_settings::kRv3032;
    case ChipModel::kDs1337:
    case ChipModel::kDs1339:
    case ChipModel::kDs1340:
    case ChipModel::kRv8803:
      return {};
  }
  return {};
}

}  // namespace isletime

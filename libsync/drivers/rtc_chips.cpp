// SPDX-License-Identifier: MIT
#include "libsync/drivers/rtc_chips.hpp"

namespace isletime {

RtcChipHolder::RtcChipHolder(ChipModel model, I2cBus& bus, std::uint8_t address) {
  switch (model) {
    case ChipModel::kDs3231:
    case ChipModel::kDs3232:
      chip_ = &held_.emplace<Ds3231Chip>(bus, address, model);
      break;
    case ChipModel::kDs1307:
    case ChipModel::kDs1338:
      chip_ = &held_.emplace<Ds1307Chip>(bus, address, model);
      break;
    case ChipModel::kPcf85063a:
    case ChipModel::kPcf85063tp:
    case ChipModel::kPcf8523:
    case ChipModel::kPcf8563:
      chip_ = &held_.emplace<NxpChip>(bus, address, model);
      break;
    case ChipModel::kRv3028:
      chip_ = &held_.emplace<Rv3028Chip>(bus, address);
      break;
    case ChipModel::kDs1337:
    case ChipModel::kDs1339:
    case ChipModel::kDs1340:
    case ChipModel::kMcp7940x:
    case ChipModel::kRv8803:
    case ChipModel::kRv3032:
    case ChipModel::kPcf2127:
    case ChipModel::kPcf2131:
      chip_ = &held_.emplace<TableChip>(bus, address, model);
      break;
  }
}

}  // namespace isletime

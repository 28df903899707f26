// SPDX-License-Identifier: MIT
// A driver with the model of its chip, on a bus that records the transactions.
#pragma once

#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "libsync/drivers/rtc_chips.hpp"
#include "tests/fakes/rtc_model.hpp"

namespace isletime {

using fakes::Transaction;
using Script = std::vector<Transaction>;

// It is a Saturday.
inline constexpr CivilTime kTime{
    .date = {2026, 11, 21}, .hour = 16, .minute = 5, .second = 9, .nanosecond = 0};

class ChipOnBus : public testing::Test {
 protected:
  // Attaches a chip that shows kTime.
  void make(ChipModel model) {
    model_.emplace(model, kTime, time_.now);
    bus_.attach(default_address(model), *model_);
    chip_.emplace(model, bus_, default_address(model));
  }
  // Returns the transactions since the last call.
  Script taken() {
    Script script = bus_.transactions();
    bus_.forget_transactions();
    return script;
  }
  RtcChip& chip() { return **chip_; }

  fakes::TrueTime time_{};
  fakes::ModelBus bus_{time_};
  std::optional<fakes::ModelChip> model_;
  std::optional<RtcChipHolder> chip_;
};

}  // namespace isletime

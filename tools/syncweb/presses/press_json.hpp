// SPDX-License-Identifier: MIT
// Presses and splits as JSON and as CSV in the columns of the sample record.
#pragma once

#include <span>
#include <string>

#include "tools/syncweb/presses/press_store.hpp"
#include "tools/syncweb/presses/splits.hpp"

namespace isletime::syncweb {

// {"id":42,"sender":"button-3f2a","boot":"8f3c","number":17,"time":...,"unix":...,"uncertainty_s":0.0012,
// "reliable":true,"received":...,"address":"192.168.4.17"}; what is not known is left out.
std::string press_json(const StoredPress& press);
// {"presses":[...],"last":43,"more":false,"since":40}, where "last" is that of these presses.
std::string presses_json(const PressPage& page, const RunStart& run);
// {"since":40,"begun":...,"lockout_s":2.000000000,"left_out":0,"splits":[...],"not_counted":[...]}, both
// lists in the order of time. `left_out` earlier presses of the run are not among the rows; there are no
// totals then.
std::string splits_json(std::span<const SplitRow> rows, const RunStart& run, std::uint64_t left_out);
// {"since":40}
std::string run_json(const RunStart& run);

// A header and a row for each. A press is no measurement of a clock, so that it has no offset.
std::string presses_csv(std::span<const StoredPress> presses);

}  // namespace isletime::syncweb

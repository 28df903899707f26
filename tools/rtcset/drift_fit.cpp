// SPDX-License-Identifier: MIT
#include "tools/rtcset/drift_fit.hpp"

#include "libsync/record/json_value.hpp"
#include "tools/rtcset/options.hpp"

namespace isletime::rtcset {
namespace {

using Ppb = std::optional<std::int64_t>;

// Absent: it is not there.
Result<Ppb, std::string> member(const JsonValue& fit, const char* name) {
  const JsonValue* value = fit.find(name);
  if (value == nullptr || value->is_null()) return Ppb{};
  const auto* number = value->number();
  const auto ppb = number == nullptr ? std::nullopt : parse_ppm(number->text);
  if (!ppb) return Unexpected{std::string{name} + ": is no rate from -1000 to 1000"};
  return ppb;
}

}  // namespace

Result<DriftFit, std::string> parse_drift_fit(std::string_view json) {
  const auto fit = parse_json(json, {kLargestDriftFit, 8});
  if (!fit) return Unexpected{fit.error()};
  const auto drift = member(*fit, "drift_ppm");
  if (!drift) return Unexpected{drift.error()};
  if (!*drift) return Unexpected{std::string{"drift_ppm: is not there"}};
  const auto low = member(*fit, "drift_ppm_low");
  if (!low) return Unexpected{low.error()};
  const auto high = member(*fit, "drift_ppm_high");
  if (!high) return Unexpected{high.error()};
  if (!*low || !*high) return DriftFit{**drift, std::nullopt};
  if (**low > **drift || **drift > **high)
    return Unexpected{std::string{"drift_ppm: is not between its ends"}};
  return DriftFit{**drift, **high - **low};
}

}  // namespace isletime::rtcset

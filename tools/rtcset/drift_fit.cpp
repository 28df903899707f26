// SPDX-License-Identifier: MIT
#include "tools/rtcset/drift_fit.hpp"

#include <string>

#include <fmt/format.h>

#include "libsync/record/fit_object.hpp"
#include "tools/rtcset/options.hpp"

namespace isletime::rtcset {
namespace {

using battery_clock::Fault;
using Ppb = std::optional<std::int64_t>;

// Returns nothing if the member is missing.
Result<Ppb, std::string> member(const JsonValue& fit, const char* name) {
  const JsonValue* value = fit.find(name);
  if (value == nullptr || value->is_null()) return Ppb{};
  const auto* number = value->number();
  const auto ppb = number == nullptr ? std::nullopt : parse_ppm(number->text);
  if (!ppb) return Unexpected{std::string{name} + ": is no rate from -1000 to 1000"};
  return ppb;
}

Unexpected<Fault> bad(const std::string& why) {
  return {{"bad-input", fmt::format("stdin: {}: a drift fit is one JSON object with drift_ppm", why),
           ExitStatus::kUsage}};
}

Result<DriftFit, std::string> read_members(const JsonValue& fit) {
  const auto drift = member(fit, "drift_ppm");
  if (!drift) return Unexpected{drift.error()};
  if (!*drift) return Unexpected{std::string{"drift_ppm: is not there"}};
  const auto low = member(fit, "drift_ppm_low");
  if (!low) return Unexpected{low.error()};
  const auto high = member(fit, "drift_ppm_high");
  if (!high) return Unexpected{high.error()};
  if (!*low || !*high) return DriftFit{**drift, std::nullopt};
  if (**low > **drift || **drift > **high)
    return Unexpected{std::string{"drift_ppm: is not between its ends"}};
  return DriftFit{**drift, **high - **low};
}

}  // namespace

Result<DriftFit, Fault> parse_drift_fit(std::string_view json) {
  const auto object = parse_fit_object(json);
  if (!object) return bad(object.error());
  const std::string source = fit_source(*object);
  const bool is_simulated = source.starts_with(kSimulatedSource);
  if (!source.empty() && !source.starts_with("rtc:") && !is_simulated) {
    return Unexpected{Fault{"bad-input",
                            fmt::format("stdin: is a fit of {}, which is no battery clock", source),
                            ExitStatus::kUsage}};
  }
  if (const auto reservation = fit_reservation(*object); !reservation.empty())
    return Unexpected{Fault{"too-uncertain", "stdin: " + reservation, ExitStatus::kBadVerdict}};
  auto fit = read_members(*object);
  if (!fit) return bad(fit.error());
  fit->is_simulated = is_simulated;
  return *fit;
}

}  // namespace isletime::rtcset

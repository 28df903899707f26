// SPDX-License-Identifier: MIT
#include "tools/sntpd/storing/saved_rtc.hpp"

#include <string_view>
#include <vector>

#include "libsync/core/rfc3339.hpp"
#include "libsync/drivers/rtc_stepper.hpp"
#include "libsync/policy/saturated.hpp"
#include "libsync/record/decimal_seconds.hpp"
#include "libsync/record/json_writer.hpp"
#include "tools/sntpd/storing/digits.hpp"

namespace isletime::sntpd {
namespace {

constexpr std::size_t kUnknowns = RtcDrift::kUnknowns;
constexpr std::size_t kLongestName = 255;

std::optional<std::vector<double>> numbers_of(const JsonValue* value, std::size_t count) {
  const auto* array = value == nullptr ? nullptr : value->array();
  if (array == nullptr || array->size() != count) return std::nullopt;
  std::vector<double> numbers;
  for (const JsonValue& item : *array) {
    const auto number = number_of(&item);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

std::optional<bool> flag_of(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  return value == nullptr ? std::nullopt : value->flag();
}

std::optional<std::string> name_of(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  const auto* text = value == nullptr ? nullptr : value->text();
  if (text == nullptr || text->empty() || text->size() > kLongestName) return std::nullopt;
  return *text;
}

std::optional<WallTime> time_of(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  const auto* text = value == nullptr ? nullptr : value->text();
  const auto time = parse_rfc3339(text == nullptr ? "" : *text);
  return time ? std::optional{*time} : std::nullopt;
}

std::optional<nanoseconds> duration_of(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  const auto* number = value == nullptr ? nullptr : value->number();
  const auto duration = parse_decimal_seconds(number == nullptr ? "" : number->text);
  return duration ? std::optional{*duration} : std::nullopt;
}

}  // namespace

std::string rtc_object(const SavedRtc& saved) {
  const RtcDrift::State& drift = saved.drift;
  std::vector<std::string> mean;
  std::vector<std::string> covariance;
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    mean.push_back(digits_of(drift.mean[i]));
    for (std::size_t j = 0; j <= i; ++j) covariance.push_back(digits_of(drift.covariance[i][j]));
  }
  JsonWriter writer;
  writer.text("source", saved.source)
      .text("chip", saved.chip)
      .flag("is_compensated", drift.oscillator.is_compensated)
      .flag("has_thermometer", drift.oscillator.has_thermometer)
      .time("at", drift.at)
      .flag("is_phase_known", drift.is_phase_known)
      .raw("mean", json_array(mean))
      .raw("covariance", json_array(covariance))
      .raw("temperature_c", digits_of(drift.temperature.value))
      .seconds("bound_s", drift.bound.value);
  if (saved.lead) writer.seconds("lead_s", *saved.lead);
  if (drift.trim) writer.raw("trim", digits_of(*drift.trim));
  writer.seconds("observed_s", saved.observed);
  if (!saved.mark.empty()) writer.text("mark", saved.mark);
  if (saved.right) {
    writer.time("right_at", saved.right->at).seconds("local_less_utc_s", saved.right->local_less_utc);
  }
  return writer.object();
}

std::optional<SavedRtc> read_rtc(const JsonValue& object) {
  const auto source = name_of(object, "source");
  const auto chip = name_of(object, "chip");
  const auto is_compensated = flag_of(object, "is_compensated");
  const auto has_thermometer = flag_of(object, "has_thermometer");
  const auto at = time_of(object, "at");
  const auto is_phase_known = flag_of(object, "is_phase_known");
  const auto mean = numbers_of(object.find("mean"), kUnknowns);
  const auto covariance = numbers_of(object.find("covariance"), kUnknowns * (kUnknowns + 1) / 2);
  const auto temperature = number_of(object.find("temperature_c"));
  const auto bound = duration_of(object, "bound_s");
  if (!source || !chip || !is_compensated || !has_thermometer || !at || !is_phase_known || !mean ||
      !covariance || !temperature || !bound)
    return std::nullopt;
  SavedRtc saved{.source = *source, .chip = *chip, .drift = {}};
  if (object.find("lead_s") != nullptr) {
    saved.lead = duration_of(object, "lead_s");
    if (!saved.lead || magnitude(*saved.lead) > RtcStepper::kMostLead) return std::nullopt;
  }
  if (object.find("observed_s") != nullptr) {
    const auto observed = duration_of(object, "observed_s");
    if (!observed || *observed < nanoseconds::zero()) return std::nullopt;
    saved.observed = *observed;
  }
  if (const JsonValue* trim = object.find("trim")) {
    saved.drift.trim = number_of(trim);
    if (!saved.drift.trim) return std::nullopt;
  }
  if (object.find("mark") != nullptr) {
    const auto mark = name_of(object, "mark");
    if (!mark) return std::nullopt;
    saved.mark = *mark;
  }
  if (object.find("right_at") != nullptr) {
    constexpr nanoseconds kFarthestZone = std::chrono::hours{24};
    const auto right_at = time_of(object, "right_at");
    const auto local = duration_of(object, "local_less_utc_s");
    if (!right_at || !local || magnitude(*local) > kFarthestZone) return std::nullopt;
    saved.right = RtcRight{.at = *right_at, .local_less_utc = std::chrono::floor<seconds>(*local)};
  }
  saved.drift.oscillator = {*is_compensated, *has_thermometer};
  saved.drift.at = *at;
  saved.drift.is_phase_known = *is_phase_known;
  saved.drift.temperature = {*temperature};
  saved.drift.bound = {*bound};
  std::size_t next = 0;
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    saved.drift.mean[i] = (*mean)[i];
    for (std::size_t j = 0; j <= i; ++j) {
      saved.drift.covariance[i][j] = saved.drift.covariance[j][i] = (*covariance)[next++];
    }
  }
  if (!RtcDrift::restored(saved.drift)) return std::nullopt;
  return saved;
}

}  // namespace isletime::sntpd

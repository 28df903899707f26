// SPDX-License-Identifier: MIT
#include "libsync/record/fit_object.hpp"

#include <fmt/format.h>

#include "libsync/record/plain_text.hpp"

namespace isletime {
namespace {

constexpr std::size_t kDeepest = 8;
constexpr std::string_view kBlank = " \t\r\n";

// Counts the lines that begin an object. Within a pretty-printed object, nested lines are indented.
std::size_t count_objects(std::string_view text) {
  std::size_t count = 0;
  bool is_at_begin = true;
  for (const char c : text) {
    if (is_at_begin && c == '{') ++count;
    is_at_begin = c == '\n';
  }
  return count;
}

std::string text_of(const JsonValue& fit, std::string_view name) {
  const JsonValue* member = fit.find(name);
  return member == nullptr || member->text() == nullptr ? std::string{} : shortened(*member->text());
}

}  // namespace

Result<JsonValue, std::string> parse_fit_object(std::string_view text) {
  if (text.find_first_not_of(kBlank) == std::string_view::npos)
    return Unexpected{std::string{"is empty: driftlog fit --json may have said why"}};
  if (const std::size_t count = count_objects(text); count > 1)
    return Unexpected{fmt::format("holds {} fits: pick one by its source, for example with grep", count)};
  auto value = parse_json(text, {kLargestFits, kDeepest});
  if (value && value->object() == nullptr) return Unexpected{std::string{"is not a JSON object"}};
  return value;
}

std::string fit_source(const JsonValue& fit) {
  return text_of(fit, "source");
}

std::string fit_reservation(const JsonValue& fit) {
  if (fit.find("verdict") == nullptr) return {};
  const std::string verdict = text_of(fit, "verdict");
  if (verdict == "conclusive") return {};
  const JsonValue* run_for = fit.find("run_for_s");
  const auto* length = run_for == nullptr ? nullptr : run_for->number();
  return fmt::format("concludes nothing ({}){}", verdict,
                     length == nullptr ? "" : ": log for " + shortened(length->text) + " s in all");
}

}  // namespace isletime

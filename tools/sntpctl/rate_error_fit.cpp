// SPDX-License-Identifier: MIT
#include "tools/sntpctl/rate_error_fit.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "libsync/posix/fd.hpp"
#include "libsync/record/fit_object.hpp"
#include "tools/common/control_limits.hpp"

namespace isletime::sntpctl {
namespace {

// A fit's interval serves as a bound only if its confidence is at least this.
constexpr double kLeastConfidence = 0.95;

Unexpected<FitRefusal> bad(std::string text) {
  return {{std::move(text), ExitStatus::kUsage}};
}

// Returns nothing if the member is missing or no number.
std::optional<double> number(const JsonValue& fit, const char* name) {
  const JsonValue* member = fit.find(name);
  const auto* digits = member == nullptr ? nullptr : member->number();
  if (digits == nullptr) return std::nullopt;
  double value = HUGE_VAL;  // keeps this value if the number is out of range
  std::from_chars(digits->text.data(), digits->text.data() + digits->text.size(), value);
  return value;
}

// Returns why a fit of this source says nothing of this machine's clock; empty if it does.
std::string fault_of(const std::string& source) {
  if (source.empty() || source.starts_with("ntp:") || source.starts_with(kSimulatedSource)) return {};
  if (source.starts_with("rtc:"))
    return fmt::format("{} is a battery clock, which may itself be wrong: its fit is for rtcset trim",
                       source);
  return fmt::format(
      "{} may itself be wrong, so that its fit is not of this machine's clock: log an ntp: source", source);
}

std::vector<std::string> doubts_of(const JsonValue& fit) {
  std::vector<std::string> doubts;
  const std::string source = fit_source(fit);
  if (source.empty())
    doubts.emplace_back("the fit names no source; accepted as that of an NTP server that is right");
  if (source.starts_with(kSimulatedSource))
    doubts.emplace_back("fit of a simulated clock (" + source + "); accepted as a trial run");
  const JsonValue* extrapolated = fit.find("window_extrapolated");
  if (extrapolated != nullptr && extrapolated->flag().value_or(false))
    doubts.emplace_back("the window is longer than the record: log for longer to be sure");
  return doubts;
}

Result<std::string, FitRefusal> read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t size = read(descriptor, buffer.data(), buffer.size());
    if (size == 0) return text;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Unexpected{FitRefusal{std::strerror(errno), ExitStatus::kSystemFailed}};
    text.append(buffer.data(), static_cast<std::size_t>(size));
    if (text.size() > kLargestFits) return bad("is too long for a fit");
  }
}

Result<std::string, FitRefusal> read_file(const std::string& file) {
  if (file == "-") {
    if (isatty(STDIN_FILENO) == 1) return bad("is a terminal: pipe the output of driftlog fit --json to it");
    return read_all(STDIN_FILENO);
  }
  const Fd opened{open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!opened.is_open()) return Unexpected{FitRefusal{std::strerror(errno), ExitStatus::kSystemFailed}};
  return read_all(opened.get());
}

}  // namespace

Result<RateErrorFit, FitRefusal> parse_rate_error_fit(std::string_view text) {
  const auto fit = parse_fit_object(text);
  if (!fit) return bad(fit.error());
  if (fit->find("verdict") == nullptr)
    return bad("verdict: is not there: a fit is what driftlog fit --json prints");
  if (auto fault = fault_of(fit_source(*fit)); !fault.empty()) return bad(std::move(fault));
  if (const auto reservation = fit_reservation(*fit); !reservation.empty())
    return Unexpected{FitRefusal{reservation, ExitStatus::kBadVerdict}};
  const auto low = number(*fit, "drift_ppm_low");
  const auto high = number(*fit, "drift_ppm_high");
  if (!low || !high) return bad("drift_ppm_low and drift_ppm_high: are not both there");
  if (!(*low <= *high)) return bad("drift_ppm_low: is above drift_ppm_high");
  if (const auto confidence = number(*fit, "confidence"); confidence && *confidence < kLeastConfidence)
    return bad(fmt::format("is {:g} % sure only: fit with --confidence 0.95 or more", *confidence * 100));
  const double most = std::max(std::abs(*low), std::abs(*high)) * 65536;
  if (most > static_cast<double>(kMostRateError.scaled)) {
    return Unexpected{FitRefusal{
        fmt::format("{:g} ppm is more than any clock's drift: was it set while it was logged?", most / 65536),
        ExitStatus::kBadVerdict}};
  }
  if (most < 1) return bad("0 ppm is no clock's drift");
  return RateErrorFit{{std::llround(most)}, doubts_of(*fit)};
}

Result<RateErrorFit, FitRefusal> read_rate_error_fit(const std::string& file) {
  const std::string name = file == "-" ? "stdin" : file;
  const auto named = [&name](const FitRefusal& refusal) {
    return Unexpected{FitRefusal{name + ": " + refusal.text, refusal.status}};
  };
  const auto text = read_file(file);
  if (!text) return named(text.error());
  auto fit = parse_rate_error_fit(*text);
  if (!fit) return named(fit.error());
  return fit;
}

}  // namespace isletime::sntpctl

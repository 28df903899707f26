// SPDX-License-Identifier: MIT
#include "tests/clocksim/settings.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace isletime::clocksim {

void refuse(const char* what) {
  std::fprintf(stderr, "clocksim: refused: %s\n", what);
  std::_Exit(99);
}

double setting(const char* name, double otherwise) {
  const char* text = std::getenv(name);
  if (text == nullptr) return otherwise;
  char* end = nullptr;
  const double value = std::strtod(text, &end);
  if (end == text || *end != '\0') refuse(name);
  return value;
}

Noise noise_setting() {
  const char* text = std::getenv("CLOCKSIM_NOISE");
  const std::string_view name = text == nullptr ? "exponential" : text;
  if (name == "exponential") return Noise::kExponential;
  if (name == "pareto") return Noise::kPareto;
  if (name == "gamma") return Noise::kGamma;
  refuse("CLOCKSIM_NOISE is none of exponential, pareto, gamma");
}

}  // namespace isletime::clocksim

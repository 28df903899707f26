// SPDX-License-Identifier: MIT
// Must not pass no_soft_float.sh, which would be blind otherwise.
double sum(double a, double b) {
  return a + b;
}

// SPDX-License-Identifier: MIT
// no_soft_float.sh must reject this file; otherwise it would detect nothing.
double sum(double a, double b) {
  return a + b;
}

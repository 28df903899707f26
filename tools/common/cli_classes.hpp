// SPDX-License-Identifier: MIT
// Forward declarations of CLI11's classes, because sources that include CLI11 take long to compile.
#pragma once

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
class Validator;
}  // namespace CLI

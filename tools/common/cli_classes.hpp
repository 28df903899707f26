// SPDX-License-Identifier: MIT
// CLI11's classes by their names: a source that includes CLI11 takes longer to compile than all others.
#pragma once

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
class Validator;
}  // namespace CLI

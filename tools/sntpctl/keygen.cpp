// SPDX-License-Identifier: MIT
#include "tools/sntpctl/keygen.hpp"

#include <fmt/format.h>

#include "tools/common/output.hpp"

namespace isletime::sntpctl {

ExitStatus make_key(const KeygenOptions& options, const Log& log) {
  const auto line = make_key_line(options.id, options.type, options.dialect);
  if (!line) {
    log.error("no memory for a key");
    return ExitStatus::kSystemFailed;
  }
  if (options.out) {
    if (const auto failure = add_key_line(*options.out, options.id, line->bytes())) {
      log.error(*failure);
      return ExitStatus::kSystemFailed;
    }
    log.detail(fmt::format("{}: has key {} now, {}", *options.out, options.id, to_string(options.type)));
    return ExitStatus::kGood;
  }
  Output output;
  output.write({reinterpret_cast<const char*>(line->bytes().data()), line->bytes().size()});
  if (!output.failure()) return ExitStatus::kGood;
  log.error(to_string(*output.failure()));
  return ExitStatus::kSystemFailed;
}

}  // namespace isletime::sntpctl

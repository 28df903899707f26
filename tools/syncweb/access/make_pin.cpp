// SPDX-License-Identifier: MIT
#include "tools/syncweb/access/make_pin.hpp"

#include <cerrno>
#include <cstdio>
#include <optional>
#include <string>
#include <termios.h>

#include <unistd.h>

#include "libsync/core/result.hpp"
#include "libsync/posix/sys_error.hpp"
#include "tools/common/output.hpp"
#include "tools/syncweb/access/pin.hpp"

namespace isletime::syncweb {
namespace {

// A terminal does not show what is typed while this lives.
class HiddenTyping {
 public:
  HiddenTyping() {
    is_terminal_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!is_terminal_) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~HiddenTyping() {
    if (is_terminal_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  HiddenTyping(const HiddenTyping&) = delete;
  HiddenTyping& operator=(const HiddenTyping&) = delete;

  bool is_terminal() const { return is_terminal_; }

 private:
  termios before_{};
  bool is_terminal_ = false;
};

// Returns the next line of stdin, cut where it is certainly too long, or nothing if reading fails.
std::optional<std::string> read_line() {
  std::string line;
  while (line.size() <= kLongestPin) {
    char next = 0;
    const ssize_t count = read(STDIN_FILENO, &next, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0 || next == '\n') break;
    line += next;
  }
  return line;
}

std::optional<std::string> ask(const char* prompt) {
  std::fputs(prompt, stderr);
  auto line = read_line();
  std::fputs("\n", stderr);
  return line;
}

Result<std::string, std::string> read_pin() {
  const HiddenTyping hidden;
  const auto pin = hidden.is_terminal() ? ask("PIN: ") : read_line();
  if (!pin) return Unexpected{to_string(SysError{errno, "read"})};
  if (auto fault = fault_of_pin(*pin)) return Unexpected{*std::move(fault)};
  // On a terminal nobody sees what was typed.
  if (hidden.is_terminal() && ask("Once more: ") != pin) return Unexpected{std::string{"the two differ"}};
  return *pin;
}

}  // namespace

ExitStatus make_pin(const Log& log) {
  const auto pin = read_pin();
  if (!pin) {
    log.error("the PIN on stdin: " + pin.error());
    return ExitStatus::kUsage;
  }
  const auto hash = hash_of_pin(*pin);
  if (!hash) {
    log.error("no memory to hash the PIN");
    return ExitStatus::kSystemFailed;
  }
  Output output;
  output.write(*hash + '\n');
  if (!output.failure()) return ExitStatus::kGood;
  log.error(to_string(*output.failure()));
  return ExitStatus::kSystemFailed;
}

}  // namespace isletime::syncweb

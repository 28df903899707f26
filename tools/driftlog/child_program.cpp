// SPDX-License-Identifier: MIT
#include "tools/driftlog/child_program.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "libsync/posix/clocks.hpp"
#include "libsync/record/plain_text.hpp"
#include "tools/common/poll_timeout.hpp"
#include "tools/common/signals.hpp"

namespace isletime::driftlog {
namespace {

constexpr std::size_t kLongestComplaint = 400;

class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  void duplicate(int from, int to) { posix_spawn_file_actions_adddup2(&actions_, from, to); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// The child gets a process group of its own, so that all its processes can be killed, and default signal
// handling.
class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

Unexpected<Failure> not_started(const std::string& program, int code) {
  return Unexpected{Failure{"not-started", fmt::format("{}: {}", program, std::strerror(code))}};
}

}  // namespace

Result<ChildProgram, Failure> ChildProgram::start(std::vector<std::string> words) {
  // A socket is used rather than a pipe, because with MSG_NOSIGNAL a write without a reader raises no signal.
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return not_started(words[0], errno);
  Fd ours{ends[0]};
  const Fd its{ends[1]};
  std::array<int, 2> err_ends{};
  if (pipe2(err_ends.data(), O_CLOEXEC) != 0) return not_started(words[0], errno);
  Fd err{err_ends[0]};
  const Fd its_err{err_ends[1]};
  fcntl(err.get(), F_SETFL, O_NONBLOCK);

  FileActions actions;
  actions.duplicate(its.get(), STDIN_FILENO);
  actions.duplicate(its.get(), STDOUT_FILENO);
  actions.duplicate(its_err.get(), STDERR_FILENO);
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int failure = posix_spawnp(&pid, argv[0], actions.get(), Attributes{}.get(), argv.data(), environ);
  if (failure != 0) return not_started(words[0], failure);
  return ChildProgram(pid, std::move(ours), std::move(err));
}

ChildProgram::ChildProgram(ChildProgram&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      in_out_(std::move(other.in_out_)),
      err_(std::move(other.err_)),
      heard_(std::move(other.heard_)),
      complaint_(std::move(other.complaint_)) {}

ChildProgram::~ChildProgram() {
  if (pid_ < 0) return;
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void ChildProgram::say(const std::string& text) const {
  [[maybe_unused]] const auto sent =
      send(in_out_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Returns false if there is no more output.
bool ChildProgram::take_output() {
  std::array<char, 1024> buffer{};
  const ssize_t size = recv(in_out_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size > 0) heard_.append(buffer.data(), static_cast<std::size_t>(size));
  return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
}

void ChildProgram::take_complaint() {
  std::array<char, 1024> buffer{};
  const ssize_t size = read(err_.get(), buffer.data(), buffer.size());
  if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) err_ = Fd{};
  if (size <= 0 || complaint_.size() >= kLongestComplaint) return;
  complaint_.append(buffer.data(), static_cast<std::size_t>(size));
}

Failure ChildProgram::ended() {
  if (err_.is_open()) take_complaint();
  const auto end = complaint_.find_first_of("\r\n");
  const std::string why = made_plain(complaint_.substr(0, end));
  return {"ended", why.empty() ? "it ended, and printed no time" : "it ended: " + why};
}

Result<HeardLine, Failure> ChildProgram::hear(MonoTime deadline) {
  bool is_open = true;
  for (;;) {
    const MonoTime at = mono_now();
    const auto end = heard_.find('\n');
    if (end != std::string::npos || (!is_open && !heard_.empty())) {
      HeardLine line{heard_.substr(0, end), at};
      heard_.erase(0, end == std::string::npos ? end : end + 1);
      return line;
    }
    if (!is_open) return Unexpected{ended()};
    if (heard_.size() > kLongestLine) return Unexpected{Failure{"garbled", "it prints no end of line"}};
    if (stop_requested()) return Unexpected{Failure{"interrupted", "interrupted"}};
    if (at >= deadline) return Unexpected{Failure{"timed-out", "it printed no time in time"}};
    std::array<pollfd, 2> polled{{{in_out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}}};
    if (poll(polled.data(), polled.size(), poll_timeout(deadline)) <= 0) continue;
    if (polled[1].revents != 0) take_complaint();
    if (polled[0].revents != 0) is_open = take_output();
  }
}

Result<std::vector<std::string>, std::string> split_words(const std::string& command) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    const bool is_blank = c == ' ' || c == '\t';
    if (quote == 0 && is_blank) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (quote != 0 && c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'') {
      if (++i == command.size()) return Unexpected{std::string{"ends in a backslash"}};
      words.back() += command[i];
    } else {
      words.back() += c;
    }
  }
  if (quote != 0) return Unexpected{std::string{"has a quotation mark that is not closed"}};
  if (words.empty() || words[0].empty()) return Unexpected{std::string{"names no program"}};
  return words;
}

}  // namespace isletime::driftlog

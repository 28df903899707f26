// SPDX-License-Identifier: MIT
#include "tools/sntpctl/session.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "libsync/posix/control_socket.hpp"
#include "libsync/record/plain_text.hpp"
#include "tools/common/signals.hpp"
#include "tools/sntpctl/reply_text.hpp"
#include "tools/sntpctl/request_json.hpp"

namespace isletime::sntpctl {
namespace {

constexpr const char* kClearScreen = "\033[H\033[J";

// Only a missing permission is a failure of the system; all other refusals are verdicts.
ExitStatus status_of(const std::string& refusal_name) {
  return refusal_name == "not-permitted" ? ExitStatus::kSystemFailed : ExitStatus::kBadVerdict;
}

std::string text_of(const JsonValue& reply, const char* name) {
  const JsonValue* value = reply.find(name);
  return value == nullptr || value->text() == nullptr ? std::string{} : made_plain(*value->text());
}

}  // namespace

Session::Session(const Options& options, const Log& log, ControlConnection connection)
    : options_(options),
      log_(log),
      connection_(std::move(connection)),
      is_terminal_(isatty(STDOUT_FILENO) == 1),
      shows_colours_(is_terminal_ && std::getenv("NO_COLOR") == nullptr) {}

ExitStatus Session::run() {
  return finished(options_.command == Command::kFeed ? feed() : show());
}

ExitStatus Session::finished(ExitStatus status) const {
  if (!output_.failure()) return status;
  log_.error(to_string(*output_.failure()));
  return ExitStatus::kSystemFailed;
}

ExitStatus Session::show() {
  Answer answer = ask(request_json(options_));
  for (;;) {
    if (const auto* status = std::get_if<ExitStatus>(&answer)) return *status;
    if (const auto* refusal = std::get_if<Refusal>(&answer)) return explain(*refusal);
    print(std::get<Reply>(answer));
    if (!options_.follow || output_.failure()) return ExitStatus::kGood;
    answer = receive(std::nullopt);
  }
}

void Session::print(const Reply& reply) {
  if (options_.json) {
    output_.line(is_terminal_ ? made_plain(reply.line) : reply.line);
    return;
  }
  const bool is_table = options_.command != Command::kActivity;
  if (options_.follow && is_table) {
    if (is_terminal_) output_.write(kClearScreen);
    if (!is_terminal_ && !is_first_) output_.line("");
  }
  is_first_ = false;
  output_.write(reply_text(options_.command, reply.value, shows_colours_));
}

ExitStatus Session::feed() {
  LineSplitter lines(kLargestSampleLine);
  std::array<char, 4096> buffer{};
  for (;;) {
    if (!wait_for_input()) break;
    const ssize_t size = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      log_.error(fmt::format("stdin: {}", std::strerror(errno)));
      return ExitStatus::kSystemFailed;
    }
    if (size == 0) lines.end();
    lines.add({buffer.data(), static_cast<std::size_t>(size)});
    while (const auto line = lines.next()) {
      if (const auto status = feed_line(*line)) return *status;
    }
    if (size == 0) break;
  }
  if (input_failed_) return ExitStatus::kSystemFailed;
  return any_refused_ ? ExitStatus::kBadVerdict : ExitStatus::kGood;
}

bool Session::wait_for_input() {
  for (;;) {
    std::array<pollfd, 2> polled{{{STDIN_FILENO, POLLIN, 0}, {connection_.descriptor(), POLLIN, 0}}};
    const int ready = poll(polled.data(), polled.size(), -1);
    if (stop_requested()) return false;
    if (ready < 0) continue;
    if (polled[0].revents != 0) return true;
    // No request was sent, so this line is not a reply.
    const auto line = connection_.receive(nanoseconds::zero());
    if (!line && line.error() == Silence::kTooLate) continue;
    explain(line ? Silence::kTooLong : line.error());
    input_failed_ = true;
    return false;
  }
}

void Session::refuse_line(const std::string& why) {
  any_refused_ = true;
  log_.error(fmt::format("line {}: refused: {}", line_number_, why));
}

std::optional<ExitStatus> Session::feed_line(const LineSplitter::Line& line) {
  ++line_number_;
  const auto taken = samples_.take(line);
  if (const auto* sample = std::get_if<SampleRecord>(&taken)) return feed_sample(*sample);
  if (const auto* failed = std::get_if<SampleLines::NoOffset>(&taken)) {
    log_.notice(fmt::format("line {}: passed over: {}: {}", line_number_, failed->source, failed->error));
  }
  if (const auto* fault = std::get_if<SampleLines::Fault>(&taken)) {
    refuse_line("bad-sample: " + fault->text);
    if (fault->is_final) return ExitStatus::kBadVerdict;
  }
  return std::nullopt;
}

std::optional<ExitStatus> Session::feed_sample(const SampleRecord& sample) {
  const Answer answer = ask(feed_json(sample));
  if (const auto* status = std::get_if<ExitStatus>(&answer)) return *status;
  if (const auto* refusal = std::get_if<Refusal>(&answer)) {
    refuse_line(fmt::format("{}: {}", refusal->name, refusal->message));
    // The next request would not be permitted either.
    const auto status = status_of(refusal->name);
    return status == ExitStatus::kSystemFailed ? std::optional{status} : std::nullopt;
  }
  const auto& reply = std::get<Reply>(answer);
  if (options_.json) print(reply);
  log_.detail(fmt::format("line {}: {}: {}", line_number_, text_of(reply.value, "verdict"),
                          text_of(reply.value, "message")));
  return std::nullopt;
}

Session::Answer Session::ask(const std::string& request) {
  if (!connection_.send(request)) return explain(stop_requested() ? Silence::kInterrupted : Silence::kClosed);
  return receive(kPatience);
}

Session::Answer Session::receive(std::optional<nanoseconds> patience) {
  auto line = connection_.receive(patience);
  if (!line) return explain(line.error());
  constexpr JsonLimits kLimits{kLargestControlReply, 8};
  auto value = parse_json(*line, kLimits);
  if (!value || value->object() == nullptr) {
    log_.error(fmt::format("{}: the reply is not understood: {}", connection_.path(),
                           value ? "it is not a JSON object" : value.error()));
    return ExitStatus::kSystemFailed;
  }
  if (value->find("error") == nullptr) return Reply{std::move(*line), std::move(*value)};
  if (options_.json) output_.line(is_terminal_ ? made_plain(*line) : *line);
  return Refusal{text_of(*value, "error"), text_of(*value, "message")};
}

ExitStatus Session::explain(Silence silence) const {
  const auto& path = connection_.path();
  switch (silence) {
    case Silence::kTooLate:
      log_.error(fmt::format("{}: no reply within {} s", path, kPatience.count()));
      return ExitStatus::kSystemFailed;
    case Silence::kClosed:
      log_.error(fmt::format("{}: sntpd has closed the connection", path));
      return ExitStatus::kSystemFailed;
    case Silence::kTooLong:
      log_.error(fmt::format("{}: the reply is not understood: a line without end", path));
      return ExitStatus::kSystemFailed;
    case Silence::kInterrupted:
      if (options_.command != Command::kFeed && !options_.follow) return ExitStatus::kSystemFailed;
      // A command that runs without end is ended by a signal, which is no failure.
      return any_refused_ ? ExitStatus::kBadVerdict : ExitStatus::kGood;
  }
  return ExitStatus::kSystemFailed;
}

ExitStatus Session::explain(const Refusal& refusal) const {
  log_.error(fmt::format("{}: {}: {}", to_string(options_.command), refusal.name, refusal.message));
  return status_of(refusal.name);
}

}  // namespace isletime::sntpctl

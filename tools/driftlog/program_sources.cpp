// SPDX-License-Identifier: MIT
#include "tools/driftlog/program_sources.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libsync/posix/random.hpp"
#include "libsync/record/plain_text.hpp"
#include "tools/driftlog/child_program.hpp"

namespace isletime::driftlog {
namespace {

// A script for any POSIX shell. A date that does not support %N prints whole seconds. The shell echoes what
// it was sent before the time, which distinguishes a reply from other output.
constexpr const char* kTimeTeller =
    R"(exec sh -c 'while read -r line; do printf "%s " "$line"; date +%s.%N; done')";
// The largest number of lines that a log-in may print.
constexpr int kMostOtherLines = 1000;

Result<Look, Failure> look_of(MonoTime before, const HeardLine& line) {
  const auto shown = parse_printed_time(line.text);
  if (shown) return Look{before, line.at, *shown};
  return Unexpected{Failure{"garbled", fmt::format("it printed no time, but \"{}\"", shortened(line.text))}};
}

}  // namespace

Result<SampleRecord, Failure> CommandSource::measure(MonoTime deadline) {
  const auto look = [this, deadline]() -> Result<Look, Failure> {
    const MonoTime before = machine_.mono_now();
    auto program = ChildProgram::start(words_);
    if (!program) return Unexpected{program.error()};
    const auto line = program->hear(deadline);
    if (!line) return Unexpected{line.error()};
    return look_of(before, *line);
  };
  return meter_.measure(look, deadline);
}

std::vector<std::string> SshSource::words(MonoTime deadline) const {
  const auto left = std::chrono::ceil<seconds>(elapsed(machine_.mono_now(), deadline));
  std::vector<std::string> words{
      "ssh",           "-T", "-o",
      "BatchMode=yes", "-o", fmt::format("ConnectTimeout={}", std::max<std::int64_t>(1, left.count()))};
  if (!host_.port.empty()) words.insert(words.end(), {"-p", host_.port});
  words.insert(words.end(), {"--", host_.destination, kTimeTeller});
  return words;
}

Result<SampleRecord, Failure> SshSource::measure(MonoTime deadline) {
  auto program = ChildProgram::start(words(deadline));
  if (!program) return Unexpected{program.error()};
  const auto look = [&]() -> Result<Look, Failure> {
    const std::string word = fmt::format("{:016x}", random_u64());
    const MonoTime before = machine_.mono_now();
    program->say(word + '\n');
    for (int others = 0; others < kMostOtherLines; ++others) {
      const auto line = program->hear(deadline);
      if (!line) return Unexpected{line.error()};
      if (line->text.starts_with(word)) return look_of(before, {line->text.substr(word.size()), line->at});
    }
    return Unexpected{Failure{"garbled", "it does not answer what it is asked"}};
  };
  // The first reply takes as long as the log-in.
  if (const auto first = look(); !first) return Unexpected{first.error()};
  return meter_.measure(look, deadline);
}

}  // namespace isletime::driftlog

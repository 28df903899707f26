// SPDX-License-Identifier: MIT
#include "tools/driftlog/logging.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "libsync/core/rfc3339.hpp"
#include "tools/common/signals.hpp"
#include "tools/driftlog/clocks.hpp"
#include "tools/driftlog/log_loop.hpp"
#include "tools/driftlog/make_source.hpp"
#include "tools/driftlog/record_file.hpp"

namespace isletime::driftlog {
namespace {

std::vector<std::string> names_of(const LogOptions& options) {
  std::vector<std::string> names;
  for (const SourceText& source : options.sources) names.push_back(source.name);
  return names;
}

void say_how_it_goes_on(const RecordFile& file, const std::string& path, const Log& log) {
  const auto latest = format_rfc3339(*file.earlier().latest);
  log.notice(fmt::format("{}: goes on behind {} rows, the last of {:.19}Z", path, file.earlier().rows,
                         std::string_view{latest.data(), latest.size()}));
  if (read_clocks().wall < *file.earlier().latest)
    log.notice(fmt::format("{}: its last row is of a time to come: is this machine's clock set?", path));
}

}  // namespace

ExitStatus log_clocks(const LogOptions& options, Log::Level level, WallTime made) {
  const Log log("driftlog", level);
  auto file = options.resume ? RecordFile::resume(*options.resume, options.format, names_of(options))
                             : RecordFile::on_stdout(options.format);
  if (!file) {
    log.error(file.error().text);
    return file.error().is_systems ? ExitStatus::kSystemFailed : ExitStatus::kUsage;
  }
  catch_signals(Hangup::kStops);
  ThisMachine machine;
  battery_clock::DevicesOfLinux devices;
  LogLoop::Sources sources;
  for (const SourceText& source : options.sources)
    sources.push_back(make_source(source, options, machine, devices, made));
  const auto reference =
      options.reference ? make_source(*options.reference, options, machine, devices, made) : nullptr;
  const World world{read_clocks, sleep_until_boot, stop_requested,
                    [&options] { return options.thermal ? read_celsius(*options.thermal) : std::nullopt; },
                    [&file](const SampleRecord& record) {
                      file->add(record);
                      return !file->failure();
                    }};
  Progress progress(isatty(STDERR_FILENO) == 1 && level != Log::Level::kErrors);
  LogLoop loop(options, sources, reference.get(), world, log, progress);
  file->begin();
  if (file->is_resumed()) {
    say_how_it_goes_on(*file, *options.resume, log);
    loop.mark_resumed();
  }
  if (options.sets_first && file->is_resumed())
    log.notice("--set-first: not again, as the experiment goes on");
  const bool is_ready = !options.sets_first || file->is_resumed() || loop.set_sources();
  if (is_ready) loop.run();
  progress.clear();
  if (file->failure()) {
    log.error(to_string(*file->failure()));
    return ExitStatus::kSystemFailed;
  }
  if (!is_ready) return ExitStatus::kBadVerdict;
  const auto never = loop.never_measured();
  for (const std::string& name : never) log.error(name + ": no offset of it was measured");
  return never.empty() ? ExitStatus::kGood : ExitStatus::kBadVerdict;
}

}  // namespace isletime::driftlog

// SPDX-License-Identifier: MIT
#include "libsync/posix/clocks.hpp"
#include "tools/common/build_time.hpp"
#include "tools/common/signals.hpp"
#include "tools/rtcset/job.hpp"
#include "tools/rtcset/read_stdin.hpp"

namespace {

using namespace isletime;
using namespace isletime::rtcset;

ExitStatus run_program(int argc, const char* const* argv) {
  const MonoTime began = mono_now();
  const auto parsed = parse_options(argc, argv);
  if (const auto* status = std::get_if<ExitStatus>(&parsed)) return *status;
  const auto& options = std::get<Options>(parsed);
  const Log log("rtcset", options.level);
  catch_signals(Hangup::kStops);
  Output output;
  ThisMachine machine;
  battery_clock::DevicesOfLinux devices;
  Job job{options,   log,   output,       machine,
          devices,   began, build_time(), [&options] { return battery_clock::find_sntpd(options.control); },
          read_stdin};
  return run(job);
}

}  // namespace

int main(int argc, char** argv) {
  return static_cast<int>(run_program(argc, argv));
}

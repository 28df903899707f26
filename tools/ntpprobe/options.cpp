// SPDX-License-Identifier: MIT
#include "tools/ntpprobe/options.hpp"

#include "libsync/core/ntp_packet.hpp"
#include "libsync/posix/key_file.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/seconds_option.hpp"

namespace isletime::ntpprobe {
namespace {

constexpr ProgramText kText{"ntpprobe", "Measure NTP servers: how far off is this machine's clock?",
                            "Also, see ntpprobe(1): --interleaved --key --keys --max-stratum\n"
                            "Example: the best of 8 samples; fail if more than 10 ms off\n"
                            "  ntpprobe --samples 8 --max-offset 0.01 192.168.4.1"};

struct Words {
  std::vector<std::string> hosts;
  std::uint16_t port = kNtpPort;
  std::string interval;
  std::string timeout;
  std::string max_offset;
  bool csv = false;
  bool json = false;
};

Check must_be_seconds(nanoseconds least, const char* what) {
  return must_be(what, [=](const std::string& text) {
    const auto value = parse_seconds(text);
    return value && *value >= least;
  });
}

void add_options(CommandLine& app, Options& options, Words& words) {
  using std::chrono::milliseconds;
  const auto is_host = must_be("HOST, HOST:PORT or [IPV6]:PORT",
                               [](const std::string& text) { return parse_host(text, 123); });
  app.add_option("HOST", words.hosts, "Names or addresses, also as HOST:PORT or [IPV6]:PORT")
      .type_name("")
      .required()
      .check(is_host);
  app.add_option("-p,--port", words.port, "UDP port (default: 123)")
      .type_name("PORT")
      .check(must_be_within(1, 65535));
  app.add_option("-n,--samples", options.samples, "Ask N times, take the one of least delay (default: 1)")
      .type_name("N")
      .check(must_be_within(1, 1000));
  app.add_option("-i,--interval", words.interval, "Seconds between queries (default: 2)")
      .type_name("S")
      .check(must_be_seconds(nanoseconds::zero(), "a number of seconds"));
  app.add_option("-t,--timeout", words.timeout, "Seconds to wait for a reply (default: 2)")
      .type_name("S")
      .check(must_be_seconds(milliseconds{1}, "a number of seconds, at least 0.001"));
  app.add_flag("-m,--monitor", options.monitor, "Go on until interrupted, a row a sample");
  const Option csv = app.add_flag("--csv", words.csv, "Print sample records as CSV");
  app.add_flag("--json", words.json, "Print sample records as JSON, one a line").excludes(csv);
  app.add_option("--max-offset", words.max_offset, "Fail if the clocks differ by more")
      .type_name("S")
      .check(must_be_seconds(nanoseconds::zero(), "a number of seconds"));
}

// Adds options that few need. --help, which must fit a screen, only names them.
void add_rare_options(CommandLine& app, Options& options) {
  const auto is_key_id = [](const std::string& text) { return parse_key_id(text).has_value(); };
  app.add_flag("--interleaved", options.interleaved).unlisted();
  app.add_option("--key", options.key)
      .check(must_be("a key's number, 1 to 4294967295", is_key_id))
      .unlisted();
  app.add_option("--keys", options.keys).unlisted();
  const auto is_stratum = [within = must_be_within(1, 15)](const std::string& text) {
    return within(text).empty();
  };
  app.add_option("--max-stratum", options.max_stratum)
      .check(must_be("a stratum, 1 to 15", is_stratum))
      .unlisted();
}

// Finds options that contradict each other. Returns null if there are none.
const char* find_fault(const Options& options) {
  if (options.key && !options.keys) return "--key needs --keys, the file in which the key is";
  if (options.interleaved && options.samples < 2 && !options.monitor) {
    return "--interleaved needs --samples 2 or more, or --monitor: a first reply tells of none before it";
  }
  if (options.keys && !options.key) return "--keys needs --key, the number of the key that signs";
  return nullptr;
}

Options converted(Options options, const Words& words) {
  for (const auto& text : words.hosts) options.hosts.push_back(*parse_host(text, words.port));
  if (!words.interval.empty()) options.interval = parse_seconds(words.interval);
  if (!words.timeout.empty()) options.timeout = *parse_seconds(words.timeout);
  if (!words.max_offset.empty()) options.max_offset = parse_seconds(words.max_offset);
  if (words.csv) options.format = Format::kCsv;
  if (words.json) options.format = Format::kJson;
  return options;
}

}  // namespace

std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv) {
  Options options;
  Words words;
  CommandLine app(kText, options.level);
  add_options(app, options, words);
  add_rare_options(app, options);
  if (const auto status = app.parse(argc, argv)) return *status;
  if (const char* fault = find_fault(options)) {
    Log(kText.name, Log::Level::kErrors).error(std::string{fault} + "; see ntpprobe --help");
    return ExitStatus::kUsage;
  }
  return converted(options, words);
}

}  // namespace isletime::ntpprobe

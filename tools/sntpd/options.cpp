// SPDX-License-Identifier: MIT
#include "tools/sntpd/options.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "libsync/posix/socket_address.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/config_file.hpp"
#include "tools/common/seconds_option.hpp"

namespace isletime::sntpd {
namespace {

constexpr ProgramText kText{
    "sntpd", "Keep an island's time, and serve it by NTP.",
    "Also, see sntpd(8): --access-point --bind-key --broadcast --control --keys\n"
    "  --local-stratum --maxpoll --minpoll --monitor --no-control --no-rate-limit\n"
    "  --no-sandbox --panic --reliable-within --rtc --signed-only --state-dir --step\n"
    "  --step-always --user --workers\n"
    "Example, without root: sntpd --local --no-clock --bind 127.0.0.1 --port 11123"};

struct Words {
  std::vector<std::string> bind;
  std::vector<std::string> allow;
  std::vector<std::string> deny;
  std::vector<std::string> monitor;
  std::vector<std::string> servers;
  std::vector<std::string> pools;
  std::vector<std::string> key_bindings;
  std::vector<std::string> broadcasts;
  std::optional<std::string> rtc;
  std::optional<std::uint8_t> minpoll;
  std::optional<std::uint8_t> maxpoll;
  std::optional<std::string> step;
  std::optional<std::string> panic;
  std::optional<std::string> reliable_within;
};

std::vector<AccessRule> rules_of(const Words& words) {
  std::vector<AccessRule> rules;
  for (const auto& text : words.allow) rules.push_back({*parse_prefix(text), Access::kAllow});
  for (const auto& text : words.deny) rules.push_back({*parse_prefix(text), Access::kDeny});
  if (words.allow.empty()) {
    for (const Prefix& prefix : kLocalPrefixes) rules.push_back({prefix, Access::kAllow});
  }
  sort_by_precedence(rules);
  return rules;
}

// Parses text such as "7=192.168.4.0/24".
std::optional<KeyBinding> parse_binding(const std::string& text) {
  KeyBinding binding;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, binding.key_id);
  if (failure != std::errc{} || binding.key_id == 0 || stop == end || *stop != '=') return std::nullopt;
  const auto prefix = parse_prefix(std::string{stop + 1, end});
  if (!prefix) return std::nullopt;
  binding.prefix = *prefix;
  return binding;
}

std::vector<AccessRule> monitors_of(const Words& words) {
  std::vector<AccessRule> rules;
  rules.reserve(kLoopbackPrefixes.size() + words.monitor.size());
  for (const Prefix& prefix : kLoopbackPrefixes) rules.push_back({prefix, Access::kAllow});
  for (const auto& text : words.monitor) rules.push_back({*parse_prefix(text), Access::kAllow});
  sort_by_precedence(rules);
  return rules;
}

Check is_prefix() {
  return must_be("an IP address or a prefix such as 10.0.0.0/8",
                 [](const std::string& text) { return parse_prefix(text).has_value(); });
}

void add_service_options(CommandLine& app, Options& options, Words& words) {
  const auto is_address =
      must_be("an IP address", [](const std::string& text) { return parse_address(text).has_value(); });
  app.add_option("-b,--bind", words.bind, "Serve on this address; repeatable (default: all)")
      .repeatable()
      .type_name("ADDRESS")
      .check(is_address);
  app.add_option("-p,--port", options.port, "Serve on this UDP port (default: 123); 0: nobody")
      .type_name("PORT")
      .check(must_be_within(0, 65535));
  app.add_option("--allow", words.allow, "Answer it (default: loopback, private, link-local)")
      .repeatable()
      .type_name("PREFIX")
      .check(is_prefix());
  app.add_option("--deny", words.deny, "Do not answer it; the longest prefix decides")
      .repeatable()
      .type_name("PREFIX")
      .check(is_prefix());
}

void add_source_options(CommandLine& app, Options& options, Words& words) {
  const Check is_server = [](const std::string& text) {
    const auto server = parse_server_option(text);
    return server ? std::string{} : '"' + text + "\": " + server.error();
  };
  app.add_option("-s,--server", words.servers, "Take the time from HOST; repeatable")
      .repeatable()
      .type_name("HOST[,...]")
      .check(is_server);
  app.add_option("--pool", words.pools, "The same, from several of its addresses")
      .repeatable()
      .type_name("HOST[,...]")
      .check(is_server);
  app.add_flag("--no-clock", options.no_clock, "Never set this machine's clock");
  app.add_flag("--local", options.is_island_reference, "Serve this clock as the island's, whatever it reads");
}

// Adds rarely needed options. --help must fit a screen, so it only names them.
void add_rare_options(CommandLine& app, Options& options, Words& words) {
  const auto is_poll = must_be_within(kLeastPoll, kMostPoll);
  const auto is_binding = must_be("a key's number and a prefix, as in 7=192.168.4.0/24",
                                  [](const std::string& text) { return parse_binding(text).has_value(); });
  const auto is_duration =
      must_be("a number of seconds", [](const std::string& text) { return parse_seconds(text).has_value(); });
  app.add_option("--access-point", options.access_point).unlisted();
  const Check is_broadcast = [](const std::string& text) {
    const auto broadcast = parse_broadcast_option(text);
    return broadcast ? std::string{} : '"' + text + "\": " + broadcast.error();
  };
  app.add_option("--broadcast", words.broadcasts).repeatable().check(is_broadcast).unlisted();
  app.add_option("--control", options.control_socket).unlisted();
  app.add_option("--bind-key", words.key_bindings).repeatable().check(is_binding).unlisted();
  app.add_option("--keys", options.keys).unlisted();
  app.add_option("--local-stratum", options.local_stratum).check(must_be_within(1, 15)).unlisted();
  app.add_option("--maxpoll", words.maxpoll).check(is_poll).unlisted();
  app.add_option("--minpoll", words.minpoll).check(is_poll).unlisted();
  app.add_option("--monitor", words.monitor).repeatable().check(is_prefix()).unlisted();
  app.add_flag("--no-control", options.no_control).unlisted();
  app.add_flag("--no-rate-limit", options.no_rate_limit).unlisted();
  app.add_flag("--no-sandbox", options.no_sandbox).unlisted();
  app.add_option("--panic", words.panic).check(is_duration).unlisted();
  const Check is_rtc = [](const std::string& text) {
    const auto rtc = parse_rtc_option(text);
    return rtc ? std::string{} : '"' + text + "\": " + rtc.error();
  };
  app.add_option("--rtc", words.rtc).check(is_rtc).unlisted();
  app.add_option("--reliable-within", words.reliable_within).check(is_duration).unlisted();
  app.add_flag("--signed-only", options.signed_only).unlisted();
  app.add_option("--state-dir", options.state_folder).unlisted();
  app.add_option("--step", words.step).check(is_duration).unlisted();
  app.add_flag("--step-always", options.limits.step.at_any_time).unlisted();
  app.add_option("--user", options.user).unlisted();
  app.add_option("--workers", options.workers).check(must_be_within(0, 64)).unlisted();
}

// An error is one clause.
std::optional<std::string> take_polls(const Words& words, Options& options) {
  if (words.minpoll && words.maxpoll && *words.minpoll > *words.maxpoll)
    return "--minpoll is above --maxpoll";
  options.minpoll =
      words.minpoll.value_or(std::min(options.minpoll, words.maxpoll.value_or(options.minpoll)));
  options.maxpoll = words.maxpoll.value_or(std::max(options.maxpoll, options.minpoll));
  return std::nullopt;
}

std::optional<std::string> find_contradiction(const Options& options) {
  if (options.no_control && options.control_socket) return "--no-control contradicts --control";
  if (!options.broadcasts.empty() && options.port == 0) return "--broadcast contradicts --port 0";
  if (options.keys) return std::nullopt;
  if (options.signed_only) return "--signed-only needs --keys";
  if (!options.key_bindings.empty()) return "--bind-key needs --keys";
  for (const BroadcastOption& broadcast : options.broadcasts) {
    if (broadcast.key) return fmt::format("--broadcast: key={} needs --keys", *broadcast.key);
  }
  for (const auto* hosts : {&options.servers, &options.pools}) {
    for (const ServerOption& server : *hosts) {
      if (server.key) return fmt::format("{}: key={} needs --keys", server.host.text, *server.key);
    }
  }
  return std::nullopt;
}

void take_durations(const Words& words, ControlLimits& limits) {
  if (const auto step = parse_seconds(words.step.value_or("")))
    limits.step.threshold = *step == nanoseconds::zero() ? std::nullopt : step;
  if (const auto panic = parse_seconds(words.panic.value_or(""))) limits.panic = *panic;
}

}  // namespace

bool takes_broadcasts(const Options& options) {
  const auto takes = [](const ServerOption& server) { return server.takes_broadcasts; };
  return std::any_of(options.servers.begin(), options.servers.end(), takes) ||
         std::any_of(options.pools.begin(), options.pools.end(), takes);
}

std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv) {
  Options options;
  Words words;
  CommandLine app(kText, options.level);
  add_service_options(app, options, words);
  add_source_options(app, options, words);
  add_rare_options(app, options, words);
  add_config_option(app);
  if (const auto status = app.parse(argc, argv)) return *status;
  std::transform(words.bind.begin(), words.bind.end(), std::back_inserter(options.bind),
                 [](const std::string& text) { return *parse_address(text); });
  options.access_rules = rules_of(words);
  options.monitors = monitors_of(words);
  for (const auto& text : words.servers) options.servers.push_back(*parse_server_option(text));
  for (const auto& text : words.key_bindings) options.key_bindings.push_back(*parse_binding(text));
  for (const auto& text : words.pools) options.pools.push_back(*parse_server_option(text));
  for (const auto& text : words.broadcasts) options.broadcasts.push_back(*parse_broadcast_option(text));
  if (words.rtc) options.rtc = *parse_rtc_option(*words.rtc);
  take_durations(words, options.limits);
  if (const auto most = parse_seconds(words.reliable_within.value_or(""))) options.reliable_within = {*most};
  auto fault = take_polls(words, options);
  if (!fault) fault = find_contradiction(options);
  if (!fault) return options;
  Log("sntpd", Log::Level::kErrors).error(*fault + "; see sntpd --help");
  return ExitStatus::kUsage;
}

}  // namespace isletime::sntpd

// SPDX-License-Identifier: MIT
#include "tools/sntpd/options.hpp"

#include <algorithm>

#include "libsync/posix/socket_address.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/config_file.hpp"

namespace isletime::sntpd {
namespace {

constexpr ProgramText kText{"sntpd", "Serve this machine's time to an island by NTP.",
                            "Example: try it without root, on another port, from this machine only\n"
                            "  sntpd --no-clock --bind 127.0.0.1 --port 11123"};

struct Words {
  std::vector<std::string> bind;
  std::vector<std::string> allow;
  std::vector<std::string> deny;
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

void add_options(CLI::App& app, Options& options, Words& words) {
  const auto is_address =
      must_be("an IP address", [](const std::string& text) { return parse_address(text).has_value(); });
  const auto is_prefix = must_be("an IP address or a prefix such as 10.0.0.0/8",
                                 [](const std::string& text) { return parse_prefix(text).has_value(); });
  app.add_option("-b,--bind", words.bind, "Serve on this address; repeatable (default: all)")
      ->type_name("ADDRESS")
      ->allow_extra_args(false)
      ->check(is_address);
  app.add_option("-p,--port", options.port, "Serve on this UDP port (default: 123)")
      ->type_name("PORT")
      ->check(must_be_within(1, 65535));
  app.add_option("--allow", words.allow, "Answer it (default: loopback, private, link-local)")
      ->type_name("PREFIX")
      ->allow_extra_args(false)
      ->check(is_prefix);
  app.add_option("--deny", words.deny, "Do not answer it; the longest prefix decides")
      ->type_name("PREFIX")
      ->allow_extra_args(false)
      ->check(is_prefix);
  app.add_option("--local-stratum", options.local_stratum,
                 "Stratum of this machine's own clock (default: 10)")
      ->type_name("N")
      ->check(must_be_within(1, 15));
  app.add_flag("--unsynchronised", options.unsynchronised, "The clock is not right: tell clients so");
  app.add_flag("--no-clock")->description("Never set this machine's clock");
  app.add_option("--workers", options.workers, "Threads an address; 0: none (default: 1)")
      ->type_name("N")
      ->check(must_be_within(0, 64));
  add_config_option(app);
}

}  // namespace

std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv) {
  Options options;
  Words words;
  const auto app = make_command_line(kText, options.level);
  add_options(*app, options, words);
  if (const auto status = parse_command_line(*app, argc, argv)) return *status;
  std::transform(words.bind.begin(), words.bind.end(), std::back_inserter(options.bind),
                 [](const std::string& text) { return *parse_address(text); });
  options.access_rules = rules_of(words);
  return options;
}

}  // namespace isletime::sntpd

// SPDX-License-Identifier: MIT
#include "tools/syncweb/options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libsync/posix/socket_address.hpp"
#include "tools/common/command_line.hpp"
#include "tools/common/config_file.hpp"
#include "tools/common/paths.hpp"
#include "tools/common/seconds_option.hpp"
#include "tools/syncweb/access/authority.hpp"

namespace isletime::syncweb {
namespace {

constexpr ProgramText kText{"syncweb",
                            "The hub's web page: phones give it the time, everybody sees its state.",
                            "Also, see syncweb(8): --deny --make-pin --name --no-sandbox --phone-error\n"
                            "  --state-dir --user\n"
                            "Example: on ports that need no root, without HTTPS\n"
                            "  syncweb --port 8080 --tls-port 0"};

struct Words {
  std::vector<std::string> bind;
  std::vector<std::string> allow;
  std::vector<std::string> deny;
  std::vector<std::string> permit;
  std::vector<std::string> automatic;
  std::vector<std::string> names;
  std::string phone_error;
  std::string control;
};

bool is_host_name(const std::string& text) {
  const auto called = parse_authority(text);
  return called && !called->address && !called->port;
}

void add_options(CommandLine& app, Options& options, Words& words) {
  const auto is_address =
      must_be("an IP address", [](const std::string& text) { return parse_address(text).has_value(); });
  const auto is_prefix = must_be("an IP address or a prefix such as 10.0.0.0/8",
                                 [](const std::string& text) { return parse_prefix(text).has_value(); });
  const auto is_place = must_be("an interface, an IP address or a prefix",
                                [](const std::string& text) { return parse_place(text).has_value(); });
  app.add_option("-b,--bind", words.bind, "Serve on this address; repeatable (default: all)")
      .repeatable()
      .type_name("ADDRESS")
      .check(is_address);
  app.add_option("-p,--port", options.port, "HTTP on this TCP port (default: 80); 0: none")
      .type_name("PORT")
      .check(must_be_within(0, 65535));
  app.add_option("--tls-port", options.tls_port, "HTTPS on this TCP port (default: 443); 0: none")
      .type_name("PORT")
      .check(must_be_within(0, 65535));
  app.add_option("--allow", words.allow, "Who may look (default: loopback, private, link-local)")
      .repeatable()
      .type_name("PREFIX")
      .check(is_prefix);
  app.add_option("--deny", words.deny).repeatable().check(is_prefix).unlisted();
  app.add_option("--permit", words.permit, "Who may set the time and reset (default: lo, ap0)")
      .repeatable()
      .type_name("PLACE")
      .check(is_place);
  app.add_option("--automatic", words.automatic, "Whose phones set the hub unasked (default: ap0)")
      .repeatable()
      .type_name("PLACE")
      .check(is_place);
  app.add_option("--pin-file", options.pin_file, "Ask for the PIN of FILE before changes").type_name("FILE");
  app.add_flag("--portal", options.is_portal, "Lead phones that join to the page");
  app.add_option("--control", words.control, "The control socket of sntpd").type_name("PATH");
}

// Adds options that few need. --help, which must fit a screen, only names them.
void add_rare_options(CommandLine& app, Options& options, Words& words) {
  app.add_option("--name", words.names).repeatable().check(must_be("a host name", is_host_name)).unlisted();
  app.add_flag("--no-sandbox", options.no_sandbox).unlisted();
  app.add_option("--phone-error", words.phone_error)
      .check(must_be("a number of seconds",
                     [](const std::string& text) {
                       const auto value = parse_seconds(text);
                       return value && *value >= nanoseconds::zero();
                     }))
      .unlisted();
  app.add_flag("--make-pin", options.is_to_make_pin).unlisted();
  app.add_option("--state-dir", options.state_folder).unlisted();
  app.add_option("--user", options.user).unlisted();
}

std::vector<AccessRule> access_rules_of(const Words& words) {
  std::vector<AccessRule> rules;
  for (const auto& text : words.allow) rules.push_back({*parse_prefix(text), Access::kAllow});
  if (words.allow.empty()) {
    for (const Prefix& prefix : kLocalPrefixes) rules.push_back({prefix, Access::kAllow});
  }
  for (const auto& text : words.deny) rules.push_back({*parse_prefix(text), Access::kDeny});
  sort_by_precedence(rules);
  return rules;
}

void set_places(std::vector<Place>& places, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  places.clear();
  for (const auto& text : texts) places.push_back(*parse_place(text));
}

Options converted(Options options, const Words& words) {
  for (const auto& text : words.bind) options.bind.push_back(*parse_address(text));
  options.access_rules = access_rules_of(words);
  set_places(options.permitted, words.permit);
  set_places(options.automatic, words.automatic);
  options.names = words.names;
  if (!words.phone_error.empty()) options.phone_error = {*parse_seconds(words.phone_error)};
  options.control_sockets =
      words.control.empty() ? control_sockets_to_try(surroundings()) : std::vector{words.control};
  return options;
}

}  // namespace

std::variant<Options, ExitStatus> parse_options(int argc, const char* const* argv) {
  Options options;
  Words words;
  CommandLine app(kText, options.level);
  add_config_option(app);
  add_options(app, options, words);
  add_rare_options(app, options, words);
  if (const auto status = app.parse(argc, argv)) return *status;
  if (options.port == 0 && options.tls_port == 0) {
    Log(kText.name, Log::Level::kErrors)
        .error("--port 0 and --tls-port 0 leave nothing to serve; see syncweb --help");
    return ExitStatus::kUsage;
  }
  if (options.port == options.tls_port) {
    Log(kText.name, Log::Level::kErrors)
        .error(
            fmt::format("--port and --tls-port are both {}: HTTP and HTTPS each need their own; see syncweb "
                        "--help",
                        options.port));
    return ExitStatus::kUsage;
  }
  return converted(options, words);
}

}  // namespace isletime::syncweb

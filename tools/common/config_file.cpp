// SPDX-License-Identifier: MIT
#include "tools/common/config_file.hpp"

#include <algorithm>
#include <memory>
#include <sstream>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace isletime {
namespace {

constexpr std::size_t kLargestFile = std::size_t{64} * 1024;

std::string_view trimmed(std::string_view text) {
  text = text.substr(0, text.find('#'));
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool is_key(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool has_even_quotes(std::string_view text) {
  return std::count(text.begin(), text.end(), '"') % 2 == 0;
}

bool is_text(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\r' || c == '\t';
  });
}

// Checks one line outside an array. Returns null if it is well formed.
const char* find_line_fault(std::string_view line) {
  if (line.front() == '[') return "sections are not used here";
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return "expected \"key = value\"";
  if (!is_key(trimmed(line.substr(0, equals))))
    return "a key is the name of a long option, without the dashes";
  if (trimmed(line.substr(equals + 1)).empty()) return "the value is missing";
  return nullptr;
}

bool opens_array(std::string_view line) {
  return trimmed(line.substr(line.find('=') + 1)).front() == '[' && line.back() != ']';
}

class StrictToml : public CLI::ConfigTOML {
 public:
  explicit StrictToml(const CLI::App& app) : app_(app) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::string text(kLargestFile + 1, '\0');
    input.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(input.gcount()));
    const auto plain = plain_config(text);
    if (!plain) throw CLI::ConversionError(plain.error());
    std::istringstream lines(*plain);
    auto entries = CLI::ConfigTOML::from_config(lines);
    for (const CLI::ConfigItem& item : entries) {
      if (app_.get_option_no_throw("--" + item.name) != nullptr) continue;
      throw CLI::ConversionError(fmt::format("configuration: there is no option \"{}\"", item.name));
    }
    return entries;
  }

 private:
  const CLI::App& app_;
};

}  // namespace

Result<std::string, std::string> plain_config(const std::string& text) {
  if (text.size() > kLargestFile) return Unexpected{std::string{"the configuration is larger than 64 KiB"}};
  if (!is_text(text)) return Unexpected{std::string{"the configuration is not a text file"}};
  std::istringstream lines(text);
  std::string plain;
  std::string raw;
  bool in_array = false;
  for (int number = 1; std::getline(lines, raw); ++number) {
    const std::string_view line = trimmed(raw);
    if (line.empty()) continue;
    const char* fault = in_array ? nullptr : find_line_fault(line);
    if (fault == nullptr && !has_even_quotes(line)) fault = "a quotation mark is missing";
    if (fault != nullptr) return Unexpected{fmt::format("configuration, line {}: {}", number, fault)};
    plain += line;
    in_array = in_array ? line.back() != ']' : opens_array(line);
    if (!in_array) plain += '\n';
  }
  if (in_array) return Unexpected{std::string{"configuration: an array is not closed with \"]\""}};
  return plain;
}

void add_config_option(CommandLine& line) {
  CLI::App& app = line.app();
  app.set_config("-c,--config", "", "Read options from FILE, as name = value")->type_name("FILE");
  app.config_formatter(std::make_shared<StrictToml>(app));
}

}  // namespace isletime

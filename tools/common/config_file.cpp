// SPDX-License-Identifier: MIT
#include "tools/common/config_file.hpp"

#include <algorithm>
#include <memory>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

namespace isletime {
namespace {

constexpr std::size_t kLargestFile = 64 * 1024;

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

// One line outside an array. `opens_array`: its value goes on in the lines that follow.
const char* find_line_fault(std::string_view line, bool& opens_array) {
  if (line.front() == '[') return "sections are not used here";
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return "expected \"key = value\"";
  if (!is_key(trimmed(line.substr(0, equals))))
    return "a key is the name of a long option, without the dashes";
  const std::string_view value = trimmed(line.substr(equals + 1));
  if (value.empty()) return "the value is missing";
  if (!has_even_quotes(value)) return "a quotation mark is missing";
  opens_array = value.front() == '[' && value.back() != ']';
  return nullptr;
}

class StrictToml : public CLI::ConfigTOML {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::string text(kLargestFile + 1, '\0');
    input.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(input.gcount()));
    if (const auto fault = find_config_fault(text)) {
      throw CLI::ConversionError(*fault);
    }
    std::istringstream checked(text);
    return CLI::ConfigTOML::from_config(checked);
  }
};

}  // namespace

std::optional<std::string> find_config_fault(const std::string& text) {
  if (text.size() > kLargestFile) return "the configuration is larger than 64 KiB";
  if (!is_text(text)) return "the configuration is not a text file";
  std::istringstream lines(text);
  std::string raw;
  bool in_array = false;
  int number = 0;
  while (std::getline(lines, raw)) {
    ++number;
    const std::string_view line = trimmed(raw);
    if (line.empty()) continue;
    const char* fault = nullptr;
    if (in_array) {
      if (!has_even_quotes(line)) fault = "a quotation mark is missing";
      in_array = line.back() != ']';
    } else {
      fault = find_line_fault(line, in_array);
    }
    if (fault != nullptr) return fmt::format("configuration, line {}: {}", number, fault);
  }
  if (in_array) return "configuration: an array is not closed with \"]\"";
  return std::nullopt;
}

void add_config_option(CLI::App& app) {
  app.set_config("-c,--config", "", "Read options from FILE, as name = value")->type_name("FILE");
  app.config_formatter(std::make_shared<StrictToml>());
  app.allow_config_extras(CLI::config_extras_mode::error);
}

}  // namespace isletime

// SPDX-License-Identifier: MIT
// The input is a method, a target, and header fields as "name: value", a line each. Whatever gets through to
// the handlers is plain text, has one host, and means what its canonical form means.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "libsync/record/plain_text.hpp"
#include "tests/fuzz/harness.hpp"
#include "tools/syncweb/serving/request_reader.hpp"
#include "tools/syncweb/serving/request_target.hpp"

using namespace isletime;
using namespace isletime::syncweb;
using isletime::fuzz::require;

namespace {

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

std::vector<Field> take_fields(std::string_view& rest) {
  std::vector<Field> fields;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    const auto end = std::min(line.find(": "), line.size());
    fields.push_back(
        {std::string{line.substr(0, end)}, std::string{line.substr(std::min(end + 2, line.size()))}});
  }
  return fields;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return result;
}

// All characters but the first "/" are escaped.
std::string canonical(const Request& request) {
  std::string text = "/" + escaped(request.path.substr(1));
  char separator = '?';
  for (const Field& field : request.query) {
    text += std::exchange(separator, '&') + escaped(field.name) + '=' + escaped(field.value);
  }
  return text;
}

bool are_same(const std::vector<Field>& a, const std::vector<Field>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Field& left, const Field& right) {
    return left.name == right.name && left.value == right.value;
  });
}

void check_request(const Request& request) {
  require(request.path.starts_with('/') && is_plain(request.path), "a path is plain and from the root");
  require(request.query.size() <= kMostParameters, "there are few parameters");
  for (const Field& field : request.query)
    require(is_plain(field.name) && is_plain(field.value), "parameters are plain");
  std::size_t hosts = 0;
  for (const Field& field : request.headers) {
    require(std::none_of(field.name.begin(), field.name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }),
            "names of fields are in lower case");
    require(!field.name.empty() && field.value.find_first_of("\r\n") == std::string::npos,
            "a field is one line");
    hosts += field.name == "host" ? 1 : 0;
  }
  require(hosts <= 1, "there is one host at most");
  const auto again = parse_target(canonical(request));
  require(again && again->path == request.path && are_same(again->query, request.query),
          "what was decoded can be encoded and decoded");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  const std::string_view method = take_line(rest);
  const std::string_view target = take_line(rest);
  auto fields = take_fields(rest);
  for (const Field& field : fields) static_cast<void>(announces_too_much(field.value));
  static_cast<void>(refuse_unclear_end(fields));
  const auto read = read_request(method, target, std::move(fields));
  if (const auto* request = std::get_if<Request>(&read)) {
    check_request(*request);
  } else {
    const auto status = static_cast<int>(std::get<Response>(read).status);
    require(status == 400 || status == 405, "a refusal is the client's fault");
  }
  return 0;
}

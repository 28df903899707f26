// SPDX-License-Identifier: MIT
#include "tools/syncweb/hub/json_text.hpp"

#include <string_view>
#include <variant>

#include "libsync/record/json_writer.hpp"
#include "libsync/record/plain_text.hpp"

namespace isletime::syncweb {
namespace {

class JsonTextMaker {
 public:
  void operator()(std::nullptr_t) { text += "null"; }
  void operator()(bool flag) { text += flag ? "true" : "false"; }
  void operator()(const JsonNumber& number) { text += number.text; }
  void operator()(const std::string& words) { text += json_quoted(made_plain(words)); }
  void operator()(const JsonValue::Array& items) {
    char separator = '[';
    for (const JsonValue& item : items) {
      text += separator;
      std::visit(*this, item.content);
      separator = ',';
    }
    text += items.empty() ? "[]" : "]";
  }
  void operator()(const JsonValue::Object& members) {
    char separator = '{';
    for (const JsonMember& member : members) {
      text += separator;
      text += json_quoted(made_plain(member.name));
      text += ':';
      std::visit(*this, member.value.content);
      separator = ',';
    }
    text += members.empty() ? "{}" : "}";
  }

  std::string text;
};

}  // namespace

// The depth is limited where the value was read.
std::string json_text(const JsonValue& value) {
  JsonTextMaker maker;
  std::visit(maker, value.content);
  return std::move(maker.text);
}

}  // namespace isletime::syncweb

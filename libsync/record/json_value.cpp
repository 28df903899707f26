// SPDX-License-Identifier: MIT
#include "libsync/record/json_value.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include <fmt/format.h>

#include "libsync/record/plain_text.hpp"

namespace isletime {
namespace {

constexpr int kNumberOverflow = 406;  // the library's code for a number beyond a double

// The callbacks of the library's parser. Returning false stops it.
class Builder {
 public:
  explicit Builder(std::size_t depth) : most_depth_(depth) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(JsonNumber{std::to_string(value)}); }
  bool number_unsigned(std::uint64_t value) { return add(JsonNumber{std::to_string(value)}); }
  bool number_float(double, const std::string& text) { return add(JsonNumber{text}); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(const nlohmann::json::binary_t&) { return fail("is binary"); }
  bool start_object(std::size_t) { return open(JsonValue::Object{}); }
  bool start_array(std::size_t) { return open(JsonValue::Array{}); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    JsonValue& object = *open_.back();
    const bool is_known = object.find(name) != nullptr;
    std::get<JsonValue::Object>(object.content).push_back({std::move(name), {}});
    return !is_known || fail("stands there twice");
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) {
    if (error.id == kNumberOverflow) return fail("is a number beyond all range");
    return fail(fmt::format("this is not JSON, at byte {}", position));
  }

  JsonValue take_root() { return std::move(root_); }
  std::string take_fault() { return std::move(fault_); }

 private:
  // Returns the place of the next value. Only the innermost container grows, so the pointers in `open_` stay
  // valid.
  JsonValue& place() {
    if (open_.empty()) return root_;
    if (auto* object = std::get_if<JsonValue::Object>(&open_.back()->content)) return object->back().value;
    return std::get<JsonValue::Array>(open_.back()->content).emplace_back();
  }

  template <class T>
  bool add(T value) {
    place().content = std::move(value);
    return true;
  }

  template <class Container>
  bool open(Container empty) {
    if (open_.size() == most_depth_) return fail("is nested too deeply");
    JsonValue& value = place();
    value.content = std::move(empty);
    open_.push_back(&value);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  // Names the member being read, if any.
  bool fail(std::string what) {
    const auto* object = open_.empty() ? nullptr : open_.back()->object();
    const bool is_named = object != nullptr && !object->empty();
    fault_ = is_named ? fmt::format("{}: {}", shortened(object->back().name), what) : std::move(what);
    return false;
  }

  std::size_t most_depth_;
  JsonValue root_;
  std::vector<JsonValue*> open_;
  std::string fault_;
};

}  // namespace

std::optional<bool> JsonValue::flag() const {
  const auto* value = std::get_if<bool>(&content);
  return value == nullptr ? std::nullopt : std::optional{*value};
}

const JsonValue* JsonValue::find(std::string_view name) const {
  const auto* members = object();
  if (members == nullptr) return nullptr;
  const auto found = std::find_if(members->begin(), members->end(),
                                  [name](const JsonMember& member) { return member.name == name; });
  return found == members->end() ? nullptr : &found->value;
}

Result<JsonValue, std::string> parse_json(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.size) {
    return Unexpected{fmt::format("has {} bytes, more than {}", text.size(), limits.size)};
  }
  Builder builder{limits.depth};
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    return Unexpected{builder.take_fault()};
  }
  return builder.take_root();
}

}  // namespace isletime

// SPDX-License-Identifier: MIT
#include "tools/syncweb/message.hpp"

#include <algorithm>

#include "libsync/record/json_writer.hpp"

namespace isletime::syncweb {
namespace {

const std::string* find(const std::vector<Field>& fields, std::string_view name) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &found->value;
}

}  // namespace

const std::string* Request::header(std::string_view lower_case_name) const {
  return find(headers, lower_case_name);
}

const std::string* Request::parameter(std::string_view name) const {
  return find(query, name);
}

Response json_response(std::string json, Status status) {
  return {status, "application/json", std::move(json), {{"Cache-Control", "no-store"}}};
}

Response text_response(std::string text, Status status) {
  return {status, "text/plain; charset=utf-8", std::move(text), {{"Cache-Control", "no-store"}}};
}

Response error_response(Status status, std::string_view name, std::string_view message) {
  return json_response(JsonWriter{}.text("error", name).text("message", message).object(), status);
}

}  // namespace isletime::syncweb

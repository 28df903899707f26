// SPDX-License-Identifier: MIT
// Reads what a phone sends as JSON. Every function names the member that is wrong. Numbers are taken from
// their digits, so that neither a huge exponent nor NaN gets through.
#pragma once

#include <string>
#include <string_view>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/record/json_value.hpp"
#include "tools/syncweb/message.hpp"
#include "tools/syncweb/phone/refusal.hpp"

namespace isletime::syncweb {

// Returns the JSON object that is the body.
Result<JsonValue, Refusal> parse_phone_json(const Request& request);

// Converts Unix time in milliseconds, with or without a fraction. The error is a clause: "is negative".
Result<WallTime, const char*> parse_unix_milliseconds(std::string_view digits);

// The value of an object's member. If it is missing, or of another kind, that is an error.
Result<std::string, Refusal> text_member(const JsonValue& object, std::string_view name);
Result<double, Refusal> number_member(const JsonValue& object, std::string_view name, double least,
                                      double most);
Result<WallTime, Refusal> milliseconds_member(const JsonValue& object, std::string_view name);

// Refuses a request because of one of its members: "zone: is not a text".
Refusal bad_member(std::string_view name, std::string_view clause);

}  // namespace isletime::syncweb

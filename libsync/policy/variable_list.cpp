// SPDX-License-Identifier: MIT
#include "libsync/policy/variable_list.hpp"

#include <algorithm>
#include <iterator>

namespace isletime {
namespace {

// Some clients terminate the list as a C string.
bool is_space(std::uint8_t byte) {
  return byte <= ' ';
}

Bytes trimmed(Bytes bytes) {
  const auto first = std::find_if_not(bytes.begin(), bytes.end(), is_space);
  const auto last = std::find_if_not(bytes.rbegin(), std::make_reverse_iterator(first), is_space).base();
  return {first, last};
}

bool is_equal(Bytes bytes, std::string_view text) {
  return std::equal(bytes.begin(), bytes.end(), text.begin(), text.end(),
                    [](std::uint8_t byte, char c) { return byte == static_cast<std::uint8_t>(c); });
}

}  // namespace

VariableList::VariableList(Bytes data)
    : data_(data.first(std::min(data.size(), kMostControlData))),
      is_too_long_(data.size() > kMostControlData) {
  for_each_name([this](std::size_t, Bytes) { ++names_; });
}

bool VariableList::wants(std::string_view name) {
  bool is_asked_for = false;
  for_each_name([&](std::size_t index, Bytes asked) {
    if (!is_equal(asked, name)) return;
    is_asked_for = true;
    if (!is_known_[index]) ++known_;
    is_known_[index] = true;
  });
  return is_asked_for || names_ == 0;
}

template <class Visit>
void VariableList::for_each_name(Visit visit) const {
  std::size_t index = 0;
  for (Bytes rest = data_; !rest.empty();) {
    const auto comma = std::find(rest.begin(), rest.end(), ',');
    const Bytes item{rest.begin(), comma};
    const Bytes name = trimmed({item.begin(), std::find(item.begin(), item.end(), '=')});
    if (!trimmed(item).empty()) visit(index++, name);
    rest = {comma == rest.end() ? comma : std::next(comma), rest.end()};
  }
}

}  // namespace isletime

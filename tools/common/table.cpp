// SPDX-License-Identifier: MIT
#include "tools/common/table.hpp"

#include <algorithm>

namespace isletime {
namespace {

// Counts characters, not bytes: the further bytes of a UTF-8 character are 10xxxxxx.
std::size_t length(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

const char* escape_sequence(Colour colour) {
  switch (colour) {
    case Colour::kNone:
      return "";
    case Colour::kGood:
      return "\033[32m";
    case Colour::kDoubtful:
      return "\033[33m";
    case Colour::kBad:
      return "\033[31m";
  }
  return "";
}

}  // namespace

std::string coloured(const std::string& text, Colour colour, bool shows_colours) {
  if (!shows_colours || colour == Colour::kNone) return text;
  return escape_sequence(colour) + text + "\033[0m";
}

void Table::add(std::vector<std::string> cells, Colour colour) {
  rows_.push_back({std::move(cells), colour});
}

std::size_t Table::width(std::size_t column) const {
  std::size_t most = length(columns_[column].title);
  for (const Row& row : rows_) most = std::max(most, length(row.cells[column]));
  return most;
}

std::string Table::line(const std::vector<std::string>& cells) const {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool is_last = i + 1 == cells.size();
    const bool is_left = columns_[i].align == Align::kLeft;
    const std::string padding(is_last && is_left ? 0 : width(i) - length(cells[i]), ' ');
    if (i > 0) out += "  ";
    out += is_left ? cells[i] + padding : padding + cells[i];
  }
  return out;
}

std::string Table::text(bool shows_colours) const {
  std::vector<std::string> titles(columns_.size());
  std::transform(columns_.begin(), columns_.end(), titles.begin(),
                 [](const Column& column) { return column.title; });
  std::string out = line(titles) + '\n';
  for (const Row& row : rows_) out += coloured(line(row.cells), row.colour, shows_colours) + '\n';
  return out;
}

}  // namespace isletime

// SPDX-License-Identifier: MIT
// Rows of aligned columns for people. The last column may be of any length.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace isletime {

enum class Colour : std::uint8_t { kNone, kGood, kDoubtful, kBad };
// Returns the text between escape sequences if colours are shown.
std::string coloured(const std::string& text, Colour colour, bool shows_colours);

enum class Align : std::uint8_t { kLeft, kRight };

struct Column {
  std::string title;
  Align align = Align::kLeft;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // The number of cells must be that of the columns.
  void add(std::vector<std::string> cells, Colour colour = Colour::kNone);
  // Returns whole lines, the titles first.
  std::string text(bool shows_colours) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    Colour colour;
  };

  std::string line(const std::vector<std::string>& cells) const;
  std::size_t width(std::size_t column) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace isletime

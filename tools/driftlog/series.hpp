// SPDX-License-Identifier: MIT
// Rows of a record by source, to be drawn: no more of them than a picture shows.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "libsync/core/result.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/record/sample_record.hpp"

namespace isletime::driftlog {

struct Point {
  WallTime time;
  nanoseconds offset{};
  nanoseconds uncertainty{};  // zero: not told
  std::optional<double> temperature_c;
};

struct Series {
  std::string source;
  std::vector<Point> points;    // in the order of the rows
  std::vector<WallTime> marks;  // where something was stepped, or there is a gap
};

// CSV under a header, or JSON lines. A last line without its end is passed over, as an experiment that goes
// on is still being written. Error: a clause, with its line.
Result<std::vector<Series>, std::string> read_series(std::istream& file);

// At most `most` or little more, the lowest and the highest of each stretch among them.
std::vector<Point> thinned(const std::vector<Point>& points, std::size_t most);

}  // namespace isletime::driftlog

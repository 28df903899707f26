// SPDX-License-Identifier: MIT
// A command's output for people: a sentence, and rows that explain it.
#pragma once

#include <string>

#include "tools/rtcset/job.hpp"
#include "tools/rtcset/words.hpp"

namespace isletime::rtcset {

class Page {
 public:
  // The sentence follows "NAME: good: " or "NAME: bad: ".
  Page(std::string name, bool is_good, std::string sentence)
      : name_(std::move(name)), is_good_(is_good), sentence_(std::move(sentence)) {}

  Page& row(const char* title, const std::string& value, const std::string& remark = "");
  Page& rows_of(const Comparison& comparison);
  // With --quiet nothing is printed, except that a bad result goes to stderr.
  void print(Job& job) const;

 private:
  std::string name_;
  bool is_good_;
  std::string sentence_;
  std::string rows_;
};

}  // namespace isletime::rtcset

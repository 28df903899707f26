// SPDX-License-Identifier: MIT
// Memory for secrets: it lies between guard pages, is kept out of swap and core dumps if the system lets us
// lock memory, and is wiped when it is released. Each object takes a whole mapping, so there should be few.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "libsync/core/bytes.hpp"

namespace isletime {

class LockedBytes {
 public:
  LockedBytes() = default;
  // Returns nothing if there is no memory.
  static std::optional<LockedBytes> allocate(std::size_t size);

  Bytes bytes() const { return {start_.get(), size_}; }
  MutableBytes writable() { return {start_.get(), size_}; }
  // From now on any write to it kills the process.
  void protect();

 private:
  struct Free {
    void operator()(std::uint8_t* start) const;
  };

  LockedBytes(std::uint8_t* start, std::size_t size) : start_(start), size_(size) {}

  std::unique_ptr<std::uint8_t, Free> start_;
  std::size_t size_ = 0;
};

}  // namespace isletime

// SPDX-License-Identifier: MIT
// The presses of the hub. Opens their store when it is needed, again if that failed, and sets a damaged file
// aside, so that presses are taken whenever the disk can take them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libsync/posix/state_folder.hpp"
#include "tools/syncweb/presses/press_store.hpp"

namespace isletime::syncweb {

class Presses {
 public:
  // `folder` must outlive this; without it, nothing can be stored.
  void open(const StateFolder* folder, int most_pages = kMostPressPages);

  Result<AddedPress, StoreError> add(const Press& press, const Arrival& arrival);
  Result<RunStart, StoreError> reset(const Arrival& arrival);
  Result<PressPage, StoreError> after(std::int64_t id, std::size_t most);
  Result<PressPage, StoreError> latest(std::size_t most);
  // Returns the latest presses of the run.
  Result<PressPage, StoreError> latest_of_run(std::size_t most);
  // These are as of the last access to the store.
  RunStart run() const { return store_ ? store_->run() : RunStart{}; }

  // For metrics: presses that the store has, and those that were added since the start, both without
  // duplicates.
  std::uint64_t presses_stored() const;
  std::uint64_t presses_received() const { return received_; }
  std::uint64_t presses_repeated() const { return repeated_; }  // duplicates since the start

  // Returns what has happened to the store since the last call, one line each, for the log.
  std::vector<std::string> take_messages() { return std::exchange(messages_, {}); }

 private:
  std::optional<StoreError> open_store();
  std::optional<StoreError> replace_damaged(const StoreError& error);
  void note(const StoreError& error);
  void add_message(std::string message);
  template <class Work>
  auto with_store(Work work) -> decltype(work(std::declval<PressStore&>()));

  const StateFolder* folder_ = nullptr;
  int most_pages_ = kMostPressPages;
  std::optional<PressStore> store_;
  std::uint64_t received_ = 0;
  std::uint64_t repeated_ = 0;
  std::string trouble_;  // the last that was noted, empty after a success
  std::vector<std::string> messages_;
};

}  // namespace isletime::syncweb

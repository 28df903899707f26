// SPDX-License-Identifier: MIT
#include "tools/syncweb/presses/presses.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace isletime::syncweb {
namespace {

// Nobody may fetch them; a server that never does must not run out of memory.
constexpr std::size_t kMostStoreMessages = 16;

}  // namespace

void Presses::open(const StateFolder* folder, int most_pages) {
  store_.reset();
  folder_ = folder;
  most_pages_ = most_pages;
  (void)with_store([](PressStore&) -> Result<bool, StoreError> { return true; });
}

std::optional<StoreError> Presses::open_store() {
  if (store_ && store_->is_in_place()) return std::nullopt;
  if (folder_ == nullptr) return StoreError{StoreFault::kSystem, "there is no folder for it"};
  if (store_)
    add_message(fmt::format("{}/{}: was moved or deleted: opened anew", folder_->path(), kPressFile));
  store_.reset();
  auto store = PressStore::open(*folder_, most_pages_);
  if (!store && store.error().fault == StoreFault::kDamaged) return replace_damaged(store.error());
  if (!store) return store.error();
  store_.emplace(*std::move(store));
  return std::nullopt;
}

std::optional<StoreError> Presses::replace_damaged(const StoreError& error) {
  if (store_) store_->keep_files();
  store_.reset();
  const auto aside = set_presses_aside(*folder_);
  if (!aside) return aside.error();
  add_message(fmt::format("{}/{}: {}: its files are kept as {}*; a new one is begun", folder_->path(),
                          kPressFile, error.text, *aside));
  auto store = PressStore::open(*folder_, most_pages_);
  if (!store) return store.error();
  store_.emplace(*std::move(store));
  return std::nullopt;
}

void Presses::note(const StoreError& error) {
  const std::string path = folder_ == nullptr ? "" : folder_->path() + '/';
  std::string text = fmt::format("{}{}: {}", path, kPressFile, error.text);
  if (text == trouble_) return;
  trouble_ = text;
  add_message(std::move(text));
}

void Presses::add_message(std::string message) {
  if (messages_.size() < kMostStoreMessages) messages_.push_back(std::move(message));
}

// Does the work, once more with a new store if the old one turns out to be damaged.
template <class Work>
auto Presses::with_store(Work work) -> decltype(work(std::declval<PressStore&>())) {
  if (auto error = open_store()) {
    note(*error);
    return Unexpected{*std::move(error)};
  }
  auto result = work(*store_);
  if (!result && result.error().fault == StoreFault::kDamaged) {
    if (auto error = replace_damaged(result.error())) {
      note(*error);
      return Unexpected{*std::move(error)};
    }
    result = work(*store_);
  }
  if (result) {
    trouble_.clear();
  } else {
    note(result.error());
  }
  return result;
}

Result<AddedPress, StoreError> Presses::add(const Press& press, const Arrival& arrival) {
  auto added = with_store([&](PressStore& store) { return store.add(press, arrival); });
  if (added && added->kind == AddedPress::Kind::kNew) ++received_;
  if (added && added->kind == AddedPress::Kind::kDuplicate) ++repeated_;
  return added;
}

Result<RunStart, StoreError> Presses::reset(const Arrival& arrival) {
  return with_store([&](PressStore& store) { return store.reset(arrival); });
}

Result<PressPage, StoreError> Presses::after(std::int64_t id, std::size_t most) {
  return with_store([&](PressStore& store) {
    // An id beyond the last is of a file that was replaced since.
    return store.after(id > store.last_id() ? 0 : id, most);
  });
}

Result<PressPage, StoreError> Presses::latest(std::size_t most) {
  return with_store([&](PressStore& store) {
    return store.after(std::max<std::int64_t>(0, store.last_id() - static_cast<std::int64_t>(most)), most);
  });
}

Result<PressPage, StoreError> Presses::latest_of_run(std::size_t most) {
  return with_store([&](PressStore& store) {
    return store.after(std::max(store.run().since, store.last_id() - static_cast<std::int64_t>(most)), most);
  });
}

std::uint64_t Presses::presses_stored() const {
  return store_ ? static_cast<std::uint64_t>(store_->last_id()) : 0;
}

}  // namespace isletime::syncweb

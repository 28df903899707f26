// SPDX-License-Identifier: MIT
// Keeps presses on the disk, in an SQLite database of the state folder: a press that was added is on the disk
// and survives the end of the process or of the power at any instant. Nothing is ever deleted; a reset only
// notes where a new run begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "libsync/core/result.hpp"
#include "libsync/posix/state_folder.hpp"
#include "tools/syncweb/presses/database.hpp"
#include "tools/syncweb/presses/press.hpp"
#include "tools/syncweb/presses/splits.hpp"

namespace isletime::syncweb {

inline constexpr const char* kPressFile = "presses.db";
inline constexpr const char* kPressLogFile = "presses.db-wal";
inline constexpr const char* kPressIndexFile = "presses.db-shm";  // of the log, of which it holds a part
// Pages of 4096 bytes: 256 MiB, enough for more than 10^6 presses.
inline constexpr int kMostPressPages = 65'536;

enum class StoreFault : std::uint8_t {
  kFull,     // the disk, or the database
  kBusy,     // another process has locked it
  kNotOurs,  // a database of another program, or of a newer version of this
  kDamaged,
  kSystem,  // the file or the disk cannot be used
};

struct StoreError {
  StoreFault fault = StoreFault::kSystem;
  std::string text;  // a clause to follow the file's name
};

struct AddedPress {
  enum class Kind : std::uint8_t {
    kNew,
    kDuplicate,  // is stored already
    kConflict,   // its number is that of a stored press with another time; it was not stored
  };
  Kind kind = Kind::kNew;
  std::int64_t id = 0;  // of the stored press
};

// A stretch of the stored presses, by their ids.
struct PressPage {
  std::vector<StoredPress> presses;
  bool has_more = false;
};

class PressStore {
 public:
  // Opens the database, or creates it. `folder` must outlive the store.
  static Result<PressStore, StoreError> open(const StateFolder& folder, int most_pages = kMostPressPages);

  // Waits for the disk.
  Result<AddedPress, StoreError> add(const Press& press, const Arrival& arrival);
  Result<RunStart, StoreError> reset(const Arrival& arrival);

  Result<PressPage, StoreError> after(std::int64_t id, std::size_t most);
  RunStart run() const { return run_; }
  std::int64_t last_id() const { return last_id_; }  // which is also their number

  // The database leaves its files as they are when it is closed.
  void keep_files() { database_.keep_files(); }
  // Returns whether its file still has its name.
  bool is_in_place() const;

 private:
  PressStore(const StateFolder& folder, Database database)
      : folder_(&folder), database_(std::move(database)) {}

  std::optional<StoreError> prepare(int most_pages);
  std::optional<StoreError> prepare_schema();
  std::optional<StoreError> prepare_statements();
  std::optional<StoreError> read_run();
  Result<std::optional<AddedPress>, StoreError> find(const Press& press);
  StoreError last_failure() const;

  const StateFolder* folder_;
  Database database_;
  Statement find_by_number_;
  Statement find_by_time_;
  Statement insert_;
  Statement insert_run_;
  Statement select_;
  Statement select_run_;
  std::int64_t last_id_ = 0;
  RunStart run_;
  struct stat file_ {};
};

// Gives the files of the database other names, under which they are kept, and returns the database's.
Result<std::string, StoreError> set_presses_aside(const StateFolder& folder);

}  // namespace isletime::syncweb

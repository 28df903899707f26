// SPDX-License-Identifier: MIT
#include "tools/syncweb/presses/press_store.hpp"

#include <array>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

namespace isletime::syncweb {
namespace {

// "IslT", so that file(1) and we know whose database it is.
constexpr std::int64_t kApplicationId = 0x49736c54;
// Whoever changes the tables increases this, and converts older files.
constexpr std::int64_t kSchemaVersion = 1;

// SQLite waits for the disk at the end of every transaction if synchronous is FULL.
constexpr const char* kSettings =
    "PRAGMA synchronous=FULL;"
    "PRAGMA cell_size_check=ON;"
    "PRAGMA cache_size=-512;"  // KiB
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA journal_size_limit=4194304;";

constexpr const char* kSchema =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE press("
    "  id INTEGER PRIMARY KEY,"
    "  sender TEXT NOT NULL,"
    "  boot TEXT NOT NULL,"  // empty if the device names none
    "  number INTEGER,"
    "  time_ns INTEGER NOT NULL,"  // Unix time, as are the others
    "  uncertainty_ns INTEGER,"
    "  reliable INTEGER,"
    "  received_ns INTEGER,"
    "  address TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX press_by_number ON press(sender, boot, number) WHERE number IS NOT NULL;"
    "CREATE UNIQUE INDEX press_by_time ON press(sender, time_ns) WHERE number IS NULL;"
    "CREATE TABLE run("
    "  id INTEGER PRIMARY KEY,"
    "  since INTEGER NOT NULL,"  // presses with larger ids belong to it
    "  time_ns INTEGER,"
    "  bound_ns INTEGER,"
    "  address TEXT NOT NULL) STRICT;"
    "PRAGMA application_id=1232301140;"
    "PRAGMA user_version=1;"
    "COMMIT;";

static_assert(kApplicationId == 1'232'301'140 && kSchemaVersion == 1);

std::optional<std::int64_t> count_of(const std::optional<WallTime>& time) {
  return time ? std::optional<std::int64_t>{time->time_since_epoch().count()} : std::nullopt;
}

std::optional<std::int64_t> count_of(const std::optional<Dispersion>& bound) {
  return bound ? std::optional<std::int64_t>{bound->value.count()} : std::nullopt;
}

std::optional<WallTime> wall_time_of(std::optional<std::int64_t> count) {
  return count ? std::optional{WallTime{nanoseconds{*count}}} : std::nullopt;
}

std::optional<Dispersion> bound_of(std::optional<std::int64_t> count) {
  return count ? std::optional{Dispersion{nanoseconds{*count}}} : std::nullopt;
}

// The order of the columns is that of the statement that selects them.
StoredPress stored_press(const Query& row) {
  StoredPress out;
  out.id = row.number(0);
  out.press.sender = row.text(1);
  out.press.boot = row.text(2);
  if (const auto number = row.number_or_null(3)) out.press.number = static_cast<std::uint64_t>(*number);
  out.press.time = WallTime{nanoseconds{row.number(4)}};
  out.press.uncertainty = bound_of(row.number_or_null(5));
  if (const auto flag = row.number_or_null(6)) out.press.is_reliable = *flag != 0;
  out.received = wall_time_of(row.number_or_null(7));
  out.address = row.text(8);
  return out;
}

StoreError system_error(const char* operation) {
  const int code = errno;
  const bool is_full = code == ENOSPC || code == EDQUOT;
  return {is_full ? StoreFault::kFull : StoreFault::kSystem, to_string(SysError{code, operation})};
}

StoreError error_of(const StateError& error) {
  const bool is_full =
      error.fault == StateFault::kSystem && (error.system.code == ENOSPC || error.system.code == EDQUOT);
  return {is_full ? StoreFault::kFull : StoreFault::kSystem, to_string(error)};
}

StoreError error_of(const Database& database) {
  const int code = database.last_result();
  const int system = database.last_errno();
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {StoreFault::kFull, "the disk is full, or the file has reached its largest size"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {StoreFault::kBusy, "is locked by another process"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {StoreFault::kDamaged, "is damaged"};
    case SQLITE_ERROR:
      return {StoreFault::kNotOurs, "is a database of another program"};
    default:
      break;
  }
  const bool is_full = system == ENOSPC || system == EDQUOT;
  const std::string why = system == 0 ? "" : fmt::format(": {}", std::strerror(system));
  return {is_full ? StoreFault::kFull : StoreFault::kSystem, sqlite3_errstr(code) + why};
}

bool is_missing(const StateError& error) {
  return error.fault == StateFault::kSystem && error.system.code == ENOENT;
}

// A process that was killed may have written presses without having waited for the disk. They are found when
// the log is read again and must be on the disk before they are called stored.
std::optional<StoreError> sync_files(const StateFolder& folder) {
  const auto database = folder.open_file(kPressFile, O_RDWR | O_CREAT);
  if (!database) return error_of(database.error());
  const auto log = folder.open_file(kPressLogFile, O_RDONLY);
  if (!log && !is_missing(log.error())) return error_of(log.error());
  struct stat of_database {};
  struct stat of_log {};
  if (fstat(database->get(), &of_database) != 0) return system_error("fstat");
  if (log && fstat(log->get(), &of_log) != 0) return system_error("fstat");
  // SQLite would delete such a log.
  if (of_database.st_size == 0 && of_log.st_size != 0)
    return StoreError{StoreFault::kDamaged, "is missing, but its write-ahead log is there"};
  if (fsync(database->get()) != 0) return system_error("fsync");
  if (log && fsync(log->get()) != 0) return system_error("fsync");
  // The folder and those above it may be new as well.
  if (of_database.st_size == 0) {
    const auto error = folder.sync_with_parents();
    return error ? std::optional{error_of(*error)} : std::nullopt;
  }
  if (fsync(folder.descriptor()) != 0) return system_error("fsync");
  return std::nullopt;
}

bool has_file(const StateFolder& folder, const std::string& name) {
  struct stat status {};
  return fstatat(folder.descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

bool is_empty_file(const StateFolder& folder, const std::string& name) {
  struct stat status {};
  return fstatat(folder.descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_size == 0;
}

std::optional<StoreError> rename_file(const StateFolder& folder, const std::string& from,
                                      const std::string& to) {
  if (!has_file(folder, from)) return std::nullopt;
  if (renameat(folder.descriptor(), from.c_str(), folder.descriptor(), to.c_str()) == 0) return std::nullopt;
  return system_error("rename");
}

}  // namespace

Result<PressStore, StoreError> PressStore::open(const StateFolder& folder, int most_pages) {
  if (auto error = sync_files(folder)) return Unexpected{*std::move(error)};
  PressStore store{folder, Database{fmt::format("{}/{}", folder.path(), kPressFile)}};
  if (auto error = store.prepare(most_pages)) {
    if (error->fault == StoreFault::kDamaged) store.keep_files();
    return Unexpected{*std::move(error)};
  }
  return store;
}

std::optional<StoreError> PressStore::prepare(int most_pages) {
  if (database_.result() != SQLITE_OK) return last_failure();
  if (fstatat(folder_->descriptor(), kPressFile, &file_, AT_SYMLINK_NOFOLLOW) != 0)
    return system_error("fstatat");
  if (database_.execute(kSettings) != SQLITE_OK) return last_failure();
  if (auto error = prepare_schema()) return error;
  const std::string limit = fmt::format("PRAGMA max_page_count={}", most_pages);
  if (database_.execute(limit.c_str()) != SQLITE_OK) return last_failure();
  if (auto error = prepare_statements()) return error;
  return read_run();
}

std::optional<StoreError> PressStore::prepare_schema() {
  const auto version = database_.number_of("PRAGMA user_version");
  if (!version) return last_failure();
  const auto application = database_.number_of("PRAGMA application_id");
  if (!application) return last_failure();
  const auto tables = database_.number_of("SELECT count(*) FROM sqlite_schema");
  if (!tables) return last_failure();
  const bool is_new = *version == 0 && *application == 0 && *tables == 0;
  if (!is_new && *application != kApplicationId)
    return StoreError{StoreFault::kNotOurs, "is a database of another program"};
  if (*version > kSchemaVersion) {
    return StoreError{
        StoreFault::kNotOurs,
        fmt::format("was written by a newer syncweb (version {} of its tables; this one knows {})", *version,
                    kSchemaVersion)};
  }
  const auto mode = database_.text_of("PRAGMA journal_mode=WAL");
  if (!mode) return last_failure();
  if (*mode != "wal") return StoreError{StoreFault::kSystem, "cannot have a write-ahead log there"};
  if (is_new && database_.execute(kSchema) != SQLITE_OK) return last_failure();
  return std::nullopt;
}

std::optional<StoreError> PressStore::prepare_statements() {
  find_by_number_ = database_.prepare(
      "SELECT id, time_ns FROM press WHERE sender=?1 AND boot=?2 AND number=?3 AND number IS NOT NULL");
  find_by_time_ =
      database_.prepare("SELECT id, time_ns FROM press WHERE sender=?1 AND time_ns=?2 AND number IS NULL");
  insert_ = database_.prepare(
      "INSERT INTO press(sender, boot, number, time_ns, uncertainty_ns, reliable, received_ns, address) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  insert_run_ =
      database_.prepare("INSERT INTO run(since, time_ns, bound_ns, address) VALUES(?1, ?2, ?3, ?4)");
  select_ = database_.prepare(
      "SELECT id, sender, boot, number, time_ns, uncertainty_ns, reliable, received_ns, address "
      "FROM press WHERE id > ?1 ORDER BY id LIMIT ?2");
  select_run_ = database_.prepare("SELECT since, time_ns, bound_ns FROM run ORDER BY id DESC LIMIT 1");
  for (const Statement* statement :
       {&find_by_number_, &find_by_time_, &insert_, &insert_run_, &select_, &select_run_}) {
    if (!statement->is_prepared()) return last_failure();
  }
  return std::nullopt;
}

std::optional<StoreError> PressStore::read_run() {
  const auto last = database_.number_of("SELECT coalesce(max(id), 0) FROM press");
  if (!last) return last_failure();
  last_id_ = *last;
  Query query(select_run_, {});
  const int result = query.step();
  if (result == SQLITE_DONE) return std::nullopt;
  if (result != SQLITE_ROW) return last_failure();
  run_ = {query.number(0), wall_time_of(query.number_or_null(1)), bound_of(query.number_or_null(2))};
  return std::nullopt;
}

StoreError PressStore::last_failure() const {
  return error_of(database_);
}

Result<std::optional<AddedPress>, StoreError> PressStore::find(const Press& press) {
  const std::int64_t time = press.time.time_since_epoch().count();
  const auto found = [&](Query&& query) -> Result<std::optional<AddedPress>, StoreError> {
    const int result = query.step();
    if (result == SQLITE_DONE) return std::optional<AddedPress>{};
    if (result != SQLITE_ROW) return Unexpected{last_failure()};
    const bool is_same = query.number(1) == time;
    return std::optional{
        AddedPress{is_same ? AddedPress::Kind::kDuplicate : AddedPress::Kind::kConflict, query.number(0)}};
  };
  const std::string_view sender = press.sender;
  if (!press.number) return found(Query(find_by_time_, {sender, time}));
  const auto number = static_cast<std::int64_t>(*press.number);
  return found(Query(find_by_number_, {sender, std::string_view{press.boot}, number}));
}

Result<AddedPress, StoreError> PressStore::add(const Press& press, const Arrival& arrival) {
  const auto found = find(press);
  if (!found) return Unexpected{found.error()};
  if (*found) return **found;
  Query query(insert_, {std::string_view{press.sender}, std::string_view{press.boot}, sql_value(press.number),
                        press.time.time_since_epoch().count(), sql_value(count_of(press.uncertainty)),
                        sql_value(press.is_reliable), sql_value(count_of(arrival.time)),
                        std::string_view{arrival.address}});
  if (query.step() != SQLITE_DONE) return Unexpected{last_failure()};
  last_id_ = database_.last_id();
  return AddedPress{AddedPress::Kind::kNew, last_id_};
}

Result<RunStart, StoreError> PressStore::reset(const Arrival& arrival) {
  Query query(insert_run_, {last_id_, sql_value(count_of(arrival.time)), sql_value(count_of(arrival.bound)),
                            std::string_view{arrival.address}});
  if (query.step() != SQLITE_DONE) return Unexpected{last_failure()};
  run_ = {last_id_, arrival.time, arrival.bound};
  return run_;
}

Result<PressPage, StoreError> PressStore::after(std::int64_t id, std::size_t most) {
  PressPage page;
  Query query(select_, {id, static_cast<std::int64_t>(most) + 1});
  int result = SQLITE_ROW;
  while ((result = query.step()) == SQLITE_ROW) {
    if (page.presses.size() == most) {
      page.has_more = true;
      return page;
    }
    page.presses.push_back(stored_press(query));
  }
  if (result != SQLITE_DONE) return Unexpected{last_failure()};
  return page;
}

bool PressStore::is_in_place() const {
  struct stat status {};
  return fstatat(folder_->descriptor(), kPressFile, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         status.st_ino == file_.st_ino && status.st_dev == file_.st_dev;
}

Result<std::string, StoreError> set_presses_aside(const StateFolder& folder) {
  constexpr int kMostSetAside = 100;
  for (int i = 1; i <= kMostSetAside; ++i) {
    std::string name = fmt::format("presses-damaged-{}.db", i);
    const std::string log = name + "-wal";
    if (has_file(folder, name) || has_file(folder, log)) continue;
    // The log first: SQLite deletes a log that it finds without its database, or beside an empty one.
    if (auto error = rename_file(folder, kPressLogFile, log)) return Unexpected{*std::move(error)};
    if (!is_empty_file(folder, kPressFile)) {
      if (auto error = rename_file(folder, kPressFile, name)) return Unexpected{*std::move(error)};
    }
    unlinkat(folder.descriptor(), kPressIndexFile, 0);
    if (fsync(folder.descriptor()) != 0) return Unexpected{system_error("fsync")};
    return name;
  }
  return Unexpected{
      StoreError{StoreFault::kDamaged, fmt::format("is damaged, as were {} before it", kMostSetAside)}};
}

}  // namespace isletime::syncweb

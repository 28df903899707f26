// SPDX-License-Identifier: MIT
// SQLite 3 with objects that close themselves. Results are SQLite's own codes (sqlite.org/rescode.html).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <string_view>
#include <variant>

namespace isletime::syncweb {

using SqlValue = std::variant<std::nullptr_t, std::int64_t, std::string_view>;

template <class T>
SqlValue sql_value(const std::optional<T>& value) {
  return value ? SqlValue{static_cast<std::int64_t>(*value)} : SqlValue{nullptr};
}

class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  bool is_prepared() const { return statement_ != nullptr; }

 private:
  friend class Query;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// One use of a statement. While it exists, it may hold a lock.
class Query {
 public:
  // The values are those of the parameters, in order; texts must outlive the query.
  Query(Statement& statement, std::initializer_list<SqlValue> values);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Returns SQLITE_ROW, SQLITE_DONE or an error.
  int step() { return sqlite3_step(statement_); }

  // Columns of the current row, from 0.
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  std::optional<std::int64_t> number_or_null(int column) const;
  std::string text(int column) const;

 private:
  sqlite3_stmt* statement_;
};

class Database {
 public:
  // Opens a file that exists, for reading and writing. It is never waited for locks.
  explicit Database(const std::string& path);

  int result() const { return opened_; }
  int execute(const char* sql) { return sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr); }
  // Returns nothing if it fails; see last_result().
  std::optional<std::int64_t> number_of(const char* sql);
  std::optional<std::string> text_of(const char* sql);
  Statement prepare(const char* sql);
  int last_result() const { return sqlite3_extended_errcode(database_.get()); }
  int last_errno() const { return sqlite3_system_errno(database_.get()); }
  std::int64_t last_id() const { return sqlite3_last_insert_rowid(database_.get()); }
  // Leaves all files as they are when the database is closed.
  void keep_files();

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };

  std::unique_ptr<sqlite3, Close> database_;
  int opened_;
};

}  // namespace isletime::syncweb

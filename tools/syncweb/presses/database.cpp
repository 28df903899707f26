// SPDX-License-Identifier: MIT
#include "tools/syncweb/presses/database.hpp"

namespace isletime::syncweb {

Query::Query(Statement& statement, std::initializer_list<SqlValue> values)
    : statement_(statement.statement_.get()) {
  int index = 0;
  for (const SqlValue& value : values) {
    ++index;
    // Errors, such as an unknown parameter, are mistakes of ours that tests see: the parameter stays null.
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      sqlite3_bind_int64(statement_, index, *number);
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      sqlite3_bind_text(statement_, index, text->data(), static_cast<int>(text->size()), SQLITE_STATIC);
    }
  }
}

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::optional<std::int64_t> Query::number_or_null(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return number(column);
}

std::string Query::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return text == nullptr ? std::string{} : std::string{text, size};
}

Database::Database(const std::string& path) {
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
  sqlite3* database = nullptr;
  opened_ = sqlite3_open_v2(path.c_str(), &database, kFlags, nullptr);
  database_.reset(database);
  if (opened_ != SQLITE_OK) return;
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, 0);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

std::optional<std::int64_t> Database::number_of(const char* sql) {
  Statement statement = prepare(sql);
  if (!statement.is_prepared()) return std::nullopt;
  Query query(statement, {});
  return query.step() == SQLITE_ROW ? std::optional{query.number(0)} : std::nullopt;
}

std::optional<std::string> Database::text_of(const char* sql) {
  Statement statement = prepare(sql);
  if (!statement.is_prepared()) return std::nullopt;
  Query query(statement, {});
  return query.step() == SQLITE_ROW ? std::optional{query.text(0)} : std::nullopt;
}

Statement Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  return Statement{statement};
}

void Database::keep_files() {
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

}  // namespace isletime::syncweb

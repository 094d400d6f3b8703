#pragma once
#include <sqlite3.h>

/* The write-ahead log is folded into the database when it has grown, not whenever a short process ends. */
static inline int lp_sqlite3_keep_log_on_close(sqlite3 *database) {
  return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

/* SQLITE_TRANSIENT is a cast that Swift cannot import: SQLite makes its own copy of the text. */
static inline int lp_sqlite3_bind_text(sqlite3_stmt *statement, int index, const char *text, int length) {
  return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}

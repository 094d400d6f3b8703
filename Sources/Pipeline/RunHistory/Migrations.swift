import Diagnostics

/// The database's schema as a list of named steps. A step that was ever released is never edited: a change is a new step.
enum Migrations {
  static let steps: [(name: String, sql: String)] = [
    (
      "create-runs-stages-actions",
      """
      CREATE TABLE runs (
        id TEXT PRIMARY KEY, recipe TEXT NOT NULL, label TEXT NOT NULL, file TEXT NOT NULL, pipeline TEXT,
        group_name TEXT, variant TEXT NOT NULL, seed TEXT NOT NULL, parent TEXT, status TEXT NOT NULL,
        started REAL NOT NULL, finished REAL, seconds REAL, command TEXT NOT NULL, path TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE environment (
        run TEXT NOT NULL, name TEXT NOT NULL, value, PRIMARY KEY (run, name)
      ) WITHOUT ROWID;
      CREATE TABLE parameter_sets (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE);
      CREATE TABLE parameter_values (
        set_id INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, value, PRIMARY KEY (set_id, name)
      ) WITHOUT ROWID;
      CREATE TABLE stages (
        run TEXT NOT NULL, position INTEGER NOT NULL, stage TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
        reason TEXT, decision TEXT, key TEXT, artifact TEXT, started REAL, finished REAL, seconds REAL,
        attempt INTEGER NOT NULL DEFAULT 1, recorded INTEGER NOT NULL DEFAULT 1, parameter_set INTEGER,
        diagnostics TEXT, log TEXT, PRIMARY KEY (run, position)
      ) WITHOUT ROWID;
      CREATE INDEX stages_by_key ON stages (key);
      CREATE TABLE actions (
        key TEXT PRIMARY KEY, kind TEXT NOT NULL, version INTEGER, artifact TEXT, seconds REAL, cpu_seconds REAL,
        peak_memory INTEGER, threads INTEGER, finished REAL, environment TEXT
      ) WITHOUT ROWID;
      CREATE INDEX actions_by_artifact ON actions (artifact);
      CREATE TABLE action_metrics (
        key TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, value, PRIMARY KEY (key, name)
      ) WITHOUT ROWID;
      CREATE TABLE action_points (
        key TEXT NOT NULL, name TEXT NOT NULL, step INTEGER NOT NULL, value REAL, PRIMARY KEY (key, name, step)
      ) WITHOUT ROWID;
      CREATE TABLE artifacts (digest TEXT PRIMARY KEY, bytes INTEGER, files INTEGER) WITHOUT ROWID;
      CREATE TABLE lineage (
        key TEXT NOT NULL, position INTEGER NOT NULL, role TEXT NOT NULL, input TEXT NOT NULL, row_cap INTEGER,
        PRIMARY KEY (key, position)
      ) WITHOUT ROWID;
      CREATE INDEX lineage_by_input ON lineage (input);
      CREATE VIEW parameters AS
        SELECT s.run, s.stage, v.name, v.type, v.value FROM stages s
        JOIN parameter_values v ON v.set_id = s.parameter_set;
      CREATE VIEW metrics AS
        SELECT s.run, s.stage, m.name, m.type, m.value FROM stages s JOIN action_metrics m ON m.key = s.key;
      CREATE VIEW series AS
        SELECT s.run, s.stage, p.name, p.step, p.value FROM stages s JOIN action_points p ON p.key = s.key;
      """
    ),
    (
      // An index by key would touch most of its pages in every run.
      "actions-know-their-run",
      """
      DROP INDEX stages_by_key;
      ALTER TABLE actions ADD COLUMN run TEXT;
      ALTER TABLE actions ADD COLUMN stage TEXT;
      """
    ),
    (
      "points-have-times",
      """
      ALTER TABLE action_points ADD COLUMN time REAL;
      DROP VIEW series;
      CREATE VIEW series AS
        SELECT s.run, s.stage, p.name, p.step, p.value, p.time FROM stages s JOIN action_points p ON p.key = s.key;
      """
    ),
    (
      "runs-have-tags-and-notes",
      """
      CREATE TABLE run_tags (run TEXT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (run, tag)) WITHOUT ROWID;
      CREATE TABLE run_aliases (alias TEXT PRIMARY KEY, run TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE run_notes (run TEXT PRIMARY KEY, note TEXT NOT NULL) WITHOUT ROWID;
      """
    ),
    (
      // As `Recipe.isOfOlderCommand` says.
      "runs-of-older-commands-have-no-file",
      """
      UPDATE runs SET file = '' WHERE file LIKE '%/' || recipe || '.yaml' AND file NOT LIKE '%/recipes/' || recipe || '.yaml'
        AND group_name IS NULL AND pipeline IS NULL AND command NOT LIKE '%"run"%'
        AND (SELECT count(*) FROM stages WHERE run = runs.id) = 1
        AND EXISTS (SELECT 1 FROM stages WHERE run = runs.id
          AND (runs.recipe = 'merge' AND kind = 'merge' AND stage = 'merged' OR runs.recipe = 'pull' AND kind = 'fetch'));
      """
    ),
  ]

  static func bringUpToDate(_ connection: SQLiteConnection, path: String) throws(Diagnostic) {
    let version = try version(connection)
    if version == steps.count { return }
    guard version < steps.count else {
      throw Diagnostic(
        code: "database-too-new", "the database '\(path)' was written by a newer version of lorapipe",
        remedy: "use that version; runs are still recorded in their folders")
    }
    // Outside the transaction: SQLite does not change the journal inside one.
    try connection.script("PRAGMA journal_mode = WAL")
    try connection.run("BEGIN IMMEDIATE")
    do throws(Diagnostic) {
      // Another process may have been first.
      let current = try Self.version(connection)
      try connection.script("CREATE TABLE IF NOT EXISTS migrations (step TEXT PRIMARY KEY, applied REAL NOT NULL)")
      for step in steps.dropFirst(current) {
        try connection.script(step.sql)
        try connection.run(
          "INSERT INTO migrations (step, applied) VALUES (?, (julianday('now') - 2440587.5) * 86400.0)",
          [.text(step.name)])
      }
      try connection.script("PRAGMA user_version = \(max(current, steps.count))")
      try connection.run("COMMIT")
    } catch {
      try? connection.run("ROLLBACK")
      throw error
    }
  }

  private static func version(_ connection: SQLiteConnection) throws(Diagnostic) -> Int {
    try connection.rows("PRAGMA user_version") { $0.integer(0) ?? 0 }.first ?? 0
  }
}

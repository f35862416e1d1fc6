/** Runs SQL on Postgres or on an embedded PGlite; every store, queue and migration runs on it. */
export interface Database {
  /** Returns the rows of one statement with `$1`-style values. */
  query<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /**
   * Runs several statements without values, as pg-boss and migrations send them, and returns the rows of the last one.
   * Rolls back when one fails.
   */
  script<Row = Record<string, unknown>>(text: string): Promise<Row[]>;
  /**
   * Commits when `work` resolves, rolls back when it rejects. Inside, only the database passed to `work` belongs to the
   * transaction; a nested one is a savepoint. After a deadlock, `work` may run again: nothing outside the database may depend
   * on how often it runs.
   */
  transaction<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** Closes the connections; the database accepts no further statements. */
  close(): Promise<void>;
}
